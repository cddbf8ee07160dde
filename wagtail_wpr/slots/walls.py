"""The wall: what stands where the body would be."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from wagtail import hooks

from wagtail_wpr.access import Decision, Reader, decide
from wagtail_wpr.signals import wall_shown
from wagtail_wpr.slots import counting
from wagtail_wpr.slots.copy import wall_copy
from wagtail_wpr.slots.kinds import Filled, SlotKind
from wagtail_wpr.slots.tokens import SlotRef


if TYPE_CHECKING:
    from wagtail_wpr.slots.filling import Filling

logger = logging.getLogger("wagtail_wpr.slots")


def visitors_decision(page: Any) -> Decision:
    """Return what a visitor without any cookie gets: the default of every slot follows from it."""
    return decide(Reader.visitor(), page)


def slot_context(name: str, request: HttpRequest | None, **context: Any) -> dict[str, Any]:
    """Return the context of one of our templates, completed by the rooms above (``construct_wpr_slot_context``).

    Each hook is called with ``(name, context, request)`` and changes ``context`` in place. One that raises is
    logged and left out: a wall without its form is better than none.
    """
    for complete in hooks.get_hooks("construct_wpr_slot_context"):
        try:
            complete(name, context, request)
        except Exception:
            logger.exception("A construct_wpr_slot_context hook failed for %s.", name)
    return context


def render_wall(page: Any, decision: Decision, *, compact: bool = False, request: HttpRequest | None = None) -> str:
    """Return the HTML of the wall that ``decision`` asks for."""
    context = slot_context(
        "wall",
        request,
        page=page,
        decision=decision,
        meter=decision.meter,
        copy=wall_copy(page, decision.wall or "register"),
        compact=compact,
    )
    return render_to_string("wagtail_wpr/wall.html", context)


def show_wall(page: Any, decision: Decision, ref: SlotRef, filling: Filling) -> str | None:
    """Return the wall for this reader, or None where the slot's default is just that; counts it, tells the signal."""
    if ref.place == 0:
        wall_shown.send_robust(sender=WallSlot, request=filling.request, page=page, decision=decision)
        if filling.is_for_reading:
            counting.wall_was_shown(page.pk, decision.wall)
    plain = filling.reader.user is None and not filling.reader.pending and not filling.is_preview
    if plain and decision.wall == ref.wall and decision.wall != "confirm":
        return None
    return render_wall(page, decision, compact=ref.place > 0, request=filling.request)


class WallSlot(SlotKind):
    """``{% wpr_wall page %}``: the wall, or nothing for who may read."""

    name = "wall"
    order = 200

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        filled: dict[SlotRef, Filled] = {}
        for ref in slots:
            page, decision = filling.page(ref), filling.decision(ref)
            if page is None or decision is None:
                continue
            if decision.granted:
                filled[ref] = Filled("", personal=decision.reason != "free")
                continue
            wall = show_wall(page, decision, ref, filling)
            if wall is not None:
                filled[ref] = Filled(wall)
        return filled

    def fill_for_everybody(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        free = [ref for ref in slots if (decision := filling.decision(ref)) is not None and decision.reason == "free"]
        return {ref: Filled("", personal=False) for ref in free}
