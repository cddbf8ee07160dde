"""Preview modes: the page as a visitor, on the last free read, with the meter used up, as a subscriber."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


PREVIEW_MODES = [
    ("subscriber", _("Subscriber")),
    ("visitor", _("Visitor")),
    ("one_left", _("Registered, one read left")),
    ("used_up", _("Registered, meter used up")),
]


class MeteredPreviewMixin:
    """For page classes: adds the readers' preview modes. A preview shows the draft and spends nothing."""

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return PREVIEW_MODES

    @property
    def default_preview_mode(self) -> str:
        return "subscriber"

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        # Wagtail sets it on the request that it makes; direct callers of serve_preview do not.
        request.is_preview = True
        request.preview_mode = mode_name
        return super().serve_preview(request, mode_name)  # type: ignore[misc]
