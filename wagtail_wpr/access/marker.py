"""The marker cookie: it says that somebody may be known here, and nothing more.

A page that is the same for everybody asks for what belongs to its reader only where this cookie stands, so that
anonymous traffic costs the origin nothing. It is a hint for scripts and holds no identity: nobody is believed
for it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


COOKIE = "wpr_reader"

#: Seconds that a browser keeps it: half a year. Where it outlives what it stands for, one answer takes it away.
SECONDS = 180 * 24 * 3600

_ATTRIBUTE = "_wagtail_wpr_marked"


def is_marked(request: HttpRequest) -> bool:
    """Return whether this browser shows the marker."""
    return COOKIE in request.COOKIES


def mark(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser the marker with *response*. Hosts that sign readers in past Django's signals call it."""
    response.set_cookie(COOKIE, "1", max_age=SECONDS, secure=request.is_secure(), **_place())


def unmark(response: HttpResponseBase) -> None:
    """Take the marker away with *response*."""
    response.delete_cookie(COOKIE, **_place())


def note(request: HttpRequest | None, known: bool) -> None:
    """Remember that somebody came in or left during this request; :func:`settle` acts on it."""
    if request is not None:
        setattr(request, _ATTRIBUTE, known)


def settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set or take the marker as this request left things.

    A reader whose session is older than the marker gets it with the next answer that no cache may keep.
    """
    known = getattr(request, _ATTRIBUTE, None)
    if known is None and not is_marked(request) and _is_private(response) and _is_known(request):
        known = True
    if known is True:
        mark(request, response)
    elif known is False:
        unmark(response)


def _is_private(response: HttpResponseBase) -> bool:
    said = response.get("Cache-Control", "")
    return "private" in said or "no-store" in said


def _is_known(request: HttpRequest) -> bool:
    """Return whether a view has found out that somebody is signed in; asking here would make pages vary."""
    user = getattr(request, "_cached_user", None)
    return bool(getattr(user, "is_authenticated", False))


def _place() -> dict[str, Any]:
    return {
        "path": django_settings.SESSION_COOKIE_PATH,
        "domain": django_settings.SESSION_COOKIE_DOMAIN,
        "samesite": "Lax",
    }
