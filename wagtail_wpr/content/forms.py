"""The form field of a metered stream."""

from __future__ import annotations

from typing import Any

from wagtail.blocks import BlockField

from wagtail_wpr.content.door import door, refuse_locked_parts


class MeteredBlockField(BlockField):
    """Compares and cleans streams with their bodies, and refuses what was read through the door."""

    def has_changed(self, initial_value: Any, data_value: Any) -> bool:
        with door("whole"):
            return bool(super().has_changed(initial_value, data_value))

    def clean(self, value: Any) -> Any:
        refuse_locked_parts(value)
        return super().clean(value)
