"""What is stored about access: settings of pages and sites, the ledger of reads, entitlements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from wagtail_wpr.access.levels import AccessLevel
from wagtail_wpr.swapping import PAGE_MODEL


__all__ = ["AccessSetting", "Entitlement", "MeterSettings", "PeriodKind", "Read"]

#: The one meter that there is so far; the column leaves room for more.
DEFAULT_POOL = "default"

#: What the subscriber rule asks for.
ALL_ACCESS = "all_access"

#: Whoever has it is shown no advertisement.
AD_FREE = "ad_free"


class AccessSetting(models.Model):
    """What an editor set on one page, of any type: its access and when it changes.

    A child row, so that it is drafted, copied, compared and reviewed with its page.
    """

    page = ParentalKey(PAGE_MODEL, on_delete=models.CASCADE, related_name="wpr_access", verbose_name=_("page"))
    access = models.CharField(
        _("who may read it"),
        max_length=20,
        choices=AccessLevel.choices,
        default=AccessLevel.INHERIT,
        help_text=_("Set on a section, it holds for everything below that has no setting of its own."),
    )
    free_from = models.DateTimeField(
        _("free from"),
        null=True,
        blank=True,
        help_text=_("From then on everybody reads all of it. Leave empty to start at once."),
    )
    free_until = models.DateTimeField(
        _("free until"),
        null=True,
        blank=True,
        help_text=_("Until then everybody reads all of it. Leave empty for no end."),
    )
    subscribers_after_days = models.PositiveIntegerField(
        _("subscribers only after (days)"),
        null=True,
        blank=True,
        help_text=_("Counted from the day an article was first published: the archive is for subscribers."),
    )

    panels = [
        FieldPanel("access"),
        FieldRowPanel([FieldPanel("free_from"), FieldPanel("free_until")]),
        FieldPanel("subscribers_after_days"),
    ]

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("access setting")
        verbose_name_plural = _("access settings")

    def __str__(self) -> str:
        return str(self.get_access_display())

    def clean(self) -> None:
        """Refuse a free time that ends before it begins."""
        super().clean()
        if self.free_from and self.free_until and self.free_from >= self.free_until:
            raise ValidationError({"free_until": _("The free time must end after it begins.")})


class PeriodKind(models.TextChoices):
    """How long free articles last before they are counted anew."""

    MONTH = "month", _("Calendar month")
    WEEK = "week", _("Calendar week, from Monday")
    ROLLING = "rolling", _("A number of days from the first read")


@register_setting(icon="lock")
class MeterSettings(BaseSiteSetting):
    """The meter of one site. Reading it never writes; a site without a row has the defaults."""

    default_access = models.CharField(
        _("access where nothing is set"),
        max_length=20,
        choices=[(level.value, level.label) for level in AccessLevel if level != AccessLevel.INHERIT],
        default=AccessLevel.METERED,
        help_text=_("For pages and sections without a setting of their own."),
    )
    visitor_limit = models.PositiveIntegerField(
        _("free articles for visitors"),
        default=0,
        validators=[MaxValueValidator(1000)],
        help_text=_("With 0 a visitor reads: “Leave your e-mail address to keep reading for free.”"),
    )
    registered_limit = models.PositiveIntegerField(
        _("free articles for registered readers"),
        default=3,
        validators=[MaxValueValidator(1000)],
        help_text=_(
            "With 3 readers read: “Instant access to the rest of this article, as well as three free "
            "articles per month.” The article they register on is not counted."
        ),
    )
    period = models.CharField(
        _("counted per"),
        max_length=20,
        choices=PeriodKind.choices,
        default=PeriodKind.MONTH,
        help_text=_("Readers read: “3 free articles per month”, “per week” or “in 30 days”."),
    )
    rolling_days = models.PositiveIntegerField(
        _("days of a period"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("Only for a number of days from the first read: “3 free articles in 30 days”."),
    )

    panels = [
        FieldPanel("default_access"),
        MultiFieldPanel(
            [
                FieldPanel("visitor_limit"),
                FieldPanel("registered_limit"),
                FieldPanel("period"),
                FieldPanel("rolling_days"),
            ],
            heading=_("Free articles"),
        ),
    ]

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("meter")
        verbose_name_plural = _("meters")

    @classmethod
    def for_site(cls, site: Any) -> MeterSettings:
        """Return the row of *site*, or unsaved defaults. Wagtail's own would create a row on GET."""
        if site is None:
            raise cls.DoesNotExist("There are no meter settings without a site; pass a Site.")
        return cls.base_queryset().filter(site=site).first() or cls(site=site)

    @classmethod
    def for_page_site(cls, site_id: int | None) -> MeterSettings:
        """Return the settings that hold on the site *site_id*; cached, so treat it as read-only.

        None (a page outside every site) gives the defaults.
        """
        from wagtail_wpr.access.memory import known

        return known().settings_of(site_id)


class Read(models.Model):
    """One line of the ledger: a holder read a content in a period.

    A counted read has a seat, 1 to the limit; an uncounted one has none. The two constraints make the
    meter exact: the database gives each seat, and each article, to one row only. There is no foreign key
    to the page: the ledger outlives it, and a translation or an alias is the same article.
    """

    holder = models.CharField(_("holder"), max_length=72, help_text=_("u: and a user's id, or b: and a browser's."))
    site_id = models.PositiveIntegerField(_("site"))
    pool = models.CharField(_("pool"), max_length=20, default=DEFAULT_POOL)
    period = models.CharField(_("period"), max_length=12)
    period_start = models.DateTimeField(_("period start"))
    content = models.CharField(_("content"), max_length=64)
    seat = models.PositiveIntegerField(_("seat"), null=True, blank=True)
    created = models.DateTimeField(_("read at"))

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("read")
        verbose_name_plural = _("reads")
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "site_id", "pool", "period", "content"], name="wpr_read_content_once"
            ),
            models.UniqueConstraint(fields=["holder", "site_id", "pool", "period", "seat"], name="wpr_read_seat_once"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.content}"


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    """Rows of entitlements, by time."""

    def in_force(self, at: datetime | None = None) -> EntitlementQuerySet:
        """Return those that hold at *at* (an aware time; now by default)."""
        at = at or timezone.now()
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), valid_from__lte=at)


class Entitlement(models.Model):
    """What a reader has, why, and how long. Rules ask for names; billing and the like write rows."""

    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="wpr_entitlements",
        verbose_name=_("reader"),
    )
    name = models.CharField(_("entitlement"), max_length=50, default=ALL_ACCESS)
    source = models.CharField(
        _("source"), max_length=80, blank=True, help_text=_("Who gave it, for example subscription:12.")
    )
    valid_from = models.DateTimeField(_("from"), default=timezone.now)
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [models.Index(fields=["source"], name="wpr_entitlement_by_source")]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})" if self.source else self.name
