from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from wagtail_wpr.billing.models import Plan, Subscription
from wagtail_wpr.billing.viewsets import BillingViewSetGroup


@hooks.register("register_admin_viewset")
def register_billing() -> BillingViewSetGroup:
    return BillingViewSetGroup()


@hooks.register("register_permissions")
def register_billing_permissions() -> QuerySet[Any, Any]:
    """Let groups be given plans and subscriptions."""
    models = [model._meta.model_name for model in (Plan, Subscription)]
    return Permission.objects.filter(content_type__app_label="wagtail_wpr_billing", content_type__model__in=models)
