"""What host sites drop into their templates: ``{% load wpr_tags %}``.

Every tag is safe where there is no request (mails, feeds, fragments): it writes what a visitor sees.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from wagtail_wpr.catalogue import related_to
from wagtail_wpr.content.structured_data import structured_data
from wagtail_wpr.languages import language_of
from wagtail_wpr.slots import collecting
from wagtail_wpr.slots.gated import write_gated_slot
from wagtail_wpr.slots.lines import visitors_account
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.slots.walls import render_wall, visitors_decision
from wagtail_wpr.slots.writing import write_slot
from wagtail_wpr.swapping import get_page_model


logger = logging.getLogger("wagtail_wpr.slots")

register = template.Library()


def _is_stored_page(page: Any) -> bool:
    """Whether ``page`` is a page that the database holds: a slot is found again by the page's id alone.

    The id of anything else (a snippet, a child row) would lead to a page that has nothing to do with it.
    """
    if not page or not getattr(page, "pk", None):
        return False
    if not isinstance(page, get_page_model()):
        logger.error("A tag of wpr_tags was given %r, which is no page; it shows nothing.", type(page).__name__)
        return False
    return True


def _has_slots(page: Any) -> bool:
    """Whether slots of ``page`` can be filled: a stored page, or one that is previewed before it is first saved."""
    collected = collecting.current()
    if collected is not None and collected.is_preview and isinstance(page, get_page_model()):
        return True
    return _is_stored_page(page)


@register.simple_tag
def wpr_styles() -> SafeString:
    """Link the stylesheet of walls, meter and account pages."""
    return format_html('<link rel="stylesheet" href="{}">', static("wagtail_wpr/wpr.css"))


@register.simple_tag
def wpr_scripts() -> SafeString:
    """Link the optional script that tells of walls and reads as DOM events."""
    return format_html('<script src="{}" defer></script>', static("wagtail_wpr/wpr-events.js"))


@register.simple_tag(takes_context=True)
def wpr_body(context: template.Context, page: Any, field: str = "body") -> SafeString:
    """Show a metered stream of ``page``: the teaser, then the body for who may read it, or the wall."""
    value = getattr(page, field, None) if page else None
    if value is None:
        return SafeString()
    if hasattr(value, "render_as_block"):
        return mark_safe(value.render_as_block(context.flatten()))  # noqa: S308
    return SafeString(value)


@register.simple_tag
def wpr_metered(page: Any, *, template: str) -> SafeString:
    """Gate any part of a page: ``template`` is rendered with ``page`` for who may read it, else the wall stands."""
    if not _has_slots(page):
        return SafeString()
    marker: SafeString = write_gated_slot("part", page, template=template)
    return marker


@register.simple_tag
def wpr_wall(page: Any) -> SafeString:
    """Show the wall of ``page`` where a host places its body by other means; nothing for who may read it."""
    if not _has_slots(page):
        return SafeString()
    decision = visitors_decision(page)

    def default(ref: SlotRef) -> str:
        return render_wall(page, decision, compact=ref.place > 0)

    return write_slot("wall", page=page, default=default, wall=decision.wall or "")


@register.simple_tag(takes_context=True)
def wpr_meter(context: template.Context, page: Any = None) -> SafeString:
    """Show how many free articles were read, on the page of the context or the one that is named."""
    page = page or context.get("page") or context.get("self")
    if not _has_slots(page):
        return SafeString()
    return write_slot("meter", page=page, default=lambda ref: "")


@register.simple_tag
def wpr_account() -> SafeString:
    """Show who is signed in, with account and log-out; the way to log in for a visitor."""
    return write_slot("account", default=lambda ref: visitors_account())


class AdNode(template.Node):
    """What stands between ``{% wpr_ad %}`` and ``{% endwpr_ad %}``, in a slot."""

    def __init__(self, name: FilterExpression, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        content = self.nodelist.render(context)
        return write_slot("ad", field=str(self.name.resolve(context)), default=lambda ref: content)


@register.tag
def wpr_ad(parser: Parser, token: Token) -> AdNode:
    """Show an advertisement, named for statistics, to everybody but those who are entitled to be without."""
    words = token.split_contents()
    if len(words) != 2:
        raise template.TemplateSyntaxError('Name the advertisement and nothing else: {% wpr_ad "name" %}.')
    nodelist = parser.parse(("endwpr_ad",))
    parser.delete_first_token()
    return AdNode(parser.compile_filter(words[1]), nodelist)


@register.simple_tag
def wpr_related(page: Any, limit: int = 4) -> SafeString:
    """List further pages of the same series, topics and regions, by title and public summary."""
    if not _is_stored_page(page):
        return SafeString()
    entries = related_to(page, limit=limit)
    with override(language_of(page) or get_language()):
        html = render_to_string("wagtail_wpr/related.html", {"page": page, "entries": entries})
    return mark_safe(html)  # noqa: S308


@register.simple_tag(takes_context=True)
def wpr_structured_data(context: template.Context, page: Any) -> SafeString:
    """Write the JSON-LD of an article: public facts, and where the gated part stands."""
    if not _is_stored_page(page):
        return SafeString()
    data = json.dumps(structured_data(page, context.get("request")), ensure_ascii=False)
    # As json_script escapes it: nothing in it may end the element.
    safe = data.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(safe))  # noqa: S308
