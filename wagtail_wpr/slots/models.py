"""What the wall says, in editors' hands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import TranslatableMixin
from wagtail.search import index

from wagtail_wpr.swapping import PAGE_MODEL


__all__ = ["WallCopy"]


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
