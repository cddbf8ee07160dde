"""Works that are let go at the same moment, each in a process of its own, on one real test database."""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections


#: Seconds that all racers together may take; a deadlock must fail the test, not hang it.
PATIENCE = 30

#: What one racer does: it prepares, calls what it was given, which returns when everybody is ready, and goes.
#: What it returns travels to the test, so it is plain data.
Work = Callable[[Callable[[], Any]], Any]


def at_once(works: Sequence[Work]) -> list[Any]:
    """Run each work in a process of its own and return what they returned, in the same order.

    Processes are forked, so that they start at once; each opens a database connection of its own.
    """
    # A connection must not live on both sides of a fork.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(len(works)), context.SimpleQueue()
    racers = [context.Process(target=_run, args=(i, work, barrier, answers)) for i, work in enumerate(works)]
    for racer in racers:
        racer.start()
    end = time.monotonic() + PATIENCE
    try:
        for racer in racers:
            racer.join(max(0, end - time.monotonic()))
        assert [racer.exitcode for racer in racers] == [0] * len(works)
        found = dict(answers.get() for _racer in racers)
    finally:
        for racer in racers:
            racer.kill()
            racer.join()
    errors = [error for error, _answer in found.values() if error]
    assert not errors, errors[0]
    return [found[i][1] for i in range(len(works))]


def _run(number: int, work: Work, barrier: Any, answers: Any) -> None:
    """Be one racer, and leave without running the test runner's farewells a second time."""
    try:
        answers.put((number, ("", work(lambda: barrier.wait(PATIENCE)))))
    except BaseException:
        answers.put((number, (traceback.format_exc(), None)))
    finally:
        connection.close()
        os._exit(0)
