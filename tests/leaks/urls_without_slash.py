"""The site's addresses as ``WAGTAIL_APPEND_SLASH = False`` makes them: a page answers with and without a slash."""

from __future__ import annotations

from django.urls import include, path, re_path
from wagtail import views

from tests.leaks.urls import urlpatterns as with_slash


urlpatterns = [
    *[pattern for pattern in with_slash if str(pattern.pattern)],
    path("_util/", include([])),
    re_path(r"^([\w\-/]*)$", views.serve, name="wagtail_serve"),
]
