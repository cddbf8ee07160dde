"""Counts what an import did, and says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Report:
    """What became of each line. ``problems`` are the bad lines, ``notes`` what is worth knowing."""

    file: str
    dry_run: bool = False
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    scheduled: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    new_terms: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown_keys: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def bad(self, number: int, sentence: str) -> str:
        """Note a bad line; return it as it is shown."""
        self.problems.append((number, sentence))
        return f"{self.file}:{number}: {sentence}"

    def note(self, number: int, sentence: str) -> None:
        """Note something that is no reason to leave a line out."""
        self.notes.append((number, sentence))

    def term(self, word: str, name: str) -> None:
        """Note a term that the site did not have."""
        self.new_terms.setdefault(word, {}).setdefault(name.casefold(), name)

    def lines(self) -> Iterator[str]:
        """Yield the summary, line by line."""
        would = "would be " if self.dry_run else ""
        yield (
            f"{self.created} pages {would}created, {self.changed} {would}changed, "
            f"{self.unchanged} unchanged, {len(self.problems)} bad lines."
        )
        written = self.created + self.changed
        if self.seconds and written and not self.dry_run:
            yield f"{self.seconds:.1f} seconds, {written / self.seconds:.0f} pages a second."
        if self.scheduled:
            yield f"{self.scheduled} of them are dated in the future and {would.strip() or 'are'} scheduled."
        for word, names in self.new_terms.items():
            shown = ", ".join(list(names.values())[:12]) + (", …" if len(names) > 12 else "")
            yield f"{'Would create' if self.dry_run else 'Created'} {_counted(word, len(names))}: {shown}"
        for tag, number in sorted(self.dropped.items()):
            yield f"Left out: {number} × <{tag}>, which no imported text can hold."
        for key, number in sorted(self.unknown_keys.items()):
            yield f"Not read: “{key}”, which {number} lines have and the import does not know."
        for number, sentence in self.notes:
            yield f"{self.file}:{number}: note: {sentence}"


def _counted(word: str, number: int) -> str:
    return f"{number} new {word}{'' if number == 1 else 's'}"
