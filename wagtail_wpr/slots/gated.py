"""Slots that hold something gated: the body of a stream, or any part of a page that a host names.

What they share: one decision for the page, everything rendered before anything is spent, one read spent
for all of them, and the wall where the answer is no.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from wagtail_wpr.access import Decision
from wagtail_wpr.slots.kinds import Filled, SlotKind
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.slots.walls import render_wall, show_wall, slot_context, visitors_decision
from wagtail_wpr.slots.writing import write_slot


if TYPE_CHECKING:
    from django.http import HttpRequest

    from wagtail_wpr.slots.filling import Filling


def write_gated_slot(kind: str, page: Any, **names: Any) -> Any:
    """Return the marker of a gated part of ``page``, with the visitor's wall as its default."""
    decision = visitors_decision(page)

    def default(ref: SlotRef) -> str:
        return wrap_gated(render_wall(page, decision, compact=ref.place > 0), ref)

    return write_slot(kind, page=page, default=default, wall=decision.wall or "", **names)


def wrap_gated(html: str, ref: SlotRef) -> str:
    """Return ``html`` in the element that is there for everybody, around wall or body."""
    return render_to_string("wagtail_wpr/gated.html", {"content": html, "first": ref.place == 0})


class GatedSlot(SlotKind):
    """Base of the kinds whose content a decision opens."""

    order = 100
    is_gated = True

    def render(self, ref: SlotRef, page: Any, decision: Decision, request: HttpRequest | None) -> str:
        """Return what is behind the wall as HTML; called only with a decision that grants this page."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it shows: define render().")

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        filled: dict[SlotRef, Filled] = {}
        for _, group in groupby(slots, key=lambda ref: (ref.live, ref.page)):
            filled.update(self._fill_page(list(group), filling))
        return filled

    def fill_for_everybody(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        free = [ref for ref in slots if (decision := filling.decision(ref)) is not None and decision.reason == "free"]
        return self.fill(free, filling)

    def _fill_page(self, slots: list[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        page, decision = filling.page(slots[0]), filling.decision(slots[0])
        if page is None or decision is None:
            return {}
        if decision.granted and decision.cost and not filling.may_spend(slots[0]):
            return {}  # a list, a HEAD, somebody else's page: the default, and nothing is spent
        if decision.granted:
            # All is rendered before a read is spent: what fails to render costs nothing.
            bodies = [self._body(ref, page, decision, filling) for ref in slots]
            if decision.cost:
                decision = filling.spend(slots[0])
            if decision.opens:
                personal = decision.reason != "free" or filling.is_preview
                return {ref: Filled(body, personal=personal) for ref, body in zip(slots, bodies, strict=True)}
        walls = {ref: show_wall(page, decision, ref, filling) for ref in slots}
        return {ref: Filled(wrap_gated(wall, ref)) for ref, wall in walls.items() if wall is not None}

    def _body(self, ref: SlotRef, page: Any, decision: Decision, filling: Filling) -> str:
        content = self.render(ref, page, decision, filling.request)
        context = slot_context("body", filling.request, page=page, decision=decision, content=content, place=ref.place)
        return wrap_gated(render_to_string("wagtail_wpr/body.html", context), ref)


class PartSlot(GatedSlot):
    """``{% wpr_metered page template="…" %}``: any part of any page, rendered by a template of the host."""

    name = "part"
    order = 110

    def render(self, ref: SlotRef, page: Any, decision: Decision, request: HttpRequest | None) -> str:
        context = {"page": page, page_name(page): page, "decision": decision}
        return render_to_string(ref.template, context, request=request)


def page_name(page: Any) -> str:
    """Return the name that the page's own template knows it by, besides ``page``."""
    return str(getattr(page, "context_object_name", None) or "page")
