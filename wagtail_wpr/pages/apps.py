"""The optional app of ready-made page types."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailWprPagesConfig(AppConfig):
    name = "wagtail_wpr.pages"
    label = "wagtail_wpr_pages"
    verbose_name = _("Articles, reports and sections")
    default_auto_field = "django.db.models.BigAutoField"
