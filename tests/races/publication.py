"""Real processes on one real test database: what a site under load does to the ledger."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, connections
from wagtail.models import Page

from wagtail_wpr.access import Reader, decide, spend


#: Seconds that all racers together may take; a deadlock must fail the test, not hang it.
PATIENCE = 30


@dataclass(frozen=True)
class Job:
    """What one racer does: spend a read of a page, having decided before the start or not."""

    user: int
    page: int
    peeked: bool = False
    at: datetime | None = None


def race(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Run each job in a process of its own, all let go at the same moment; return the decisions as data.

    Processes are forked, so that they start at once; each opens a database connection of its own.
    """
    # A connection must not live on both sides of a fork.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(len(jobs)), context.SimpleQueue()
    racers = [context.Process(target=_run, args=(job, barrier, answers)) for job in jobs]
    for racer in racers:
        racer.start()
    try:
        for racer in racers:
            racer.join(PATIENCE)
        assert [racer.exitcode for racer in racers] == [0] * len(jobs)
        found = [answers.get() for _racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.join()
    assert not [answer["error"] for answer in found if "error" in answer]
    return found


def _run(job: Job, barrier: Any, answers: Any) -> None:
    """Be one racer, and leave without running the test runner's farewells a second time."""
    try:
        answers.put(_spend(job, barrier))
    except BaseException:
        answers.put({"error": traceback.format_exc()})
    finally:
        connection.close()
        os._exit(0)


def _spend(job: Job, barrier: Any) -> dict[str, Any]:
    reader = Reader.for_user(get_user_model().objects.get(pk=job.user))
    page = Page.objects.get(pk=job.page)
    peeked = decide(reader, page, at=job.at)
    barrier.wait(PATIENCE)
    return spend(reader, page, decision=peeked if job.peeked else None, at=job.at).as_data()
