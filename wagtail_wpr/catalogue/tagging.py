"""The terms of many pages at once: their names in each page's language and their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wagtail_wpr.taxonomy.models import PageContributor, PageRegion, PageTopic, Region, Series
from wagtail_wpr.taxonomy.terms import in_locale


class RegionTree:
    """Which regions stand above which, for all regions: one query."""

    def __init__(self) -> None:
        self._above: dict[int, tuple[int | None, UUID]] = {
            pk: (parent_id, key)
            for pk, parent_id, key in Region.objects.values_list("pk", "parent_id", "translation_key")
        }

    def keys_above(self, region_id: int) -> list[UUID]:
        """Return the translation keys of the regions above the given one, the nearest first."""
        keys: list[UUID] = []
        seen: set[int] = set()
        parent_id = self._above[region_id][0] if region_id in self._above else None
        while parent_id is not None and parent_id not in seen:
            seen.add(parent_id)
            parent_id, key = self._above[parent_id]
            keys.append(key)
        return keys


class Tags:
    """The terms of the given pages: one query for each kind of term, one more for each language they lack."""

    def __init__(self, pages: Iterable[Any]) -> None:
        self._locales = {page.pk: page.locale_id for page in pages}
        self.regions = self._read(PageRegion)
        self.topics = self._read(PageTopic)
        self.contributors = self._read(PageContributor)

    def _read(self, model: Any) -> dict[int, list[Any]]:
        rows = (
            model.objects.filter(page_id__in=list(self._locales))
            .select_related(model.term_field)
            .order_by("page_id", "sort_order", "pk")
        )
        chosen: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            chosen[row.page_id].append(row.term)
        return localised(chosen, self._locales)


def localised(chosen: dict[int, list[Any]], locales: dict[int, int]) -> dict[int, list[Any]]:
    """Return the chosen terms of each page, by its primary key, in the language of that page.

    One query for each language into which a term has to be turned; none when nothing has to.
    """
    foreign: dict[int, dict[UUID, Any]] = defaultdict(dict)
    for page_id, terms in chosen.items():
        for term in terms:
            if term.locale_id != locales[page_id]:
                foreign[locales[page_id]][term.translation_key] = term
    translated = {
        (locale_id, key): term
        for locale_id, terms in foreign.items()
        for key, term in zip(terms, in_locale(terms.values(), locale_id), strict=True)
    }
    result: dict[int, list[Any]] = defaultdict(list)
    for page_id, terms in chosen.items():
        named = {t.translation_key: translated.get((locales[page_id], t.translation_key), t) for t in terms}
        result[page_id] = list(named.values())
    return result


def series_of(pages: Iterable[Any]) -> dict[int, Any]:
    """Return the series of each page that has one, by the page's primary key, in the page's language."""
    ids = {page.pk: page.wpr_catalogue_series()[0] for page in pages}
    locales = {page.pk: page.locale_id for page in pages}
    wanted = {series_id for series_id in ids.values() if series_id}
    if not wanted:
        return {}
    known = Series.objects.in_bulk(wanted)
    chosen = {page_id: [known[series_id]] for page_id, series_id in ids.items() if series_id in known}
    return {page_id: terms[0] for page_id, terms in localised(chosen, locales).items()}
