"""The addresses of a site in several languages, for the tests that need one."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls

from tests.urls import urlpatterns as of_one_language


urlpatterns = [
    *[pattern for pattern in of_one_language if str(pattern.pattern)],
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False),
]
