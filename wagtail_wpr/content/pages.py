"""Mixins that make a host's own page types articles, reports and sections.

Fields and behaviour only, no ``Page``: put the mixin first, ``class Story(ArticleMixin, BasePage)``. The
lists ``wpr_panels``, ``wpr_search_fields`` and ``wpr_api_fields`` are there to be added to the host's own.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.paginator import Paginator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model_string
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index

from wagtail_wpr.content.listing import CatalogueMixin, LanguageMixin, TaggedMixin, page_saved


__all__ = [
    "ArticleMixin",
    "CatalogueMixin",
    "Format",
    "LanguageMixin",
    "ReportMixin",
    "SectionMixin",
    "StoryMixin",
    "TaggedMixin",
    "page_saved",
]

#: Words that a reader reads in a minute; the reading time shown is rounded up.
WORDS_A_MINUTE = 220


class Format(models.TextChoices):
    """What form an article has."""

    ANALYSIS = "analysis", _("Analysis")
    BRIEFING = "briefing", _("Briefing")
    COLUMN = "column", _("Column")
    INTERVIEW = "interview", _("Interview")
    FEATURE = "feature", _("Feature")
    OPINION = "opinion", _("Opinion")


class StoryMixin(CatalogueMixin, TaggedMixin, LanguageMixin, models.Model):
    """What articles and reports have in common."""

    format = models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.ANALYSIS)
    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        help_text=_("One or two sentences below the headline. Everybody sees them, also in lists and feeds."),
    )
    lead_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("lead picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_image_alt = models.CharField(
        _("text instead of the picture"),
        max_length=255,
        blank=True,
        help_text=_("What the picture shows, for those who cannot see it."),
    )
    lead_image_caption = models.CharField(_("caption"), max_length=255, blank=True)
    lead_image_credit = models.CharField(_("credit"), max_length=255, blank=True)
    date_published = models.DateTimeField(
        _("published, as shown"),
        null=True,
        blank=True,
        help_text=_("Left empty, readers see the day on which the page first went live."),
    )
    date_updated = models.DateTimeField(
        _("updated, as shown"),
        null=True,
        blank=True,
        help_text=_("Fill this in when the text changed in a way that readers should know of."),
    )
    correction = models.TextField(
        _("correction"), blank=True, help_text=_("What was wrong and what is right. Everybody sees it.")
    )
    series = models.ForeignKey(
        "wagtail_wpr.Series",
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    series_position = models.PositiveIntegerField(_("part"), null=True, blank=True)
    word_count = models.PositiveIntegerField(_("words"), default=0, editable=False)
    source_id = models.CharField(
        _("id where it was imported from"),
        max_length=255,
        blank=True,
        default="",
        db_index=True,
        editable=False,
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_fields") is None:
            self.word_count = self.wpr_count_words()
        self._forget_terms()
        result = super().save(*args, **kwargs)
        # Again: the search index read them while the rows were being written.
        self._forget_terms()
        return result

    save.alters_data = True  # type: ignore[attr-defined]

    @property
    def published_at(self) -> datetime | None:
        """When the page was published, as readers are shown it."""
        return self.wpr_catalogue_dates()[0]

    @property
    def updated_at(self) -> datetime | None:
        """When the text was last updated, as readers are shown it, or ``None``."""
        return self.wpr_catalogue_dates()[1]

    @property
    def reading_minutes(self) -> int:
        """Minutes that reading the whole text takes, rounded up; 0 for a page without text."""
        return math.ceil(self.word_count / WORDS_A_MINUTE)

    def wpr_count_words(self) -> int:
        """Return the words of all the page's stream and rich text fields, bodies included: a number only."""
        return sum(count_words(self, field) for field in self._meta.get_fields())

    def wpr_teaser_text(self) -> str:
        """Return what everybody may read of the text, for the search index."""
        from wagtail_wpr.content.text import teaser_text

        return str(teaser_text(self))


def count_words(page: Any, field: Any) -> int:
    """Return the number of words in one field of a page; 0 for fields that hold no text of an article."""
    if isinstance(field, RichTextField):
        return sum(len(text.split()) for text in field.get_searchable_content(getattr(page, field.name)))
    if isinstance(field, StreamField):
        from wagtail_wpr.content.door import open_whole

        value = open_whole(getattr(page, field.name))
        return sum(len(text.split()) for text in value.stream_block.get_searchable_content(value))
    return 0


CONTENT_PANELS = [
    FieldPanel("standfirst"),
    MultiFieldPanel(
        [
            FieldPanel("lead_image"),
            FieldPanel("lead_image_alt"),
            FieldRowPanel([FieldPanel("lead_image_caption"), FieldPanel("lead_image_credit")]),
        ],
        heading=_("Lead picture"),
    ),
]

DETAIL_PANELS = [
    FieldRowPanel([FieldPanel("series"), FieldPanel("series_position")], heading=_("Series")),
    FieldRowPanel([FieldPanel("date_published"), FieldPanel("date_updated")], heading=_("Dates")),
    FieldPanel("correction"),
]

#: Titles are in the page's own search fields; a body is never among these.
STORY_SEARCH_FIELDS = [
    index.SearchField("standfirst"),
    index.SearchField("wpr_teaser_text"),
    index.SearchField("wpr_contributor_names"),
    index.FilterField("date_published"),
    index.FilterField("format"),
]

#: Public columns only: whatever is named here can be filtered and ordered by, by anybody.
STORY_API_FIELDS = [
    APIField("format"),
    APIField("standfirst"),
    APIField("date_published"),
    APIField("date_updated"),
    APIField("correction"),
    APIField("lead_image"),
    APIField("lead_image_alt"),
    APIField("lead_image_caption"),
    APIField("lead_image_credit"),
    APIField("series_position"),
    APIField("word_count"),
]


class ArticleMixin(StoryMixin):
    """An article: a format, a standfirst, a lead picture, dates, a series. The host adds the body."""

    wpr_kind = "article"

    wpr_panels = [FieldPanel("format"), *CONTENT_PANELS]
    wpr_detail_panels = DETAIL_PANELS
    wpr_search_fields = STORY_SEARCH_FIELDS
    wpr_api_fields = STORY_API_FIELDS

    class Meta:
        abstract = True


class ReportMixin(StoryMixin):
    """A report: a cover, an introduction for everybody, key findings. The host adds the chapters."""

    wpr_kind = "report"

    cover = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("cover"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    introduction = RichTextField(
        _("introduction"), blank=True, help_text=_("Everybody can read it: it is the teaser of the report.")
    )
    key_findings = RichTextField(
        _("key findings"), blank=True, help_text=_("Everybody can read them. Three to five sentences.")
    )

    wpr_panels = [
        *CONTENT_PANELS,
        FieldPanel("cover"),
        FieldPanel("introduction"),
        FieldPanel("key_findings"),
    ]
    wpr_detail_panels = DETAIL_PANELS
    wpr_search_fields = [*STORY_SEARCH_FIELDS, index.SearchField("key_findings")]
    wpr_api_fields = [
        *STORY_API_FIELDS,
        APIField("cover"),
        APIField("introduction"),
        APIField("key_findings"),
    ]

    class Meta:
        abstract = True

    def wpr_catalogue_image(self) -> tuple[int | None, str]:
        """Return the cover, or else the lead picture."""
        if self.cover_id:
            return self.cover_id, ""
        return super().wpr_catalogue_image()

    def get_teaser_text(self) -> str:
        """Return what everybody may read: the introduction, then the titles and openings of the chapters."""
        from wagtail_wpr.content.text import stream_text

        return f"{get_text_for_indexing(self.introduction)} {stream_text(self)}"


class SectionMixin(LanguageMixin, models.Model):
    """A section: an introduction and the list of what stands below it, read from the catalogue."""

    introduction = RichTextField(_("introduction"), blank=True)

    #: Entries on one page of the section's list.
    wpr_page_size = 20

    wpr_panels = [FieldPanel("introduction")]
    wpr_search_fields = [index.SearchField("introduction")]
    wpr_api_fields = [APIField("introduction")]

    class Meta:
        abstract = True

    def wpr_entries(self) -> Any:
        """Return the catalogue entries below the section, newest first; a queryset to narrow further."""
        from wagtail_wpr.catalogue import entries_below

        return entries_below(self).with_images("fill-600x400|format-webp")

    def wpr_subsections(self) -> Any:
        """Return the sections directly below this one that the public may see, in the order of the tree."""
        types = [model for model in apps.get_models() if issubclass(model, SectionMixin)]
        return self.get_children().live().public().type(*types).defer_streamfields()  # type: ignore[attr-defined]

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``entries``, one page of the list as ``?page=`` asks for it, and ``subsections``."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        number = request.GET.get("page", 1) if request is not None else 1
        context["entries"] = Paginator(self.wpr_entries(), self.wpr_page_size).get_page(number)
        context["subsections"] = self.wpr_subsections()
        return context
