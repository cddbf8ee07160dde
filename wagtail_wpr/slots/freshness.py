"""How long a public answer may be kept: no longer than until access next changes by schedule."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import http_date, parse_http_date_safe

from wagtail_wpr.access.inheritance import next_change


_AGE = re.compile(r"\b(s-maxage|max-age)=(\d+)")

#: RFC 5861 lets caches give what is no longer fresh; these seconds come after the others.
_STALE = re.compile(r"\b(stale-while-revalidate|stale-if-error)=(\d+)")

#: Seconds that a cache may keep by its own rules what says nothing of its freshness: none keeps it for longer.
UNTOLD_SECONDS = 24 * 3600


def limit(response: HttpResponse, pages: Iterable[Any], *, at: datetime | None = None) -> None:
    """Shorten ``Cache-Control`` and ``Expires`` of ``response`` to the next change of access of ``pages``.

    Nothing is ever made to last longer: an editor may close a page long before its schedule does.
    """
    at = at or timezone.now()
    changes = [change for page in pages if (change := next_change(page, at=at)) is not None]
    if not changes:
        return
    seconds = max(0, math.floor((min(changes) - at).total_seconds()))
    said = response.get("Cache-Control", "")
    if _AGE.search(said):
        shorter = _AGE.sub(lambda age: f"{age[1]}={min(int(age[2]), seconds)}", said)
        left = seconds - max(int(age[2]) for age in _AGE.finditer(shorter))
        response.headers["Cache-Control"] = _STALE.sub(lambda stale: f"{stale[1]}={min(int(stale[2]), left)}", shorter)
    elif not response.has_header("Expires") and seconds < UNTOLD_SECONDS:
        told = _STALE.sub(lambda stale: f"{stale[1]}=0", said)
        response.headers["Cache-Control"] = ", ".join(filter(None, [told, "max-age=0"]))
    ends = (at + timedelta(seconds=seconds)).timestamp()
    if (parse_http_date_safe(response.get("Expires", "")) or 0) > ends:
        response.headers["Expires"] = http_date(ends)
