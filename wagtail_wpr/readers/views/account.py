"""The reader's own page, and leaving."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings as django_settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_wpr.access import grants
from wagtail_wpr.access.endpoints import endpoint
from wagtail_wpr.readers.answers import SeeOther, home, page, safe_path
from wagtail_wpr.readers.overview import overview_of


__all__ = ["account", "log_out"]


@endpoint
@require_http_methods(["GET", "HEAD"])
def account(request: HttpRequest) -> HttpResponse:
    """Name and address, the meter, what was read, the plan."""
    if not request.user.is_authenticated:
        here = {"next": reverse("wagtail_wpr:account")}
        return SeeOther(f"{reverse('wagtail_wpr:log_in')}?{urlencode(here)}")
    return page(request, "account", {"overview": overview_of(request)})


@endpoint
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session and leave nothing of ours in the browser."""
    auth.logout(request)
    after = django_settings.LOGOUT_REDIRECT_URL
    response = SeeOther(safe_path(request.POST.get("next")) or (resolve_url(after) if after else home()))
    grants.clear(response)
    return response
