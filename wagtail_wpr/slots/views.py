"""What the script of a page asks and tells: its slots, all in one request, and the walls that it showed."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wagtail_wpr.access import marker
from wagtail_wpr.access.endpoints import endpoint
from wagtail_wpr.access.grants import keep_browser
from wagtail_wpr.slots import counting, tokens
from wagtail_wpr.slots.fetch import AskedFilling
from wagtail_wpr.slots.filling import PrefetchRefused
from wagtail_wpr.slots.kinds import registered_kinds
from wagtail_wpr.slots.tokens import SlotRef


#: Slots that one request may ask for, and bytes that it may have.
MOST_SLOTS = 100
MOST_BYTES = 64 * 1024


class BadQuestion(ValueError):
    """The request cannot be answered; ``status`` and the message say why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@endpoint
@require_POST
def slots(request: HttpRequest) -> HttpResponse:
    """Fill the slots of one page for the reader who asks; a slot that keeps its default says why.

    In: ``{"slots": [token, …], "at": path of the page}``. Out: ``{"slots": {token: {"html": …} or
    {"kept": reason}}, "say": what changed, for a screen reader}``.
    """
    try:
        wanted, at = _question(request)
    except BadQuestion as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    filling = AskedFilling(request, at)
    try:
        filled = filling.fill_tokens(wanted)
    except PrefetchRefused:
        return JsonResponse({"error": "Nothing is spent before the page is shown; ask again then."}, status=503)
    response = JsonResponse(
        {
            "slots": {token: _answer(token, filled, filling) for token in wanted},
            "say": _announcement(filled, filling),
        }
    )
    if filling.new_browser:
        keep_browser(request, response, filling.new_browser)
    _correct_marker(request, filling)
    return response


def _question(request: HttpRequest) -> tuple[list[str], str]:
    """Return the tokens and the path that were sent.

    :raises BadQuestion: for anything that is no question of our script.
    """
    asked = _json(request)
    wanted, at = asked.get("slots"), asked.get("at", "")
    if not isinstance(wanted, list) or not all(isinstance(token, str) for token in wanted) or not isinstance(at, str):
        raise BadQuestion('Send {"slots": [token, …], "at": path}, with text in both.')
    if len(wanted) > MOST_SLOTS:
        raise BadQuestion(f"Ask for at most {MOST_SLOTS} slots at once.", status=413)
    return list(dict.fromkeys(wanted)), at


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise BadQuestion("Send application/json.", status=415)
    if _length(request) > MOST_BYTES:
        raise BadQuestion(f"Send at most {MOST_BYTES} bytes.", status=413)
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadQuestion("This is no JSON.") from None
    if not isinstance(asked, dict):
        raise BadQuestion("Send a JSON object.")
    return asked


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return MOST_BYTES + 1


def _answer(token: str, filled: dict[str, str], filling: AskedFilling) -> dict[str, str]:
    if token in filled:
        return {"html": filled[token]}
    return {"kept": filling.reason_kept(tokens.read(token))}


def _announcement(filled: dict[str, str], filling: AskedFilling) -> str:
    """Return the sentence that tells somebody who cannot see it that the article stands open now; "" if it does not."""
    gated = {kind.name for kind in registered_kinds().values() if kind.is_gated}
    for token in filled:
        ref = tokens.read(token)
        if ref is not None and ref.kind in gated and _is_open(ref, filling):
            with translation.override(ref.language or translation.get_language()):
                return _("The whole article is open.")
    return ""


def _is_open(ref: SlotRef, filling: AskedFilling) -> bool:
    decision = filling.decision(ref)
    return decision is not None and decision.opens


def _correct_marker(request: HttpRequest, filling: AskedFilling) -> None:
    """Take the marker from a browser that nobody is known in, so that it need not ask on every page."""
    reader = filling.reader
    known = reader.user is not None or reader.pending or bool(reader.grants)
    if known != marker.is_marked(request):
        marker.note(request, known)


@endpoint
@require_POST
def wall_shown(request: HttpRequest) -> HttpResponse:
    """Count the walls that a page from a cache has shown. Looks at no cookie and asks no database."""
    try:
        wanted, _at = _question(request)
    except BadQuestion as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    refs = [ref for token in wanted if (ref := tokens.read(token)) is not None and not ref.live]
    # A page is one wall, however many parts of it stand behind it.
    for page, wall in {ref.page: ref.wall for ref in refs}.items():
        counting.wall_was_shown(page, wall)
    return HttpResponse(status=204)
