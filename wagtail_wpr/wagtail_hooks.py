"""The hooks of the core app, gathered from the rooms; importing a room's module registers its hooks."""

from __future__ import annotations

from wagtail import hooks

from wagtail_wpr.access import wagtail_hooks as access_hooks  # noqa: F401
from wagtail_wpr.content import slot, validation  # noqa: F401
from wagtail_wpr.readers import wagtail_hooks as reader_hooks  # noqa: F401
from wagtail_wpr.slots import wagtail_hooks as slot_hooks  # noqa: F401
from wagtail_wpr.taxonomy import wagtail_hooks as taxonomy_hooks  # noqa: F401


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "wagtail_wpr/icons/wpr-break.svg"]
