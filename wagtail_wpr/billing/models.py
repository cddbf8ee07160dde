"""What is sold and what was bought."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel

from wagtail_wpr.conf import settings


class Plan(ClusterableModel):
    """What a reader can subscribe to: it gives entitlements, at one price or several."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), unique=True)
    description = models.TextField(_("description"), blank=True)
    is_offered = models.BooleanField(
        _("is offered"), default=True, help_text=_("Switched off, nobody can buy it; who has it keeps it.")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel("description"),
        FieldPanel("is_offered"),
        InlinePanel("prices", heading=_("Prices"), label=_("Price")),
        InlinePanel("entitlements", heading=_("Entitlements"), label=_("Entitlement")),
    ]

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PlanEntitlement(models.Model):
    """One thing that a plan gives, by the name that access rules ask for."""

    plan = ParentalKey(Plan, on_delete=models.CASCADE, related_name="entitlements", verbose_name=_("plan"))
    name = models.CharField(
        _("entitlement"),
        max_length=50,
        default="all_access",
        help_text=_("all_access reads everything; ad_free and newsletters are the others of ours."),
    )

    panels = [FieldPanel("name")]

    class Meta:
        verbose_name = _("entitlement of a plan")
        verbose_name_plural = _("entitlements of a plan")

    def __str__(self) -> str:
        return self.name


class Interval(models.TextChoices):
    """How often a price is paid."""

    MONTH = "month", _("every month")
    YEAR = "year", _("every year")


class Price(models.Model):
    """What a plan costs, in one currency and interval."""

    plan = ParentalKey(Plan, on_delete=models.CASCADE, related_name="prices", verbose_name=_("plan"))
    amount = models.PositiveIntegerField(
        _("amount"), help_text=_("In the currency's smallest unit: 900 is 9.00 EUR, and 900 JPY.")
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, for example EUR."))],
    )
    interval = models.CharField(_("paid"), max_length=10, choices=Interval.choices, default=Interval.YEAR)
    is_offered = models.BooleanField(_("is offered"), default=True)

    panels = [
        FieldRowPanel([FieldPanel("amount"), FieldPanel("currency"), FieldPanel("interval")]),
        FieldPanel("is_offered"),
    ]

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")

    def __str__(self) -> str:
        return f"{self.plan}: {self.amount} {self.currency} {self.get_interval_display()}"


class Status(models.TextChoices):
    """Where a subscription stands; the words are the usual ones of payment providers."""

    TRIALING = "trialing", _("Trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Payment is late")
    CANCELED = "canceled", _("Cancelled")
    UNPAID = "unpaid", _("Unpaid")
    PAUSED = "paused", _("Paused")
    INCOMPLETE = "incomplete", _("Not completed")


class Provider(models.TextChoices):
    """Who keeps the subscription going; payment providers of other packages use names of their own."""

    MANUAL = "manual", _("Given by hand, paid elsewhere")
    COMPLIMENTARY = "complimentary", _("Complimentary")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Rows of subscriptions."""

    def with_plans(self) -> SubscriptionQuerySet:
        """Return them with plan and entitlements fetched along."""
        return self.select_related("price__plan").prefetch_related("price__plan__entitlements")


class Subscription(models.Model):
    """One reader's subscription at one price. Saving it keeps the reader's entitlements in step."""

    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="wpr_subscriptions",
        verbose_name=_("reader"),
    )
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("price"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.ACTIVE)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    current_period_end = models.DateTimeField(
        _("paid until"), null=True, blank=True, help_text=_("Empty: without end. Readers read until then.")
    )
    provider = models.CharField(_("provider"), max_length=30, default=Provider.MANUAL)
    external_id = models.CharField(
        _("provider's number"), max_length=191, null=True, blank=True, unique=True, default=None
    )
    note = models.CharField(_("note"), max_length=255, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.user}: {self.price.plan}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row; an empty number of the provider is stored as none, so that it stays unique."""
        self.external_id = self.external_id or None
        super().save(*args, **kwargs)

    @property
    def source(self) -> str:
        """The name under which its entitlements are stored."""
        return f"subscription:{self.pk}"

    def gives_access(self) -> bool:
        """Return whether its status gives access at all, until :meth:`access_until`."""
        if self.status in (Status.ACTIVE, Status.TRIALING):
            return True
        # A cancelled or late subscription without an end has nothing left that was paid for.
        return self.status in (Status.PAST_DUE, Status.CANCELED) and self.current_period_end is not None

    def access_until(self) -> datetime | None:
        """Return when its entitlements end; None for never.

        A late payment, and a provider whose news of a renewal may come late, have the grace days.
        """
        if self.current_period_end is None:
            return None
        by_hand = self.provider in Provider.values
        late = self.status == Status.PAST_DUE
        renews = self.status in (Status.ACTIVE, Status.TRIALING) and not by_hand
        return self.current_period_end + (grace() if late or renews else timedelta(0))


def grace() -> timedelta:
    """Return how long readers keep reading after a period has ended unpaid (``WPR_GRACE_DAYS``, 7 days)."""
    return timedelta(days=settings.grace_days)
