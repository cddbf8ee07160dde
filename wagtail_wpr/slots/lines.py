"""Small slots: the meter's line and the account menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from wagtail_wpr.slots.kinds import Filled, SlotKind
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.slots.walls import slot_context
from wagtail_wpr.slots.writing import kept_default


if TYPE_CHECKING:
    from django.http import HttpRequest

    from wagtail_wpr.access import Decision
    from wagtail_wpr.slots.filling import Filling


class MeterSlot(SlotKind):
    """``{% wpr_meter %}``: one line that says how many free articles were read. Nothing for a visitor."""

    name = "meter"
    order = 800  # after the bodies: it tells what they cost

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        filled = {}
        for ref in slots:
            decision = filling.decision(ref)
            if (
                decision is None
                or decision.meter is None
                or decision.reason not in ("metered", "already_read", "used_up")
            ):
                continue
            filled[ref] = Filled(_meter_line(ref, filling.page(ref), decision, filling.request))
        return filled


def _meter_line(ref: SlotRef, page: Any, decision: Decision, request: HttpRequest | None) -> str:
    """Return the line. Many readers have read as many articles: without a host's additions theirs is the same."""
    ours = {"decision": decision, "meter": decision.meter, "page": page}
    context = slot_context("meter", request, **ours)

    def render() -> str:
        return render_to_string("wagtail_wpr/meter.html", context)

    if ref.live or context != ours:
        return render()
    return kept_default(render, "meter", page.pk, page.last_published_at, decision)


def visitors_account() -> str:
    """Return the account menu of a visitor: the way to log in."""
    return kept_default(_visitors_account, "account")


def _visitors_account() -> str:
    return render_to_string("wagtail_wpr/account.html", slot_context("account", None, user=None))


class AccountSlot(SlotKind):
    """``{% wpr_account %}``: who is signed in, the account page and the way out."""

    name = "account"
    order = 900

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        user = filling.reader.user
        if user is None:
            return {}
        html = render_to_string("wagtail_wpr/account.html", slot_context("account", filling.request, user=user))
        return dict.fromkeys(slots, Filled(html))
