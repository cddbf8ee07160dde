from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailWprBillingConfig(AppConfig):
    name = "wagtail_wpr.billing"
    label = "wagtail_wpr_billing"
    verbose_name = _("Plans and subscriptions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_wpr.billing import signal_handlers

        signal_handlers.connect()
