"""The wall: what stands where the body would be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from wagtail import hooks

from wagtail_wpr.access import Decision, Reader, decide
from wagtail_wpr.signals import wall_shown
from wagtail_wpr.slots import collecting, counting
from wagtail_wpr.slots.copy import wall_copy
from wagtail_wpr.slots.kinds import Filled, SlotKind
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.slots.writing import kept_default


if TYPE_CHECKING:
    from wagtail_wpr.slots.filling import Filling

logger = logging.getLogger("wagtail_wpr.slots")


def visitors_decision(page: Any) -> Decision:
    """Return what a visitor without any cookie gets: the default of every slot follows from it."""
    collected = collecting.current()
    if collected is None or collected.is_preview or page.pk is None:
        return decide(Reader.visitor(), page)
    if page.pk not in collected.visitors:
        collected.visitors[page.pk] = decide(Reader.visitor(), page)
    return collected.visitors[page.pk]


def slot_context(
    name: str, request: HttpRequest | None, *, must_succeed: bool = False, **context: Any
) -> dict[str, Any]:
    """Return the context of one of our templates, completed by the rooms above (``construct_wpr_slot_context``).

    Each hook is called with ``(name, context, request)`` and changes ``context`` in place. One that raises is
    logged and left out, because a wall without its form is better than none; with ``must_succeed`` it raises.
    """
    for complete in hooks.get_hooks("construct_wpr_slot_context"):
        try:
            complete(name, context, request)
        except Exception:
            if must_succeed:
                raise
            logger.exception("A construct_wpr_slot_context hook failed for %s.", name)
    return context


def render_wall(
    page: Any,
    decision: Decision,
    *,
    compact: bool = False,
    request: HttpRequest | None = None,
    must_succeed: bool = False,
    **more: Any,
) -> str:
    """Return the HTML of the wall that ``decision`` asks for; ``more`` goes into its context."""
    context = slot_context(
        "wall",
        request,
        must_succeed=must_succeed,
        page=page,
        decision=decision,
        meter=decision.meter,
        copy=wall_copy(page, decision.wall or "register"),
        compact=compact,
        **more,
    )
    return render_to_string("wagtail_wpr/wall.html", context)


def visitors_wall(
    page: Any, decision: Decision, ref: SlotRef, *, wrap: Callable[[str, SlotRef], str] = lambda html, ref: html
) -> str:
    """Return the wall that stands in the page itself, for :func:`visitors_decision` of that page, in ``wrap``.

    It is kept, but for drafts and for what could not be completed; a page that is published again, moved or set
    to another access has another one.
    """
    compact = ref.place > 0

    def render() -> str:
        return wrap(render_wall(page, decision, compact=compact, must_succeed=True), ref)

    stands_for = (page.pk, page.url_path, page.locale_id, page.last_published_at, decision.reason, decision.access)
    try:
        return render() if ref.live else kept_default(render, "wall", ref.kind, decision.wall, compact, *stands_for)
    except Exception:
        return wrap(render_wall(page, decision, compact=compact), ref)


def show_wall(page: Any, decision: Decision, ref: SlotRef, filling: Filling) -> str | None:
    """Return the wall for this reader, or None where the slot's default is just that; counts it, tells the signal."""
    if ref.place == 0:
        wall_shown.send_robust(sender=WallSlot, request=filling.request, page=page, decision=decision)
        if filling.is_for_reading:
            counting.wall_was_shown(page.pk, decision.wall)
    plain = filling.reader.user is None and not filling.reader.pending and not filling.is_preview
    if plain and decision.wall == ref.wall and decision.wall != "confirm":
        return None
    return render_wall(page, decision, compact=ref.place > 0, request=filling.request, ledger=filling.ledger(page))


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
