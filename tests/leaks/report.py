"""Counting cases, not tests: what ran, what cannot yet, and what leaked, for each delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.leaks.cases import all_cases


@dataclass
class Tally:
    """The cases of one delivery."""

    run: set[str] = field(default_factory=set)
    leaked: set[str] = field(default_factory=set)
    broke: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def add(self, case: str, outcome: str) -> None:
        """Take one test of a case into account: ``passed``, ``leaked``, ``broke`` or ``skipped``."""
        if outcome == "skipped":
            self.left_out.add(case)
            return
        if outcome == "broke":
            self.broke.add(case)
            return
        self.run.add(case)
        if outcome == "leaked":
            self.leaked.add(case)

    def lines(self, delivery: str) -> Iterable[str]:
        """Yield what is printed: the count, then each case that needs somebody to look at it."""
        waiting = sum(bool(case.reason) for case in all_cases())
        word = "leak" if len(self.leaked) == 1 else "leaks"
        count = len(self.leaked)
        # A case whose control failed, or half of it, has not shown anything.
        run = self.run - (self.broke - self.leaked)
        yield f"{delivery}: leak cases: {len(run)} run, {waiting} not applicable yet, {count} {word}"
        for name, found in (
            ("leaked", self.leaked),
            ("failed without showing a leak", self.broke - self.leaked),
            ("did not run here", self.left_out - self.run),
        ):
            if found:
                yield f"{delivery}: {name}: {', '.join(sorted(found))}"
