"""What a host mounts: ``path("wpr/", include("wagtail_wpr.urls"))``."""

from __future__ import annotations

from wagtail_wpr.readers.urls import urlpatterns as reader_urlpatterns
from wagtail_wpr.slots.urls import urlpatterns as slot_urlpatterns


app_name = "wagtail_wpr"

urlpatterns = [*reader_urlpatterns, *slot_urlpatterns]
