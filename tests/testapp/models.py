"""Pages of a small host, as the tests need them."""

from __future__ import annotations

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail import VERSION as WAGTAIL_VERSION
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Orderable, Page, RevisionMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from wagtail_wpr.access.panels import AccessPanel
from wagtail_wpr.content.blocks import MeteredBlock
from wagtail_wpr.content.fields import MeteredStreamField
from wagtail_wpr.content.preview import MeteredPreviewMixin


def api_field(name: str) -> APIField:
    """An API field that API v3 may write to, where there is one."""
    return APIField(name, writable=True) if WAGTAIL_VERSION >= (8, 0) else APIField(name)


BLOCKS = [
    ("heading", blocks.CharBlock()),
    ("paragraph", blocks.RichTextBlock()),
    ("link", blocks.PageChooserBlock(required=False)),
    ("items", blocks.ListBlock(blocks.CharBlock())),
]


class ArticleLikePage(MeteredPreviewMixin, Page):
    """A host's article with a flat metered body."""

    body = MeteredStreamField(BLOCKS, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    settings_panels = [*Page.settings_panels, AccessPanel()]
    api_fields = [api_field("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]


class NestedPage(Page):
    """Metered blocks below the top of an ordinary stream, two of them inside a list."""

    body = MeteredStreamField(
        [
            ("paragraph", blocks.RichTextBlock()),
            ("metered", MeteredBlock(BLOCKS)),
            (
                "chapters",
                blocks.ListBlock(blocks.StructBlock([("title", blocks.CharBlock()), ("text", MeteredBlock(BLOCKS))])),
            ),
        ],
        blank=True,
    )

    content_panels = [*Page.content_panels, FieldPanel("body")]
    api_fields = [api_field("body")]


class ChapteredPage(Page):
    """A page with a metered body whose child rows have metered texts of their own."""

    body = MeteredStreamField(BLOCKS, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body"), InlinePanel("chapters")]
    api_fields = [api_field("body"), APIField("chapters")]


class Chapter(Orderable):
    """A child row that is no page: nobody decides about it, so it shows its teaser only."""

    page = ParentalKey(ChapteredPage, on_delete=models.CASCADE, related_name="chapters")
    title = models.CharField(max_length=100)
    text = MeteredStreamField(BLOCKS, blank=True)

    panels = [FieldPanel("title"), FieldPanel("text")]
    api_fields = [APIField("title"), APIField("text")]


@register_snippet
class Leaflet(DraftStateMixin, RevisionMixin, models.Model):
    """A snippet with a metered text: no page either."""

    title = models.CharField(max_length=100)
    text = MeteredStreamField(BLOCKS, blank=True)

    panels = [FieldPanel("title"), FieldPanel("text")]

    def __str__(self) -> str:
        return self.title


class PlainPage(Page):
    """A page with an ordinary StreamField, which the package leaves alone."""

    body = StreamField(BLOCKS, blank=True)
    content_panels = [*Page.content_panels, FieldPanel("body")]


class SectionLikePage(Page):
    """A section whose access its children inherit."""
