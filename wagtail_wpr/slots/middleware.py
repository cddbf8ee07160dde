"""Fills the slots of each page just before it leaves.

Order: below ``GZipMiddleware`` and ``ConditionalGetMiddleware``, above ``UpdateCacheMiddleware`` and sessions.
A page cache below keeps markers; what stands above sees the filled answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from wagtail_wpr.access import marker
from wagtail_wpr.access.endpoints import PRIVATE
from wagtail_wpr.access.grants import keep_browser
from wagtail_wpr.slots import freshness, markers, validators
from wagtail_wpr.slots.collecting import Collected, collecting
from wagtail_wpr.slots.deliveries import FETCH, INLINE, delivery_of
from wagtail_wpr.slots.fetch import PublicFilling, wants_inline
from wagtail_wpr.slots.filling import Filling, PrefetchRefused


logger = logging.getLogger("wagtail_wpr.slots")


class SlotMiddleware:
    """Fills slots as ``WPR_DELIVERY`` or the site's own setting says: ``"inline"``, ``"fetch"`` or ``"null"``."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        with collecting(is_preview=_is_preview(request)) as collected:
            response = self.get_response(request)
            marker.settle(request, response)
            return finished(request, response, collected)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        with collecting(is_preview=_is_preview(request)) as collected:
            response = await self.get_response(request)
            marker.settle(request, response)
            if not has_slots(response):
                return response
            return await sync_to_async(finished, thread_sensitive=True)(request, response, collected)


def _is_preview(request: HttpRequest) -> bool:
    # Wagtail makes a dummy request for each preview and sends it through the middleware.
    return bool(getattr(request, "is_preview", False) or getattr(request, "is_dummy", False))


def has_slots(response: HttpResponseBase) -> bool:
    """Return whether this is a whole, plain HTML page with slots in it."""
    return (
        isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.has_header("Content-Encoding")
        and response.get("Content-Type", "").partition(";")[0].strip() in ("text/html", "application/xhtml+xml")
        and markers.OPENING.encode() in response.content
    )


def finished(request: HttpRequest, response: HttpResponseBase, collected: Collected) -> HttpResponseBase:
    """Return the response with its slots filled. Anything but a plain HTML page passes untouched."""
    if not has_slots(response):
        return response
    assert isinstance(response, HttpResponse)  # noqa: S101  (has_slots said so)
    filling = _filling(request, collected)
    html = response.content.decode(response.charset or "utf-8")
    try:
        filled = filling.deliver(html)
    except PrefetchRefused:
        return _refused_prefetch()
    except Exception:
        logger.exception("Filling the slots of %s failed; the page shows the visitor's defaults.", request.path)
        filled = markers.unwrap(html)
    response.content = filled.encode(response.charset or "utf-8")
    if response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))
    _set_headers(request, response, filling)
    return response


def _filling(request: HttpRequest, collected: Collected) -> Filling:
    """Return the work that this site's way of delivery asks for. A preview is always filled as it leaves."""
    delivery = INLINE if collected.is_preview else delivery_of(request)
    if delivery == INLINE or (delivery == FETCH and wants_inline(request)):
        return Filling(request, collected)
    if delivery == FETCH:
        return PublicFilling(collected)
    # What is the same for everybody is made without knowing who asks: no name and no CSRF token gets into it.
    return Filling(None, collected, everybody=True)


def _set_headers(request: HttpRequest, response: HttpResponse, filling: Filling) -> None:
    if filling.new_browser and filling.request is not None:
        keep_browser(filling.request, response, filling.new_browser)
    if _is_for_one(request, response, filling):
        # Replaced and not patched: a host's s-maxage would survive a patch and let shared caches keep it.
        response.headers["Cache-Control"] = PRIVATE
        validators.drop(response)
    else:
        validators.renew(response)
        _limit_freshness(response, filling)
    if not filling.everybody:
        # A browser that kept the visitor's page must ask again after signing in.
        patch_vary_headers(response, ("Cookie",))


def _is_for_one(request: HttpRequest, response: HttpResponse, filling: Filling) -> bool:
    """Return whether nobody else may be given this answer: it holds something of its reader, or sets a cookie."""
    if filling.personal or filling.is_preview or response.cookies:
        return True
    return not filling.everybody and wants_inline(request)


def _limit_freshness(response: HttpResponse, filling: Filling) -> None:
    try:
        freshness.limit(response, filling.decided_pages)
    except Exception:
        logger.exception("The next change of access is not known, so that this answer may not be kept.")
        response.headers["Cache-Control"] = "no-cache"


def _refused_prefetch() -> HttpResponse:
    return HttpResponse(status=503, headers={"Cache-Control": PRIVATE, "Retry-After": "0"})
