"""Keeps rows right when something other than their page changes: the tree, a site, a restriction, a term."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wagtail_wpr.catalogue.models import CatalogueEntry
from wagtail_wpr.catalogue.places import Places
from wagtail_wpr.catalogue.tagging import RegionTree, Tags
from wagtail_wpr.catalogue.upkeep import Shadows, batches, names, write_terms
from wagtail_wpr.swapping import get_page_model


PLACE_FIELDS = ["url_path", "site", "restricted", "shadow"]
NAME_FIELDS = ["region_names", "topic_names", "contributor_names"]


def relocate_below(page: Any) -> None:
    """Bring up to date where the page and all pages below it stand, and their aliases elsewhere."""
    pages = get_page_model()._default_manager
    found = set(pages.filter(alias_of__path__startswith=page.path).values_list("pk", flat=True))
    aliases: set[int] = set()
    while found:
        aliases |= found
        # An alias of an alias is possible too.
        found = set(pages.filter(alias_of__in=found).values_list("pk", flat=True)) - aliases
    relocate(Q(page__path__startswith=page.path) | Q(page__in=aliases))


def relocate(condition: Q) -> None:
    """Bring up to date where the pages of the given entries stand. No body is read."""
    places = Places()
    ids = list(CatalogueEntry.objects.filter(condition).order_by("pk").values_list("pk", flat=True))
    for batch in batches(ids):
        found = list(CatalogueEntry.objects.filter(pk__in=batch).select_related("page"))
        shadows = Shadows([entry.page for entry in found], places)
        CatalogueEntry.objects.bulk_update([e for e in found if _place(e, places, shadows)], PLACE_FIELDS)


def _place(entry: CatalogueEntry, places: Places, shadows: Shadows) -> bool:
    """Write the place of its page into the entry; return whether that changed anything."""
    place = places.of(entry.page)
    now = (entry.page.url_path, place.site_id, place.restricted, shadows.is_shadow(entry.page, place))
    before = (entry.url_path, entry.site_id, entry.restricted, entry.shadow)
    entry.url_path, entry.site_id, entry.restricted, entry.shadow = now
    return now != before


def retag(condition: Q) -> None:
    """Bring up to date the terms of the given entries: names, and the regions above. No body is read."""
    tree = RegionTree()
    ids = list(CatalogueEntry.objects.filter(condition).order_by("pk").values_list("pk", flat=True).distinct())
    for batch in batches(ids):
        found = list(CatalogueEntry.objects.filter(pk__in=batch).select_related("page"))
        tags = Tags([entry.page for entry in found])
        for entry in found:
            for field, value in names(tags, entry.page_id).items():
                setattr(entry, field, value)
        CatalogueEntry.objects.bulk_update(found, NAME_FIELDS)
        write_terms({entry.page_id: entry.pk for entry in found}, tags, tree)


def rename_series(series: Any, old_name: str | None) -> None:
    """Write the name that a series has now in each language into the rows of its parts."""
    rows = type(series)._default_manager.filter(translation_key=series.translation_key)
    spoken = dict(rows.values_list("locale", "name"))
    parts = CatalogueEntry.objects.filter(series_key=series.translation_key)
    for locale_id, name in spoken.items():
        parts.filter(locale=locale_id).update(series_name=name)
    if old_name and series.locale_id in spoken:
        # Parts in a language without a translation carry the name of the row they point to.
        parts.exclude(locale__in=list(spoken)).filter(series_name=old_name).update(series_name=series.name)
