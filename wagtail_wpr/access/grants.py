"""The instant unlock: one article, in one browser, for some hours, before anybody has opened the mail.

Two signed cookies hold all of it. ``wpr_browser`` names the browser and says whether it has used its one
unconfirmed unlock; ``wpr_grant`` names that browser and the article. Neither is believed unless we signed
it, it has not expired, and the two belong together.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from wagtail_wpr.access import marker
from wagtail_wpr.access.contents import Content, content_key
from wagtail_wpr.access.levels import AccessLevel
from wagtail_wpr.conf import settings


BROWSER_COOKIE = "wpr_browser"
GRANT_COOKIE = "wpr_grant"

BROWSER_SALT = "wagtail_wpr.access.grants.browser"
GRANT_SALT = "wagtail_wpr.access.grants.grant"

#: Seconds that a browser is remembered: half a year.
BROWSER_SECONDS = 180 * 24 * 3600

#: Access levels whose articles can be unlocked at once; never those for subscribers.
UNLOCKABLE = frozenset({AccessLevel.REGISTERED, AccessLevel.METERED})


@dataclass(frozen=True)
class Browser:
    """A browser that shows our signed cookie.

    ``admitted``: it was let in as one of the new browsers of its network, and has the free articles of a
    visitor where there are any. An id alone, which every post to a form gives, opens nothing.
    """

    id: str
    pending: bool = False
    admitted: bool = False


def browser_of(request: HttpRequest) -> Browser | None:
    """Return the browser that sends *request*, or None for one without a good cookie of ours."""
    data = _unsigned(request, BROWSER_COOKIE, BROWSER_SALT, BROWSER_SECONDS)
    if data is None or not isinstance(data.get("id"), str) or not data["id"]:
        return None
    return Browser(id=data["id"], pending=bool(data.get("used")), admitted=data.get("met") is True)


def grants_of(request: HttpRequest, browser: Browser | None = None) -> Mapping[str, datetime]:
    """Return the grants of this browser that are still in force: content key → until when."""
    browser = browser or browser_of(request)
    if browser is None:
        return {}
    data = _unsigned(request, GRANT_COOKIE, GRANT_SALT, settings.grant_hours * 3600)
    if data is None or data.get("b") != browser.id or not isinstance(data.get("g"), dict):
        return {}
    now = timezone.now()
    grants = {str(key): _moment(until) for key, until in data["g"].items()}
    return {key: until for key, until in grants.items() if until is not None and until > now}


def may_unlock(request: HttpRequest, page: Any) -> bool:
    """Return whether leaving an address may open *page* at once in this browser.

    Only articles that are registered or metered, only for visitors, and one for each browser until its
    owner opens the mail; asking again for the very article it holds is fine.
    """
    from wagtail_wpr.access.reader import Reader

    reader = Reader.from_request(request)
    if not reader.is_visitor:
        return False
    content = Content.of(page)
    if content.broken or content.access not in UNLOCKABLE:
        return False
    return not reader.pending or content.key in reader.grants


def give_grant(request: HttpRequest, response: HttpResponse, page: Any) -> None:
    """Let this browser read *page* for ``WPR_GRANT_HOURS``, and note that its unlock is used.

    Callers ask :func:`may_unlock` first; this function does not. A grant that the browser holds for another
    article stays.
    """
    browser = browser_of(request) or Browser(id=new_browser_id())
    until = timezone.now() + timedelta(hours=settings.grant_hours)
    grants = {**grants_of(request, browser), content_key(page): until}
    _set_browser(request, response, replace(browser, pending=True))
    data = {"b": browser.id, "g": {key: int(moment.timestamp()) for key, moment in grants.items()}}
    _set(request, response, GRANT_COOKIE, signing.dumps(data, salt=GRANT_SALT), settings.grant_hours * 3600)


def ensure_browser(request: HttpRequest, response: HttpResponse) -> str:
    """Return the id of this browser, giving it one in *response* if it has none.

    The id ties a code to the browser that asked for it; it admits nobody to a visitor's free articles.
    """
    browser = browser_of(request)
    if browser is None:
        browser = Browser(id=new_browser_id())
        _set_browser(request, response, browser)
    return browser.id


def keep_browser(request: HttpRequest, response: HttpResponse, browser_id: str) -> None:
    """Admit the browser of *request* to a visitor's free articles, under the id *browser_id* if it has none."""
    browser = browser_of(request) or Browser(id=browser_id)
    if not browser.admitted:
        _set_browser(request, response, replace(browser, admitted=True))


def set_pending(request: HttpRequest, response: HttpResponse, browser_id: str) -> None:
    """Note that this browser has used its unlock, with nothing opened: the wall is *confirm* from now on."""
    browser = browser_of(request)
    known = browser if browser is not None and browser.id == browser_id else Browser(id=browser_id)
    _set_browser(request, response, replace(known, pending=True))


def clear(response: HttpResponse) -> None:
    """Take both cookies away: at sign-in the unlock is confirmed, at sign-out nothing stays behind."""
    for name in (BROWSER_COOKIE, GRANT_COOKIE):
        response.delete_cookie(name, samesite="Lax")


def new_browser_id() -> str:
    """Return an unguessable id for a browser, 22 characters."""
    return secrets.token_urlsafe(16)


def _set_browser(request: HttpRequest, response: HttpResponse, browser: Browser) -> None:
    data = {"id": browser.id, "used": browser.pending, "met": browser.admitted}
    if browser.pending:
        marker.mark(request, response)  # a page for everybody has to ask what this browser may read
    _set(request, response, BROWSER_COOKIE, signing.dumps(data, salt=BROWSER_SALT), BROWSER_SECONDS)


def _set(request: HttpRequest, response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure())


def _unsigned(request: HttpRequest, name: str, salt: str, seconds: int) -> dict[str, Any] | None:
    """Return what a cookie of ours says, or None if it is missing, tampered with or too old."""
    value = request.COOKIES.get(name)
    if not value:
        return None
    try:
        data = signing.loads(value, salt=salt, max_age=seconds)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return data if isinstance(data, dict) else None


def _moment(timestamp: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(timestamp), tz=UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
