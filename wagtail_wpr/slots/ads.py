"""Advertisements: nothing of them for who is entitled to be without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wagtail_wpr.access.models import AD_FREE
from wagtail_wpr.slots.kinds import Filled, SlotKind
from wagtail_wpr.slots.tokens import SlotRef


if TYPE_CHECKING:
    from wagtail_wpr.slots.filling import Filling


class AdSlot(SlotKind):
    """``{% wpr_ad "name" %}…{% endwpr_ad %}``: what stands between the tags is the default, for all but the entitled.

    In a page for everybody it is inert, so that nothing of it loads before the script knows that its reader is
    not entitled to be without it.
    """

    name = "ad"
    order = 300

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        return dict.fromkeys(slots, Filled("")) if AD_FREE in filling.entitlements else {}

    def public_default(self, ref: SlotRef, default: str) -> str:
        return f"<template>{default}</template>"
