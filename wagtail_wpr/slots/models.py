"""What the wall says, how a site delivers its pages, and how often walls were shown."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import TranslatableMixin
from wagtail.search import index

from wagtail_wpr.swapping import PAGE_MODEL


__all__ = ["DeliverySettings", "WallCopy", "WallCount"]


class WallCopy(TranslatableMixin, index.Indexed, models.Model):
    """The words of one kind of wall, for all sites, for one, or for a section and what is below it.

    An empty field keeps the package's own words.
    """

    class Kind(models.TextChoices):
        REGISTER = "register", _("Register")
        CONFIRM = "confirm", _("Confirm")
        SUBSCRIBE = "subscribe", _("Subscribe")

    wall = models.CharField(_("wall"), max_length=20, choices=Kind.choices, default=Kind.REGISTER)
    site = models.ForeignKey(
        "wagtailcore.Site",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site"),
        help_text=_("Empty: all sites."),
    )
    section = models.ForeignKey(
        PAGE_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("section"),
        help_text=_("Only on this page and what is below it. Empty: everywhere."),
    )
    headline = models.CharField(_("headline"), max_length=120, blank=True)
    promise = models.TextField(_("promise"), blank=True, help_text=_("What the reader gets, in one or two sentences."))
    button = models.CharField(_("button"), max_length=60, blank=True)
    next_step = models.CharField(
        _("what happens next"), max_length=200, blank=True, help_text=_("One sentence below the button.")
    )
    subscribe_line = models.CharField(_("quiet line"), max_length=200, blank=True)

    panels = [
        FieldPanel("wall"),
        MultiFieldPanel([FieldPanel("site"), FieldPanel("section")], heading=_("Where it stands")),
        MultiFieldPanel(
            [
                FieldPanel("headline"),
                FieldPanel("promise"),
                FieldPanel("button"),
                FieldPanel("next_step"),
                FieldPanel("subscribe_line"),
            ],
            heading=_("What it says"),
        ),
    ]

    search_fields = [
        index.SearchField("headline"),
        index.SearchField("promise"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("wall copy")
        verbose_name_plural = _("wall copy")

    def __str__(self) -> str:
        return self.headline or str(self.get_wall_display())


@register_setting(icon="site")
class DeliverySettings(BaseSiteSetting):
    """How one site's pages reach their readers. A site without a row does as the installation says."""

    class Delivery(models.TextChoices):
        AS_INSTALLED = "", _("As installed")
        INLINE = "inline", _("Filled for each reader as the page leaves")
        FETCH = "fetch", _("One page for everybody; readers’ parts are fetched")

    delivery = models.CharField(
        _("delivery"),
        max_length=10,
        choices=Delivery.choices,
        default=Delivery.AS_INSTALLED,
        blank=True,
        help_text=_(
            "Fetched parts suit sites behind a cache: every reader is sent the same page, and a small script "
            "asks for what belongs to the reader. Change it together with the settings of that cache."
        ),
    )

    panels = [FieldPanel("delivery")]

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    @classmethod
    def for_site(cls, site: Any) -> DeliverySettings:
        """Return the row of *site*, or unsaved defaults. Wagtail's own would create a row on GET."""
        if site is None:
            raise cls.DoesNotExist("There are no delivery settings without a site; pass a Site.")
        return cls.base_queryset().filter(site=site).first() or cls(site=site)


class WallCount(models.Model):
    """How often one kind of wall was shown on one article in one day. No reader is in it."""

    site_id = models.PositiveIntegerField(_("site"))
    content = models.CharField(_("content"), max_length=64)
    wall = models.CharField(_("wall"), max_length=20)
    day = models.DateField(_("day"))
    shown = models.PositiveBigIntegerField(_("shown"), default=0)

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("walls shown")
        verbose_name_plural = _("walls shown")
        constraints = [
            models.UniqueConstraint(fields=["day", "site_id", "content", "wall"], name="wpr_wall_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.wall}: {self.shown}"
