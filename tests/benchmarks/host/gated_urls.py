from __future__ import annotations

from django.urls import include, path

from tests.benchmarks.host.plain_urls import urlpatterns as plain_urlpatterns


urlpatterns = [path("wpr/", include("wagtail_wpr.urls")), *plain_urlpatterns]
