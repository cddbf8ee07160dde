"""The blocks that articles and chapters are made of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock

from wagtail_wpr.content.blocks import GatedStreamBlock, MeteredBlock, MeteredStreamBlock


class LabelledStructBlock(blocks.StructBlock):
    """A struct whose parts have translated labels and help texts that stay out of migrations.

    Given to a part's constructor they would be frozen into every host's migrations in English.
    """

    class Meta:
        labels: dict[str, Any] = {}
        help_texts: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.meta.labels.items():
            self.child_blocks[name].label = label
        for name, text in self.meta.help_texts.items():
            field = getattr(self.child_blocks[name], "field", None)
            if field is not None:
                field.help_text = text


class QuoteBlock(LabelledStructBlock):
    """Words of somebody else, or of the text itself, set apart."""

    text = blocks.TextBlock()
    attribution = blocks.CharBlock(required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        labels = {"text": pgettext_lazy("that somebody said", "Words"), "attribution": _("Who said it")}
        template = "wagtail_wpr_pages/blocks/quote.html"
        description = _("Words set apart from the text, with who said them.")
        preview_value = {
            "text": "The river decides, and we draw the map afterwards.",
            "attribution": "A surveyor",
        }


class FigureBlock(LabelledStructBlock):
    """A picture with what it shows, its caption and its credit."""

    image = ImageChooserBlock()
    alt = blocks.CharBlock(required=False)
    caption = blocks.CharBlock(required=False)
    credit = blocks.CharBlock(required=False)

    class Meta:
        icon = "image"
        label = _("Figure")
        labels = {
            "image": _("Picture"),
            "alt": _("Text instead of the picture"),
            "caption": _("Caption"),
            "credit": _("Credit"),
        }
        help_texts = {"alt": _("What the picture shows, for those who cannot see it.")}
        template = "wagtail_wpr_pages/blocks/figure.html"
        description = _("A picture with caption and credit.")


class CellsBlock(TypedTableBlock):
    """The columns of a table: text, numbers, or text with links."""

    text = blocks.CharBlock(required=False)
    number = blocks.FloatBlock(required=False)
    rich_text = blocks.RichTextBlock(required=False)


class TableBlock(LabelledStructBlock):
    """A table with a caption."""

    caption = blocks.CharBlock(required=False)
    table = CellsBlock()

    class Meta:
        icon = "table"
        label = _("Table")
        labels = {"caption": _("Caption"), "table": _("Cells")}
        template = "wagtail_wpr_pages/blocks/table.html"
        description = _("Figures or facts in rows and columns, with a caption.")


class NoteBlock(LabelledStructBlock):
    """A box beside the text: background, a definition, how something was counted."""

    title = blocks.CharBlock(required=False)
    text = blocks.RichTextBlock()

    class Meta:
        icon = "info-circle"
        label = _("Note")
        labels = {"title": _("Title"), "text": _("Text")}
        template = "wagtail_wpr_pages/blocks/note.html"
        description = _("Background that a reader may skip.")


class TextStreamBlock(blocks.StreamBlock):
    """What a text can hold, wherever it stands."""

    paragraph = blocks.RichTextBlock()
    quote = QuoteBlock()
    figure = FigureBlock()
    table = TableBlock()
    note = NoteBlock()

    class Meta:
        required = False


class ArticleBodyBlock(MeteredStreamBlock, TextStreamBlock):
    """The text of an article; what stands above the break is its teaser."""

    class Meta:
        required = False


class ChapterBodyBlock(GatedStreamBlock, TextStreamBlock):
    """The part of a chapter that stands behind the wall."""

    class Meta:
        required = False


class ChapterContentBlock(MeteredBlock):
    """The opening of a chapter for everybody, and the rest behind the wall."""

    teaser = TextStreamBlock()
    body = ChapterBodyBlock()


class ChapterBlock(LabelledStructBlock):
    """A chapter. Its title is public: it stands in the table of contents."""

    title = blocks.CharBlock()
    content = ChapterContentBlock()

    class Meta:
        icon = "doc-full"
        label = _("Chapter")
        labels = {"title": _("Title"), "content": _("Text")}
        template = "wagtail_wpr_pages/blocks/chapter.html"


class ChaptersBlock(blocks.StreamBlock):
    """The chapters of a report, each behind the same door as an article's body."""

    chapter = ChapterBlock()

    class Meta:
        required = False
