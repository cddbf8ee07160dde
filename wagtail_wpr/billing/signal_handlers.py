"""What makes readers' entitlements change."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save

from wagtail_wpr.billing import entitlements
from wagtail_wpr.billing.models import Plan, PlanEntitlement, Price, Subscription


def connect() -> None:
    """Connect the signal handlers of this app."""
    post_save.connect(subscription_saved, sender=Subscription, dispatch_uid="wpr_billing_subscription")
    post_delete.connect(subscription_deleted, sender=Subscription, dispatch_uid="wpr_billing_subscription")
    for signal in (post_save, post_delete):
        signal.connect(plan_entitlement_changed, sender=PlanEntitlement, dispatch_uid="wpr_billing_plan")
    post_save.connect(price_saved, sender=Price, dispatch_uid="wpr_billing_price")


def subscription_saved(instance: Subscription, raw: bool = False, **kwargs: Any) -> None:
    """Entitlements follow the subscription; a fixture brings its own rows."""
    if not raw:
        entitlements.keep_in_step(instance)


def subscription_deleted(instance: Subscription, **kwargs: Any) -> None:
    """What it gave goes with it."""
    entitlements.take_away(instance)


def plan_entitlement_changed(instance: PlanEntitlement, raw: bool = False, **kwargs: Any) -> None:
    """Everybody who has the plan has what it gives now."""
    plan = Plan.objects.filter(pk=instance.plan_id).first()
    if plan is not None and not raw:
        entitlements.keep_plan_in_step(plan)


def price_saved(instance: Price, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A price that was moved to another plan gives what that one gives."""
    if not created and not raw:
        entitlements.keep_plan_in_step(instance.plan)
