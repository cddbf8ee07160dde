"""What a run says: tables for people, and a line for each budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """A figure and its bound. One that is only told (a time, in the quick run) fails nothing."""

    name: str
    measured: float | str
    bound: float | str
    at_least: bool = False
    told_only: bool = False

    @property
    def passed(self) -> bool:
        if isinstance(self.measured, str) or isinstance(self.bound, str):
            return self.measured == self.bound
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def __str__(self) -> str:
        bound = self.bound if isinstance(self.bound, str) else f"{'>=' if self.at_least else '<='}{_number(self.bound)}"
        verdict = "pass" if self.passed else "told only" if self.told_only else "FAIL"
        return f"budget {self.name} measured={_number(self.measured)} bound={bound} {verdict}"


@dataclass
class Report:
    """Collects what a run found, and prints it as it comes."""

    budgets: list[Budget] = field(default_factory=list)

    def heading(self, text: str) -> None:
        print(f"\n== {text}", flush=True)

    def table(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print rows under their names; numbers to the right."""
        cells = [list(names), *[[_cell(value) for value in row] for row in rows]]
        widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
        for row in cells:
            padded = [
                text.ljust(widths[0]) if not column else text.rjust(widths[column]) for column, text in enumerate(row)
            ]
            print("  ".join(padded).rstrip())
        print(flush=True)

    def row(self, values: Sequence[object], widths: Sequence[int]) -> None:
        """Print one row at once, where a table takes minutes to fill."""
        first, *rest = (_cell(value) for value in values)
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        print("  ".join(cells), flush=True)

    def skip(self, section: str, reason: str) -> None:
        print(f"\n== {section}: not measured, {reason}.", flush=True)

    def budget(self, name: str, measured: float | str, bound: float | str, **how: bool) -> None:
        self.budgets.append(Budget(name.replace(", ", "/").replace(" ", "-"), measured, bound, **how))

    def close(self) -> int:
        """Print a line for each budget; return the exit status."""
        self.heading("budgets")
        print(*self.budgets, sep="\n")
        failed = [one for one in self.budgets if not one.passed and not one.told_only]
        print(f"\n{len(self.budgets)} budgets, {len(failed)} failed", flush=True)
        return 1 if failed else 0


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:g}" if isinstance(value, int) else f"{value:.3f}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
