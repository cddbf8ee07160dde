"""Blocks whose value is the door."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StreamValue

from wagtail_wpr.content import splitting
from wagtail_wpr.content.door import (
    LOCKED,
    BreakValue,
    LockedStreamValue,
    OpenStreamValue,
    door,
    makes_open,
    open_whole,
    stored_rows,
)


class BreakBlock(blocks.StaticBlock):
    """The line that an editor draws: what stands above it is the teaser.

    In a locked stream it renders the slot: the body for who may read it, the wall for everybody else.
    """

    class Meta:
        icon = "wpr-break"
        label = _("The teaser ends here")
        admin_text = _("What stands above is for everybody. What follows is for those who may read it.")

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        # As Wagtail's own block, so that migrations do not depend on this package.
        return "wagtail.blocks.static_block.StaticBlock", (), {}

    # A break that was read through a locked stream says so wherever it goes, and is refused on its way back:
    # writing it would put a stream without its body in place of the whole one.

    def normalize(self, value: Any) -> Any:
        return value if isinstance(value, BreakValue) else self.to_python(value)

    def to_python(self, value: Any) -> dict[str, bool] | None:
        return dict(LOCKED) if value == LOCKED else None

    def get_prep_value(self, value: Any) -> dict[str, bool] | None:
        return dict(LOCKED) if isinstance(value, BreakValue) or value == LOCKED else None

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, bool] | None:
        return self.get_prep_value(value)

    def value_for_form(self, value: Any) -> str:
        return "locked" if value == LOCKED else ""

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> dict[str, bool] | None:
        return dict(LOCKED) if data.get(prefix) == "locked" else None

    def clean(self, value: Any) -> None:
        if value == LOCKED:
            raise ValidationError(
                _("This text was read without its body. Read it as somebody who may edit the page, then save it.")
            )

    def get_form_state(self, value: Any) -> None:
        return None

    def render(self, value: Any, context: Any = None) -> SafeString:
        if isinstance(value, BreakValue):
            from wagtail_wpr.content.slot import write_body_slot

            return write_body_slot(value._stream, context)
        return SafeString()


class MeteredStreamBlock(blocks.StreamBlock):
    """A flat stream with an optional break; what stands before the break is the teaser.

    Without a break the first ``teaser_words`` words are the teaser, cut between blocks or between the top-level
    elements of a rich text. Options, to be set in ``class Meta`` (constructor arguments freeze into migrations):

    ``teaser_words``
        Length of a teaser without a break, in words.
    ``body_block_template``
        The inside of the host's own loop: a template that renders one ``block`` of the body.
    """

    wpr_break = BreakBlock()

    class Meta:
        teaser_words = 90
        body_block_template: str | None = None

    def split_rows(self, rows: list[splitting.Row]) -> splitting.Split:
        """Where the teaser ends in these stored rows."""
        return splitting.at_break_or_words(rows, self.child_blocks, self.meta.teaser_words)

    # --- making values

    def to_python(self, value: Any) -> StreamValue:
        if isinstance(value, StreamValue):
            return value
        with door("open"):
            plain = super().to_python(value)
        # Stored rows are taken as they are; only native values (lists of tuples) have to become rows.
        if makes_open():
            rows = plain._raw_data if plain.is_lazy else stored_rows(plain)
            return OpenStreamValue(self, rows, is_lazy=True, raw_text=plain.raw_text)
        if not plain.is_lazy:
            plain = StreamValue(self, stored_rows(plain), is_lazy=True, raw_text=plain.raw_text)
        return LockedStreamValue(plain)

    def bulk_to_python(self, values: Any) -> list[StreamValue]:
        # Not the base's: it converts every child of every stream at once, bodies that nobody will see too.
        return [self.to_python(value) for value in values]

    # --- where the whole is wanted

    def get_prep_value(self, value: Any) -> list[splitting.Row]:
        if isinstance(value, LockedStreamValue):
            return value.get_prep_value()
        return list(super().get_prep_value(value))

    def get_form_state(self, value: Any) -> Any:
        return super().get_form_state(_opened(value))

    def clean(self, value: Any) -> StreamValue:
        return super().clean(_opened(value))

    def extract_references(self, value: Any) -> Any:
        yield from super().extract_references(_opened(value))

    def get_block_by_content_path(self, value: Any, path_elements: Any) -> Any:
        return super().get_block_by_content_path(_opened(value), path_elements)

    # --- showing

    def render_basic(self, value: Any, context: Any = None) -> SafeString:
        if not isinstance(value, LockedStreamValue):
            return super().render_basic(value, context=context)
        children = list(value)
        line = children.pop() if children and children[-1].block_type == splitting.BREAK else None
        teaser = blocks.StreamBlock.render_basic(self, children, context=context)
        shown = format_html('<div class="wpr-teaser">{}</div>', teaser) if children else SafeString()
        return format_html("{}{}", shown, line.render(context=context) if line else "")


class GatedStreamBlock(MeteredStreamBlock):
    """A stream that is behind the wall from its first block on."""

    def split_rows(self, rows: list[splitting.Row]) -> splitting.Split:
        return splitting.nothing(rows)


class MeteredBlock(blocks.StructBlock):
    """Two streams: ``teaser`` for everybody and ``body`` behind the door.

    ``MeteredBlock(block_types)`` uses the same block types in both; a subclass may declare the two streams
    itself, ``body`` as a ``GatedStreamBlock``.
    """

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        local: list[tuple[str, blocks.Block]] = []
        if block_types is not None:
            local = [
                ("teaser", blocks.StreamBlock(list(block_types), required=False)),
                ("body", GatedStreamBlock(list(block_types), required=False)),
            ]
        super().__init__(local, **kwargs)

    class Meta:
        icon = "lock"
        label = _("Metered part")
        template = "wagtail_wpr/metered_block.html"


def _opened(value: Any) -> Any:
    return open_whole(value) if isinstance(value, LockedStreamValue) else value
