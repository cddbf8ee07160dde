"""Work that an editor's save does not wait for."""

from __future__ import annotations

from typing import Any

from django_tasks import task

from wagtail_wpr.slots.purging import Purge, Stale


@task()
def purge_pages(stale: dict[str, list[Any]]) -> int:
    """Tell the caches in front of the site which addresses have changed; return their number.

    :param stale: what ``Stale.as_data()`` gave.
    """
    return Purge(Stale.from_data(stale)).run()
