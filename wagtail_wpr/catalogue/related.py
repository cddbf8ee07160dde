"""More like this: what shares a series, topics or regions with a page."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from wagtail_wpr.catalogue import entries
from wagtail_wpr.catalogue.models import CatalogueEntry, CatalogueRegion, CatalogueTopic


#: How many of the newest candidates are weighed against each other. Bounds the work on a large library.
CANDIDATES = 40

#: What sharing something is worth: a series above all, a topic more than a region.
SERIES, TOPIC, REGION = 4, 2, 1


def related_to(page: Any, limit: int = 4) -> list[CatalogueEntry]:
    """Return up to ``limit`` entries like the page, best first and newest first among equals."""
    if limit < 1 or not page.pk:
        return []
    keys = _keys_of_live(page) if page.live else _keys_of_draft(page)
    return _ranked(page, keys)[:limit]


def _ranked(page: Any, keys: dict[str, Any]) -> list[CatalogueEntry]:
    """Fetch the newest candidates in one query, then put the best first; sorting keeps equals in order."""
    topic = Exists(CatalogueTopic.objects.filter(entry=OuterRef("pk"), key__in=keys["topics"]))
    region = Exists(CatalogueRegion.objects.filter(entry=OuterRef("pk"), direct=True, key__in=keys["regions"]))
    series = Q(series_key__isnull=False, series_key__in=keys["series"])
    found = (
        entries(locale=page.locale_id)
        .exclude(content_key=page.translation_key)
        .filter(topic | region | series)
        .annotate(score=_points(series, SERIES) + _points(topic, TOPIC) + _points(region, REGION))
    )
    if "site" in keys:
        found = found.filter(site_id__in=keys["site"])
    if page.alias_of_id:
        found = found.exclude(page_id=page.alias_of_id)
    newest = found.newest().select_related("image")[:CANDIDATES]
    return sorted(newest, key=lambda entry: -entry.score)


def _points(condition: Any, worth: int) -> Case:
    return Case(When(condition, then=Value(worth)), default=Value(0), output_field=IntegerField())


def _keys_of_live(page: Any) -> dict[str, Any]:
    """Subqueries on the page's own row: no query of their own."""
    own = CatalogueEntry.objects.filter(page_id=page.pk)
    return {
        "topics": CatalogueTopic.objects.filter(entry__page_id=page.pk).values("key"),
        "regions": CatalogueRegion.objects.filter(entry__page_id=page.pk, direct=True).values("key"),
        "series": own.filter(series_key__isnull=False).values("series_key"),
        "site": own.values("site_id"),
    }


def _keys_of_draft(page: Any) -> dict[str, Any]:
    """The terms an editor has chosen so far, which no row knows yet."""
    series = getattr(page, "series", None)
    return {
        "topics": [row.topic.translation_key for row in page.wpr_topics.select_related("topic")],
        "regions": [row.region.translation_key for row in page.wpr_regions.select_related("region")],
        "series": [series.translation_key] if series else [],
    }
