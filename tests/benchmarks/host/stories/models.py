"""The site of both hosts: articles with regions and topics, and a list of them.

The gated host differs by the class of one field, as an integrator would change it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page


GATED = apps.is_installed("wagtail_wpr")

if GATED:
    from wagtail_wpr.content.blocks import MeteredBlock
    from wagtail_wpr.content.fields import MeteredStreamField as BodyField
else:
    BodyField = StreamField


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock()
    caption = blocks.CharBlock()

    class Meta:
        template = "stories/blocks/figure.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock()
    speaker = blocks.CharBlock()

    class Meta:
        template = "stories/blocks/quote.html"


TEXT_BLOCKS = [
    ("heading", blocks.CharBlock(template="stories/blocks/heading.html")),
    ("paragraph", blocks.RichTextBlock()),
    ("figure", FigureBlock()),
    ("quote", QuoteBlock()),
    ("page", blocks.PageChooserBlock(template="stories/blocks/page.html")),
]


class PartBlock(blocks.StructBlock):
    """The plain host's part of a page in parts: what is public of it, and the rest."""

    teaser = blocks.StreamBlock(TEXT_BLOCKS, required=False)
    body = blocks.StreamBlock(TEXT_BLOCKS, required=False)

    class Meta:
        template = "stories/blocks/part.html"


def part_block() -> blocks.Block:
    return MeteredBlock(TEXT_BLOCKS) if GATED else PartBlock()


class Region(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField()


class Topic(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField()


class HomePage(Page):
    pass


class ListPage(Page):
    """The fifty newest articles below it."""

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        articles = ArticlePage.objects.child_of(self).live().order_by("-pk").prefetch_related("regions")
        return {**super().get_context(request, *args, **kwargs), "articles": articles[:50]}


class StoryPage(Page):
    """What articles have in common, however their text is built."""

    standfirst = models.TextField(blank=True)
    date = models.DateField(null=True)
    regions = ParentalManyToManyField(Region, related_name="+")
    topics = ParentalManyToManyField(Topic, related_name="+")

    class Meta:
        abstract = True


class ArticlePage(StoryPage):
    body = BodyField(TEXT_BLOCKS, blank=True)


class PartsPage(StoryPage):
    """An article in several parts, each with an opening for everybody."""

    body = BodyField(blocks.StreamBlock([("part", part_block())]), blank=True)

    template = "stories/article_page.html"


class RiverPage(Page):
    """Fifty articles one after the other: whole in the plain host, their teasers and walls in the gated one."""

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        articles = ArticlePage.objects.child_of(self).live().order_by("-pk")
        return {**super().get_context(request, *args, **kwargs), "articles": articles[:50]}
