"""A strict Content-Security-Policy, and pages that a cache may keep: nothing of ours needs inline code or a session."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
# Wagtail's admin brings scripts and styles of its own.
EXEMPT = ("/admin/", "/documents/")


class ContentSecurityPolicyMiddleware:
    """Adds the policy to every answer outside the admin that has none yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(EXEMPT):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class PublicPagesMiddleware:
    """Lets caches keep the publication's pages for a minute. Where they are filled for a reader, ours takes it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        is_page = match is not None and match.url_name == "wagtail_serve" and request.method in ("GET", "HEAD")
        if is_page and response.status_code == 200 and not response.has_header("Cache-Control"):
            # A browser asks again each time, so that the back button shows what a reader may read by now.
            patch_cache_control(response, public=True, max_age=0, s_maxage=60)
        return response
