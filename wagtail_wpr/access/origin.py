"""Did our own page post this? Asked in place of a CSRF token, which a page for everyone cannot hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.translation import gettext as _


def same_origin(request: HttpRequest) -> bool:
    """Return whether a browser says that this request comes from a page of this very host.

    ``Sec-Fetch-Site`` decides where it was sent (a page cannot forge it), then ``Origin``, then
    ``Referer``. Without any of them the answer is no. Hosts in ``CSRF_TRUSTED_ORIGINS`` count as ours.
    The scheme is not compared: behind a proxy that ends TLS the site may not know its own.
    """
    site = request.headers.get("Sec-Fetch-Site", "").lower()
    if site in ("same-origin", "none"):
        return True
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    host = _host_of(source)
    if not host:
        return False
    if not site and host == request.get_host().lower():
        return True
    return _is_trusted(host)


def _host_of(source: str) -> str:
    """Return host and port of an origin or address in lower case; ``""`` for ``null`` and nonsense."""
    try:
        return urlsplit(source).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _is_trusted(host: str) -> bool:
    """Return whether *host* stands in ``CSRF_TRUSTED_ORIGINS``, by name or by ``*.`` pattern."""
    trusted = (_host_of(origin) for origin in django_settings.CSRF_TRUSTED_ORIGINS)
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in trusted if name)


def require_same_origin(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 403 with a plain sentence where a posting request does not come from a page of this host."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS") or same_origin(request):
            return view(request, *args, **kwargs)
        response = HttpResponseForbidden(
            _("This form was sent from another site. Please go back, reload the page and try again."),
            content_type="text/plain; charset=utf-8",
        )
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped
