"""The plan that the publication sells, and the subscription of the demonstration's subscriber."""

from __future__ import annotations

from typing import Any

from wagtail_wpr.access.models import ALL_ACCESS
from wagtail_wpr.billing.models import Interval, Plan, PlanEntitlement, Price, Provider, Subscription


def all_access() -> Plan:
    """Return the All-Access plan with its two prices, made where it is missing."""
    plan, is_new = Plan.objects.get_or_create(
        slug="all-access",
        defaults={"name": "All-Access", "description": "Every analysis and every chapter of every report."},
    )
    if is_new:
        PlanEntitlement.objects.create(plan=plan, name=ALL_ACCESS)
        Price.objects.create(plan=plan, amount=700, interval=Interval.MONTH)
        Price.objects.create(plan=plan, amount=7000, interval=Interval.YEAR)
    return plan


def subscribe(user: Any) -> None:
    """Give the reader a complimentary subscription without an end; nothing where there is one."""
    if not Subscription.objects.filter(user=user).exists():
        price = all_access().prices.get(interval=Interval.YEAR)
        Subscription.objects.create(user=user, price=price, provider=Provider.COMPLIMENTARY)
