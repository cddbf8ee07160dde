"""The catalogue's tables. Written by ``upkeep`` alone; everything in them is public text."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string

from wagtail_wpr.catalogue.queries import CatalogueQuerySet
from wagtail_wpr.swapping import PAGE_MODEL, get_page_model


__all__ = ["CatalogueContributor", "CatalogueEntry", "CatalogueRegion", "CatalogueTopic"]


class CatalogueEntry(models.Model):
    """A live page that readers look for, with all that a list shows of it."""

    page = models.OneToOneField(PAGE_MODEL, on_delete=models.CASCADE, related_name="+")
    content_key = models.UUIDField(_("translation key of the page"), db_index=True)
    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.SET_NULL, related_name="+")
    locale = models.ForeignKey("wagtailcore.Locale", on_delete=models.CASCADE, related_name="+")
    url_path = models.TextField(_("path in the page tree"))
    kind = models.CharField(_("kind"), max_length=32)
    format = models.CharField(_("format"), max_length=32, blank=True)
    title = models.CharField(_("title"), max_length=255)
    summary = models.TextField(_("summary"), blank=True)
    image = models.ForeignKey(get_image_model_string(), null=True, on_delete=models.SET_NULL, related_name="+")
    image_alt = models.CharField(max_length=255, blank=True)
    published_at = models.DateTimeField(_("published"))
    updated_at = models.DateTimeField(_("updated"), null=True)
    reading_minutes = models.PositiveIntegerField(_("minutes to read"), default=0)
    region_names = models.JSONField(_("regions"), default=list)
    topic_names = models.JSONField(_("topics"), default=list)
    contributor_names = models.JSONField(_("contributors"), default=list)
    series_key = models.UUIDField(_("translation key of the series"), null=True, db_index=True)
    series_name = models.CharField(_("series"), max_length=255, blank=True)
    series_position = models.PositiveIntegerField(_("part"), null=True)
    restricted = models.BooleanField(_("behind a view restriction"), default=False)
    shadow = models.BooleanField(
        _("alias beside its source"), default=False, help_text=_("Its source has a row in the same list.")
    )

    objects = CatalogueQuerySet.as_manager()

    # Whoever deletes a picture or a site is told about the page, not about its row here.
    wagtail_reference_index_ignore = True

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("catalogue entry")
        verbose_name_plural = _("catalogue entries")
        indexes = [
            models.Index(fields=["site", "locale", "restricted", "shadow", "-published_at"], name="wpr_entry_newest"),
            models.Index(fields=["kind", "-published_at"], name="wpr_entry_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_url(self, request: Any = None) -> str | None:
        """Return the page's address, relative where the site allows it, or ``None`` without a site.

        No query once Wagtail has its sites in the cache.
        """
        model = get_page_model()
        # An unsaved page with the one column that Wagtail's own method looks at: its rules, not our copy.
        address: str | None = model(pk=self.page_id, url_path=self.url_path).get_url(request=request)
        return address

    def get_full_url(self, request: Any = None) -> str | None:
        """Return the page's address with its domain, or ``None`` for a page that no site serves."""
        address: str | None = get_page_model()(pk=self.page_id, url_path=self.url_path).get_full_url(request)
        return address

    @cached_property
    def url(self) -> str | None:
        """The page's address for templates; see ``get_url``."""
        return self.get_url()

    @property
    def kicker(self) -> str:
        """The first region or else the first topic, as it stands above a headline."""
        return str(next(iter([*self.region_names, *self.topic_names]), ""))


class Listing(models.Model):
    """One term of an entry, by the translation key that its rows in all languages share."""

    key = models.UUIDField()

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class CatalogueRegion(Listing):
    """A region of an entry. The regions above a chosen one have rows too, with ``direct`` false."""

    entry = models.ForeignKey(CatalogueEntry, on_delete=models.CASCADE, related_name="region_rows")
    direct = models.BooleanField(default=True)

    class Meta:
        app_label = "wagtail_wpr"
        indexes = [models.Index(fields=["key", "entry"], name="wpr_entry_region")]
        constraints = [models.UniqueConstraint(fields=["entry", "key"], name="wpr_entry_region_once")]


class CatalogueTopic(Listing):
    """A topic of an entry."""

    entry = models.ForeignKey(CatalogueEntry, on_delete=models.CASCADE, related_name="topic_rows")

    class Meta:
        app_label = "wagtail_wpr"
        indexes = [models.Index(fields=["key", "entry"], name="wpr_entry_topic")]
        constraints = [models.UniqueConstraint(fields=["entry", "key"], name="wpr_entry_topic_once")]


class CatalogueContributor(Listing):
    """A contributor of an entry."""

    entry = models.ForeignKey(CatalogueEntry, on_delete=models.CASCADE, related_name="contributor_rows")

    class Meta:
        app_label = "wagtail_wpr"
        indexes = [models.Index(fields=["key", "entry"], name="wpr_entry_contributor")]
        constraints = [models.UniqueConstraint(fields=["entry", "key"], name="wpr_entry_contributor_once")]
