"""The slot of a metered stream: its body, or the wall."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from wagtail import hooks

from wagtail_wpr.access import Decision
from wagtail_wpr.content import bodies
from wagtail_wpr.content.door import (
    BodyStreamValue,
    LockedStreamValue,
    find_locked,
    open_body,
    refuse_without_grant,
)
from wagtail_wpr.content.watching import Watch, Watched, render_watched
from wagtail_wpr.slots import collecting
from wagtail_wpr.slots.gated import GatedSlot, page_name, write_gated_slot
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.swapping import get_page_model


if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger("wagtail_wpr.content")

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
        # Before anything else: what is kept opens to nobody who could not have it rendered.
        refuse_without_grant(page, decision)

        def alone() -> str:
            return _rendered(ref, page, value, decision, context_of(page, decision, request))

        key = bodies.key_of(ref, page, value, decision, request)
        if key is None:
            return alone()

        def shared() -> bodies.Rendered:
            return _watched(ref, page, value, decision, request)

        return bodies.kept_body(key, shared, alone)


def context_of(page: Any, decision: Any, request: Any) -> dict[str, Any]:
    """Return what the templates of a body's blocks know."""
    return {"request": request, "page": page, page_name(page): page, "decision": decision}


def _rendered(ref: SlotRef, page: Any, value: LockedStreamValue, decision: Decision, context: dict[str, Any]) -> str:
    locked = find_locked(value, tuple(filter(None, ref.path.split(SEPARATOR))))
    if locked is None:
        return ""
    with collecting.collecting_inside(page.pk):
        return render_body(open_body(locked, decision), context)


def _watched(
    ref: SlotRef, page: Any, value: LockedStreamValue, decision: Decision, request: HttpRequest | None
) -> bodies.Rendered:
    """Render a body and find out whether it is the same for everybody."""
    watch = Watch()
    watched_request = watch.over(request, "request", bodies.covers_of_request(request))
    watched_decision = watch.over(decision, "decision", bodies.covers_of_decision)
    try:
        html = _rendered(ref, page, value, decision, context_of(page, watched_decision, watched_request))
    except Exception:
        # Perhaps a block cannot do with what stands for the request. If not, this raises the same again.
        html = _rendered(ref, page, value, decision, context_of(page, decision, request))
        watch.note("request")
    if watch.seen:
        logger.debug(
            "The body of page %s (%s) is rendered for each reader, because it depends on %s.",
            page.pk,
            ref.field,
            ", ".join(watch.seen),
        )
    return bodies.Rendered(html, shared=not watch.seen)


def render_body(body: BodyStreamValue, context: dict[str, Any]) -> SafeString:
    """Return the blocks of an opened body as HTML, in the host's own loop markup where it named one."""
    block = body.stream_block
    template = getattr(block.meta, "body_block_template", None)
    if not template:
        return mark_safe(block.render(body, context=context))  # noqa: S308  (blocks render safe HTML)
    request = context["request"]
    render = render_watched if isinstance(request, Watched) else render_to_string
    blocks = list(body)
    rendered = [
        render(template, {**context, "block": child, "first": False, "last": child is blocks[-1]}, request)
        for child in blocks
    ]
    return mark_safe("".join(rendered))  # noqa: S308


hooks.register("register_wpr_slot", BodySlot)
