from __future__ import annotations

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import urls as wagtaildocs_urls


api_router = WagtailAPIRouter("wagtailapi")
try:
    from wagtail.api.v3.urls import api
except ImportError:  # before Wagtail 8.0
    v3 = []
else:
    v3 = [path("api/v3/", api.urls)]

api_router.register_endpoint("pages", PagesAPIViewSet)

urlpatterns = [
    *v3,
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v2/", api_router.urls),
    path("wpr/", include("wagtail_wpr.urls")),
    path("", include(wagtail_urls)),
]
