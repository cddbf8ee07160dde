"""Finds the regions, topics and contributors that lines name, and creates those that are new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wagtail.models import Locale

from wagtail_wpr.pages.importing.lines import Line
from wagtail_wpr.taxonomy.models import Contributor, PageContributor, PageRegion, PageTopic, Region, Topic


@dataclass(frozen=True)
class Named:
    """A term as a line names it, with what else the line says of it."""

    name: str
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Vocable:
    """One kind of term: its model, the rows that tie pages to it, and the name people call it by."""

    term: Any
    row: Any
    relation: str
    word: str

    def named(self, line: Line) -> list[Named]:
        """Return what the line names of this kind, in its order."""
        if self.term is Contributor:
            return [
                Named(c.name, tuple((k, v) for k in ("role", "biography", "website") if (v := getattr(c, k))))
                for c in line.contributors
            ]
        return [Named(name) for name in (line.regions if self.term is Region else line.topics)]


VOCABLES = (
    Vocable(Region, PageRegion, "wpr_regions", "region"),
    Vocable(Topic, PageTopic, "wpr_topics", "topic"),
    Vocable(Contributor, PageContributor, "wpr_contributors", "contributor"),
)


class Terms:
    """All terms by name, read once. A name is looked for in the line's language, then in the others."""

    def __init__(self) -> None:
        self.read()

    def read(self) -> None:
        """Read the terms anew: after a batch was rolled back, terms that it had created are gone."""
        self._found: dict[tuple[Any, str], list[Any]] = {}
        for vocable in VOCABLES:
            for term in vocable.term.objects.order_by("pk"):
                self._found.setdefault((vocable.term, _key(term.name)), []).append(term)

    def find(self, vocable: Vocable, name: str, locale: Locale) -> Any | None:
        """Return the term of that name, or ``None``. Case and white space do not count."""
        found = self._found.get((vocable.term, _key(name)), [])
        return next((term for term in found if term.locale_id == locale.pk), found[0] if found else None)

    def unknown(self, line: Line, locale: Locale) -> list[tuple[Vocable, str]]:
        """Return what the line names and the site does not know."""
        return [
            (vocable, named.name)
            for vocable in VOCABLES
            for named in vocable.named(line)
            if self.find(vocable, named.name, locale) is None
        ]

    def of(self, vocable: Vocable, line: Line, locale: Locale) -> list[Any]:
        """Return the terms the line names, in its order, created where they are new."""
        return [self._find_or_create(vocable, named, locale) for named in vocable.named(line)]

    def _find_or_create(self, vocable: Vocable, named: Named, locale: Locale) -> Any:
        found = self.find(vocable, named.name, locale)
        if found is None:
            found = vocable.term(name=named.name, locale=locale, **dict(named.extra))
            found.save()
            self._found.setdefault((vocable.term, _key(named.name)), []).append(found)
        return found


def rows_for(page: Any, line: Line, terms: Terms, locale: Locale) -> Iterable[tuple[Vocable, list[Any]]]:
    """Yield, for each kind of term, the unsaved rows that tie the page to what the line names."""
    for vocable in VOCABLES:
        found = terms.of(vocable, line, locale)
        field = vocable.row.term_field
        yield (
            vocable,
            [vocable.row(page=page, sort_order=at, **{field: term}) for at, term in enumerate(found)],
        )


def same_terms(rows: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Return whether rows tie to the same terms in the same order."""
    return [row.term.pk for row in rows] == [row.term.pk for row in wanted]


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
