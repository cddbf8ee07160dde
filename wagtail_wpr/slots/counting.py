"""Counting walls shown: by day, article and kind of wall; never by reader.

A process collects counts in memory and writes them down now and then, after an answer has left, in one task for
all of them. What a process has not written when it is killed is lost: at most half a minute of counts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from typing import Any

from django.utils import timezone

from wagtail_wpr.conf import settings


#: Counts are written when so many are waiting, or the oldest waits for so many seconds.
ENOUGH = 200
SECONDS = 30.0

logger = logging.getLogger("wagtail_wpr.slots")

_lock = threading.Lock()
#: (page id, wall, day in ISO form) → how often
_waiting: Counter[tuple[int, str, str]] = Counter()
_since = 0.0


def wall_was_shown(page_id: int | None, wall: str | None) -> None:
    """Count one wall shown today, in the site's time zone. Asks no database and never raises."""
    global _since
    if page_id is None or not wall or not settings.count_walls:
        return
    with _lock:
        if not _waiting:
            _since = time.monotonic()
        _waiting[(page_id, wall, timezone.localdate().isoformat())] += 1


def write_down(*, now: bool = False, **kwargs: Any) -> None:
    """Hand what is waiting to a task where it is time to, or at once with *now*; connected to the end of requests."""
    with _lock:
        due = bool(_waiting) and (now or _waiting.total() >= ENOUGH or time.monotonic() - _since >= SECONDS)
        rows = [[*key, number] for key, number in _waiting.items()] if due else []
        if due:
            _waiting.clear()
    if not rows:
        return
    from wagtail_wpr.slots.tasks import merge_wall_counts

    try:
        merge_wall_counts.enqueue(rows)
    except Exception:
        logger.exception("%s counts of walls could not be written down; they are lost.", len(rows))


def forget() -> None:
    """Drop what is waiting; for tests."""
    with _lock:
        _waiting.clear()
