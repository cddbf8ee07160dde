"""What the script of a page posts to; included under the namespace ``wagtail_wpr``."""

from __future__ import annotations

from django.urls import path

from wagtail_wpr.slots import views


urlpatterns = [
    path("slots/", views.slots, name="slots"),
    path("shown/", views.wall_shown, name="wall_shown"),
]
