"""What templates may know about a visitor who has typed an address and not proved it yet."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest

from wagtail_wpr.access.grants import browser_of
from wagtail_wpr.conf import settings
from wagtail_wpr.readers.addresses import masked
from wagtail_wpr.readers.sign_ins import newest_open


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PendingRegistration:
    """An address that this browser typed and nobody has proved since."""

    address: str  # masked: the screen may be shared
    purpose: str
    article_key: str
    article_page_id: int | None
    mailed_at: datetime | None
    expires_at: datetime
    tries_left: int


def pending_registration(request: HttpRequest | None) -> PendingRegistration | None:
    """Return what this browser waits for, or None. At most one query a request, none without our cookie;
    never raises.

    The answer is built from what the browser itself typed, so it tells nothing about accounts.
    """
    if request is None:
        return None
    if not hasattr(request, "_wpr_pending"):
        request._wpr_pending = _pending(request)  # type: ignore[attr-defined]
    return request._wpr_pending  # type: ignore[attr-defined]


def _pending(request: HttpRequest) -> PendingRegistration | None:
    browser = browser_of(request)
    user = getattr(request, "user", None)
    if browser is None or (user is not None and user.is_authenticated):
        return None
    try:
        found = newest_open(browser.id)
    except DatabaseError:
        logger.exception("The pending registration of a browser could not be read; the page goes out without it.")
        return None
    if found is None:
        return None
    return PendingRegistration(
        address=masked(found.address.exact),
        purpose=found.purpose,
        article_key=found.article_key,
        article_page_id=found.article_page_id,
        mailed_at=found.mailed_at,
        expires_at=found.expires_at,
        tries_left=max(0, settings.code_tries - found.tries),
    )
