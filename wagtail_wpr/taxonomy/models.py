"""Regions, topics, contributors and series, and the rows that tie pages to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.images import get_image_model_string
from wagtail.models import Orderable
from wagtail.search import index

from wagtail_wpr.swapping import PAGE_MODEL
from wagtail_wpr.taxonomy.terms import Term


if TYPE_CHECKING:
    from django.db.models import QuerySet
    from wagtail.models import Locale


__all__ = ["Contributor", "PageContributor", "PageRegion", "PageTopic", "Region", "Series", "Topic"]

#: Regions nest at most this deep: the world's region, a part of it, a country, a province.
DEEPEST = 6


class Region(Term):
    """A part of the world. Countries stand under regions; a page of a country is found under both."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text=_("The larger region that this one belongs to. A country belongs to a region."),
    )
    description = models.TextField(_("introduction"), blank=True)
    image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    search_fields = [*Term.search_fields, index.FilterField("parent")]

    class Meta(Term.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def clean(self) -> None:
        """Refuse a parent that would make a circle, that speaks another language, or that nests too deep."""
        super().clean()
        if self.parent is None:
            return
        if self.locale_id and self.parent.locale_id != self.locale_id:
            raise ValidationError({"parent": _("Choose a region of the same language.")})
        above = [self.parent, *self.parent.get_ancestors()]
        if self.pk and any(region.pk == self.pk for region in above):
            raise ValidationError({"parent": _("A region cannot be part of itself.")})
        if len(above) >= DEEPEST:
            raise ValidationError({"parent": _("Regions cannot be nested any deeper.")})

    def get_ancestors(self) -> list[Region]:
        """Return the regions above this one, the nearest first. One query a level; never endless."""
        found: list[Region] = []
        seen = {self.pk}
        region = self.parent
        while region is not None and region.pk not in seen:
            seen.add(region.pk)
            found.append(region)
            region = region.parent
        return found

    def get_descendants(self, *, inclusive: bool = False) -> QuerySet[Region]:
        """Return the regions below this one at any depth, in the order of their names."""
        found: set[int] = set()
        level = {self.pk}
        while level:
            found |= level
            level = set(Region.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        if not inclusive:
            found.discard(self.pk)
        return Region.objects.filter(pk__in=found)

    def copy_for_translation(self, locale: Locale, exclude_fields: list[str] | None = None) -> Region:
        """Return an unsaved copy in another language, under its parent's translation if there is one."""
        copy: Region = super().copy_for_translation(locale, exclude_fields=exclude_fields)
        if self.parent is not None:
            copy.parent = self.parent.get_translation_or_none(locale)
        return copy


class Topic(Term):
    """A subject that pages are about."""

    description = models.TextField(_("introduction"), blank=True)

    class Meta(Term.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Series(Term):
    """Articles that belong together and are read in an order."""

    description = models.TextField(_("introduction"), blank=True)

    class Meta(Term.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("series")
        verbose_name_plural = _("series")


class Contributor(Term):
    """Somebody who writes: a person, or an organisation that is credited like one."""

    role = models.CharField(
        _("role"), max_length=255, blank=True, help_text=_("One line, as in “Vienna correspondent”.")
    )
    biography = models.TextField(
        _("biography"), blank=True, help_text=_("Two or three sentences. Shown below the articles.")
    )
    portrait = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("portrait"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    website = models.URLField(_("website"), blank=True)
    social = models.URLField(_("social profile"), blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)

    search_fields = [
        *Term.search_fields,
        index.SearchField("role"),
        index.FilterField("role"),
        index.SearchField("biography"),
    ]

    class Meta(Term.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")

    @property
    def links(self) -> list[str]:
        """The addresses of the contributor elsewhere, those that were given."""
        return [link for link in (self.website, self.social) if link]


class Tag(Orderable):
    """A row that ties a page to a term. Drafted, copied and reviewed with the page.

    Deleting a term that a page uses is refused (``PROTECT``); deleting the page deletes the row.
    """

    #: Name of the foreign key to the term.
    term_field: str = ""

    class Meta(Orderable.Meta):
        abstract = True

    @property
    def term(self) -> Any:
        """The term this row points to, in the language it was chosen in."""
        return getattr(self, self.term_field)

    def __str__(self) -> str:
        return str(self.term)


class PageRegion(Tag):
    """One region of a page. The first is the one that stands above the headline."""

    term_field = "region"

    page = ParentalKey(PAGE_MODEL, on_delete=models.CASCADE, related_name="wpr_regions")
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="page_rows")

    class Meta(Tag.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("region of a page")
        verbose_name_plural = _("regions of pages")


class PageTopic(Tag):
    """One topic of a page."""

    term_field = "topic"

    page = ParentalKey(PAGE_MODEL, on_delete=models.CASCADE, related_name="wpr_topics")
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="page_rows")

    class Meta(Tag.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("topic of a page")
        verbose_name_plural = _("topics of pages")


class PageContributor(Tag):
    """One contributor of a page, in the order of the byline."""

    term_field = "contributor"

    page = ParentalKey(PAGE_MODEL, on_delete=models.CASCADE, related_name="wpr_contributors")
    contributor = models.ForeignKey(
        Contributor, verbose_name=_("contributor"), on_delete=models.PROTECT, related_name="page_rows"
    )

    class Meta(Tag.Meta):
        app_label = "wagtail_wpr"
        verbose_name = _("contributor of a page")
        verbose_name_plural = _("contributors of pages")
