"""Addresses of the example publication."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.images.api.v2.views import ImagesAPIViewSet

from example_project.demo import views as demo


api = WagtailAPIRouter("wagtailapi")
api.register_endpoint("pages", PagesAPIViewSet)
api.register_endpoint("images", ImagesAPIViewSet)

handler403 = "example_project.publication.errors.forbidden"
handler404 = "example_project.publication.errors.not_found"
handler500 = "example_project.publication.errors.server_error"

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v2/", api.urls),
    path("wpr/", include("wagtail_wpr.urls")),
    path("demo/be/<slug:name>/", demo.be, name="demo_be"),
    path("outbox/", demo.outbox, name="outbox"),
    path("outbox/messages.json", demo.messages_json, name="outbox_json"),
    path("outbox/<int:pk>/", demo.message, name="outbox_message"),
    path("outbox/<int:pk>/html/", demo.message_html, name="outbox_html"),
    # A demonstration on loopback serves its own pictures; a real site leaves this to its web server.
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False),
]
