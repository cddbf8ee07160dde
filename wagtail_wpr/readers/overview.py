"""What the account page shows of a reader."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Site

from wagtail_wpr.access import MeterState, Reader
from wagtail_wpr.access.contents import there_is_one_site
from wagtail_wpr.access.memory import known
from wagtail_wpr.access.meter import ReadRow, meter_of
from wagtail_wpr.access.models import ALL_ACCESS, Entitlement
from wagtail_wpr.readers.adapter import get_adapter
from wagtail_wpr.readers.models import ReaderProfile
from wagtail_wpr.swapping import get_page_model


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PastRead:
    """An article read in the running period; without ``url`` where it has gone offline."""

    title: str
    url: str
    at: datetime
    counted: bool


@dataclass(frozen=True)
class Plan:
    """What opens everything to the reader, and until when; None: without an end."""

    until: datetime | None


@dataclass(frozen=True)
class Overview:
    """A reader's account at a glance."""

    name: str
    address: str
    plan: Plan | None
    meter: MeterState | None
    reads: tuple[PastRead, ...]


def overview_of(request: HttpRequest) -> Overview:
    """Return the account of the reader who is signed in; without meter and reads where they cannot be found
    out.
    """
    user: Any = request.user
    adapter = get_adapter()
    profile = ReaderProfile.objects.select_related("address").filter(user_id=user.pk).first()
    meter, reads = _reading(request, user)
    return Overview(
        name=adapter.display_name(user),
        address=profile.address.exact if profile else adapter.email_of(user),
        plan=_plan(user),
        meter=meter,
        reads=reads,
    )


def _plan(user: Any) -> Plan | None:
    rows = list(Entitlement.objects.in_force().filter(user_id=user.pk, name=ALL_ACCESS))
    if not rows:
        return None
    ends = [row.valid_until for row in rows]
    return Plan(until=None if None in ends else max(end for end in ends if end))


def _reading(request: HttpRequest, user: Any) -> tuple[MeterState | None, tuple[PastRead, ...]]:
    site = Site.find_for_request(request)
    if site is None:
        return None, ()
    try:
        meter = meter_of(Reader.for_user(user), site.pk)
        return meter.state, _past_reads(request, meter.reads)
    except (ValueError, DatabaseError):
        logger.exception("The meter of user %s could not be found out; the account page goes out without it.", user.pk)
        return None, ()


def past_reads_of(request: HttpRequest, rows: Sequence[ReadRow] | None = None) -> tuple[PastRead, ...]:
    """Return what the signed-in reader has read in the running period, the latest first.

    ``rows`` of the ledger spare a query where they are known already.
    """
    if rows is not None:
        return _past_reads(request, rows)
    return _reading(request, request.user)[1]


def _past_reads(request: HttpRequest, rows: Sequence[ReadRow]) -> tuple[PastRead, ...]:
    """Return the reads, the latest first, each as the live page in the reader's language, or in any other."""
    pages = _pages_of([row.content for row in rows])
    reads = sorted(rows, key=lambda row: row.created, reverse=True)
    return tuple(_past_read(request, page, row) for row in reads if (page := pages[row.content]) is not None)


def _pages_of(contents: Sequence[str]) -> dict[str, Any]:
    """Return the public page of each content, None where there is none: what many have read is remembered a while."""
    remembered = known()
    language = get_language()

    @cache
    def pages() -> dict[str, Any]:
        return _public_pages(contents)

    def page_of(content: str) -> Any:
        return remembered.also(("read", content, language), lambda: pages().get(content))

    return {content: page_of(content) for content in contents}


def _public_pages(contents: Sequence[str]) -> dict[str, Any]:
    pages: dict[str, Any] = {}
    found = get_page_model().objects.live().public().filter(translation_key__in=contents)
    for page in found.select_related("locale").order_by("pk"):
        key = str(page.translation_key)
        if key not in pages or page.locale.language_code == get_language():
            pages[key] = page
    return pages


def _past_read(request: HttpRequest, page: Any, row: Any) -> PastRead:
    return PastRead(title=page.title, url=_url(request, page), at=row.created, counted=row.seat is not None)


def _url(request: HttpRequest, page: Any) -> str:
    """Return the address of a page for links in this answer, ``""`` where it has none."""
    if not there_is_one_site():
        return page.get_url(request) or ""
    # With one site nobody need find out which one was asked, which takes a query where no page was routed.
    parts = page.get_url_parts(request)
    return (parts[2] or "") if parts else ""
