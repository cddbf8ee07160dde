"""The slot of a metered stream: its body, or the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from wagtail import hooks

from wagtail_wpr.access import Decision
from wagtail_wpr.content.door import BodyStreamValue, LockedStreamValue, find_locked, open_body
from wagtail_wpr.slots import collecting
from wagtail_wpr.slots.gated import GatedSlot, page_name, write_gated_slot
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.swapping import get_page_model


if TYPE_CHECKING:
    from django.http import HttpRequest

SEPARATOR = "/"


def write_body_slot(value: LockedStreamValue, context: Any = None) -> SafeString:
    """Return the marker that stands for the body of ``value``; nothing for a value that belongs to no page."""
    owner = value._owner
    if not isinstance(owner, get_page_model()):
        return SafeString()
    _keep_for_filling(value, owner)
    marker: SafeString = write_gated_slot("body", owner, field=value._field, path=SEPARATOR.join(value._path))
    return marker


def _keep_for_filling(value: LockedStreamValue, owner: Any) -> None:
    """Spare the filler reading the page again where it was read for this very response.

    Not a draft, nor a page that a host kept from before: its place in the tree may have changed since.
    """
    collected = collecting.current()
    if collected is not None and value._read_for is collected.token:
        collected.pages.setdefault(owner.pk, owner)


class BodySlot(GatedSlot):
    """The body of a ``MeteredStreamField``, or of a metered block inside one."""

    name = "body"

    def render(self, ref: SlotRef, page: Any, decision: Decision, request: HttpRequest | None) -> str:
        value = getattr(page, ref.field)
        locked = find_locked(value, tuple(filter(None, ref.path.split(SEPARATOR))))
        if locked is None:
            return ""
        context = {"request": request, "page": page, page_name(page): page, "decision": decision}
        return render_body(open_body(locked, decision), context)


def render_body(body: BodyStreamValue, context: dict[str, Any]) -> SafeString:
    """Return the blocks of an opened body as HTML, in the host's own loop markup where it named one."""
    block = body.stream_block
    template = getattr(block.meta, "body_block_template", None)
    if not template:
        return mark_safe(block.render(body, context=context))  # noqa: S308  (blocks render safe HTML)
    request = context["request"]
    blocks = list(body)
    rendered = [
        render_to_string(template, {**context, "block": child, "first": False, "last": child is blocks[-1]}, request)
        for child in blocks
    ]
    return mark_safe("".join(rendered))  # noqa: S308


hooks.register("register_wpr_slot", BodySlot)
