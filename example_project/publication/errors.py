"""Errors in the publication's clothes. None of them may fail in turn."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wagtail_wpr import catalogue


logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: says so, and offers the newest articles."""
    return _page(request, "404.html", 404, with_newest=True)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says so."""
    return _page(request, "403.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says so, asking nothing of the database."""
    try:
        return _page(request, "500.html", 500)
    except Exception:
        logger.exception("The page for errors failed.")
        return HttpResponse("Something broke on our side. Please try again in a minute.", status=500)


def _page(request: HttpRequest, template: str, status: int, *, with_newest: bool = False) -> HttpResponse:
    context: dict[str, Any] = {"is_error": True}
    if with_newest:
        try:
            context["newest"] = list(catalogue.entries(locale=_default_locale()).newest()[:5])
        except Exception:
            logger.exception("The newest articles could not be read.")
    return render(request, f"publication/{template}", context, status=status)


def _default_locale() -> Any:
    from wagtail.models import Locale

    return Locale.get_default()
