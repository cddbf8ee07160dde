from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailWprConfig(AppConfig):
    name = "wagtail_wpr"
    label = "wagtail_wpr"
    verbose_name = _("Walls, meters and readers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_wpr import checks  # noqa: F401  (registers the system checks)
        from wagtail_wpr.access import signal_handlers as access_signals
        from wagtail_wpr.catalogue import signal_handlers as catalogue_signals
        from wagtail_wpr.slots import signal_handlers as slot_signals

        access_signals.connect()
        catalogue_signals.connect()
        slot_signals.connect()
