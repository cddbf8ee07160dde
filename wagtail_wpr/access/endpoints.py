"""What every address of ours has in common: posted from our own pages, never stored, never indexed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from wagtail_wpr.access.origin import require_same_origin


PRIVATE = "private, no-store"


def endpoint(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view one of ours.

    Posts must come from our own pages (in place of a CSRF token, which a cached page cannot hold); a host's
    ``LoginRequiredMiddleware`` and ``ATOMIC_REQUESTS`` leave it alone; the answer is private and leaks no
    token.
    """

    guarded = require_same_origin(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return private(guarded(request, *args, **kwargs))

    return csrf_exempt(login_not_required(transaction.non_atomic_requests(wrapped)))


def private(response: HttpResponse) -> HttpResponse:
    """Replace, not patch, what the host may have said about caching this answer, and return it."""
    response["Cache-Control"] = PRIVATE
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    # In a frame, somebody could be made to press a button that they do not see.
    response["X-Frame-Options"] = "DENY"
    return response
