"""Racing for the seats of the meter: what a site under load does to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from wagtail.models import Page

from tests.races.processes import at_once
from wagtail_wpr.access import Reader, decide, spend


@dataclass(frozen=True)
class Job:
    """What one racer does: spend a read of a page, having decided before the start or not."""

    user: int
    page: int
    peeked: bool = False
    at: datetime | None = None


def race(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Run each job in a process of its own, all let go at the same moment; return the decisions as data."""
    return at_once([partial(_spend, job) for job in jobs])


def _spend(job: Job, start: Callable[[], Any]) -> dict[str, Any]:
    reader = Reader.for_user(get_user_model().objects.get(pk=job.user))
    page = Page.objects.get(pk=job.page)
    peeked = decide(reader, page, at=job.at)
    start()
    return spend(reader, page, decision=peeked if job.peeked else None, at=job.at).as_data()
