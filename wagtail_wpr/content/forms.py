"""The form field of a metered stream."""

from __future__ import annotations

from typing import Any

from wagtail.blocks import BlockField

from wagtail_wpr.content.door import door


class MeteredBlockField(BlockField):
    """Compares streams with their bodies."""

    def has_changed(self, initial_value: Any, data_value: Any) -> bool:
        with door("whole"):
            return bool(super().has_changed(initial_value, data_value))
