"""The panel by which an editor sets access on a page of any type."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import InlinePanel


class AccessPanel(InlinePanel):
    """For a page type's panels: ``settings_panels = [*Page.settings_panels, AccessPanel()]``."""

    def __init__(self, relation_name: str = "wpr_access", **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Access"))
        kwargs.setdefault("label", _("Access"))
        kwargs.setdefault("icon", "lock")
        kwargs.setdefault("max_num", 1)
        kwargs.setdefault(
            "help_text",
            _("Without a setting the page does as its section does, and its section as the site does."),
        )
        super().__init__(relation_name, **kwargs)
