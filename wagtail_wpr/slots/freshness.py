"""How long a public answer may be kept: no longer than until access next changes by schedule."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import http_date

from wagtail_wpr.access.inheritance import next_change


_AGE = re.compile(r"\b(s-maxage|max-age)=(\d+)")


def limit(response: HttpResponse, pages: Iterable[Any], *, at: datetime | None = None) -> None:
    """Shorten ``Cache-Control`` and ``Expires`` of ``response`` to the next change of access of ``pages``."""
    at = at or timezone.now()
    changes = [change for page in pages if (change := next_change(page, at=at)) is not None]
    if not changes:
        return
    seconds = max(0, math.floor((min(changes) - at).total_seconds()))
    said = response.get("Cache-Control", "")
    response.headers["Cache-Control"] = (
        _AGE.sub(lambda age: f"{age[1]}={min(int(age[2]), seconds)}", said)
        if (_AGE.search(said))
        else ", ".join(filter(None, [said, f"max-age={seconds}"]))
    )
    if response.has_header("Expires"):
        response.headers["Expires"] = http_date((at + timedelta(seconds=seconds)).timestamp())
