"""What was read through the door has lost its body, and is refused on its way back into a page."""

from __future__ import annotations

from typing import Any

from wagtail import blocks
from wagtail.blocks import StreamValue

from wagtail_wpr.content.door import LOCKED, BreakValue, LockedStreamValue
from wagtail_wpr.content.errors import LockedValueError
from wagtail_wpr.content.splitting import BREAK


def refuse_locked_parts(value: Any) -> None:
    """Raise ``LockedValueError`` when ``value`` holds what came out of a locked stream: saving it loses the body."""
    if _came_out_locked(value):
        raise LockedValueError(
            "This value came out of a locked stream (a list, raw data or API data of it) and has lost its body. "
            "Assign the stream itself (page.body = other.body), or a copy from "
            "wagtail_wpr.content.door.open_whole(value)."
        )


def _came_out_locked(value: Any) -> bool:
    if isinstance(value, BreakValue):
        return True
    if isinstance(value, LockedStreamValue):
        return False
    if isinstance(value, StreamValue):
        return any(_came_out_locked(child) for child in value._bound_blocks) or any(
            _came_out_locked(row) for row in value._raw_data
        )
    if isinstance(value, blocks.BoundBlock):
        return _came_out_locked(value.value)
    if isinstance(value, dict):
        return (value.get("type") == BREAK and value.get("value") == LOCKED) or any(
            _came_out_locked(item) for item in value.values()
        )
    if isinstance(value, StreamValue.RawDataView):
        return any(_came_out_locked(row) for row in list(value))
    if isinstance(value, list | tuple):
        return any(_came_out_locked(item) for item in value)
    if isinstance(value, str) and BREAK in value and '"locked"' in value:
        return True
    return False
