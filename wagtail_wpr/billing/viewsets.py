"""Plans and subscriptions in the Wagtail admin, by the permissions that groups have."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from wagtail_wpr.billing.forms import SubscriptionForm
from wagtail_wpr.billing.models import Plan, Subscription


class PlanViewSet(ModelViewSet):
    """Plans with their prices and entitlements."""

    model = Plan
    icon = "list-ul"
    menu_label = _("Plans")
    list_display = ["name", "slug", "is_offered"]
    search_fields = ["name", "slug"]
    panels = Plan.panels
    add_to_admin_menu = False


class SubscriptionViewSet(ModelViewSet):
    """Subscriptions; manual and complimentary ones are given here."""

    model = Subscription
    icon = "user"
    menu_label = _("Subscriptions")
    list_display = ["user", "price", "status", "current_period_end", "provider"]
    list_filter = ["status", "provider"]
    search_fields = ["external_id", "note"]
    search_backend_name = None
    panels = [
        FieldPanel("user"),
        FieldPanel("price"),
        MultiFieldPanel(
            [FieldPanel("status"), FieldPanel("started_at"), FieldPanel("current_period_end")],
            heading=_("Time"),
        ),
        MultiFieldPanel([FieldPanel("provider"), FieldPanel("external_id")], heading=_("Provider")),
        FieldPanel("note"),
    ]

    def get_edit_handler(self) -> Any:
        """Return Wagtail's edit handler, made with our form."""
        handler = super().get_edit_handler()
        if handler is not None:
            handler.base_form_class = SubscriptionForm
        return handler


class BillingViewSetGroup(ModelViewSetGroup):
    """One menu for what is sold and who has it."""

    menu_label = _("Subscriptions")
    menu_icon = "user"
    items = (SubscriptionViewSet, PlanViewSet)
