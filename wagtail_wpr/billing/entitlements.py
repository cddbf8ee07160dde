"""Keeping readers' entitlements in step with their subscriptions."""

from __future__ import annotations

from django.db import transaction

from wagtail_wpr.access.models import Entitlement
from wagtail_wpr.billing.models import Plan, Subscription


def keep_in_step(subscription: Subscription) -> None:
    """Write, change and delete the entitlement rows of *subscription* so that they say what it gives."""
    wanted = _wanted(subscription)
    with transaction.atomic():
        rows = Entitlement.objects.filter(source=subscription.source)
        rows.exclude(name__in=wanted, user_id=subscription.user_id).delete()
        until = subscription.access_until()
        kept = set()
        for row in rows.order_by("pk"):
            if row.name in kept:
                row.delete()
                continue
            kept.add(row.name)
            row.valid_from, row.valid_until = subscription.started_at, until
            row.save()
        Entitlement.objects.bulk_create(
            Entitlement(
                user_id=subscription.user_id,
                name=name,
                source=subscription.source,
                valid_from=subscription.started_at,
                valid_until=until,
            )
            for name in sorted(wanted - kept)
        )


def keep_plan_in_step(plan: Plan) -> None:
    """Do so for every subscription to *plan*, after it gives more or less."""
    for subscription in Subscription.objects.with_plans().filter(price__plan=plan).iterator(chunk_size=500):
        keep_in_step(subscription)


def take_away(subscription: Subscription) -> None:
    """Delete what a subscription that is gone gave."""
    Entitlement.objects.filter(source=subscription.source).delete()


def _wanted(subscription: Subscription) -> set[str]:
    if not subscription.gives_access():
        return set()
    # Asked anew, not through the row at hand: its price may carry a plan from before it changed.
    plan_id = subscription.price.plan_id
    names = Plan.objects.filter(pk=plan_id).values_list("entitlements__name", flat=True)
    return {name for name in names if name}
