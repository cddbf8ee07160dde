"""Work that no answer waits for."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import F
from django_tasks import task

from wagtail_wpr.access import Content
from wagtail_wpr.slots.models import WallCount
from wagtail_wpr.slots.purging import Purge, Stale
from wagtail_wpr.swapping import get_page_model


Key = tuple[int, str, str, date]


@task()
def merge_wall_counts(rows: list[list[Any]]) -> None:
    """Add counts to the rows of their day: ``[page id, wall, day, how often]`` each.

    Counts of pages that are gone, or on no site, are dropped.
    """
    pages = get_page_model().objects.in_bulk({row[0] for row in rows})
    contents = dict(zip(pages, Content.of_many(pages.values()), strict=True))
    counts: Counter[Key] = Counter()
    for page_id, wall, day, number in rows:
        content = contents.get(page_id)
        if content is not None and content.site_id is not None:
            counts[(content.site_id, content.key, wall, date.fromisoformat(day))] += number
    # In one order everywhere, so that two tasks never wait for each other's rows.
    for key in sorted(counts):
        _add(key, counts[key])


def _add(key: Key, number: int) -> None:
    site_id, content, wall, day = key
    rows = WallCount.objects.filter(site_id=site_id, content=content, wall=wall, day=day)
    if rows.update(shown=F("shown") + number):
        return
    new = WallCount(site_id=site_id, content=content, wall=wall, day=day)
    WallCount.objects.bulk_create([new], ignore_conflicts=True)
    rows.update(shown=F("shown") + number)


@task()
def purge_pages(stale: dict[str, list[Any]]) -> int:
    """Tell the caches in front of the site which addresses have changed; return their number.

    :param stale: what ``Stale.as_data()`` gave.
    """
    return Purge(Stale.from_data(stale)).run()
