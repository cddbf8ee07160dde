"""Reads a host's template to find loops over a stream that would drop the break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import TextNode
from django.template.defaulttags import CommentNode, ForNode, IfNode
from django.template.loader import get_template


def loops_that_drop_the_break(template_name: str, field_name: str) -> list[int]:
    """Return the line numbers of such loops in a Django template; empty for one that is no Django template.

    A loop drops the break when everything in it depends on the block's type and no ``{% else %}`` is left.
    """
    try:
        template = get_template(template_name)
    except (TemplateDoesNotExist, TemplateSyntaxError, UnicodeDecodeError):
        return []
    nodelist = getattr(getattr(template, "template", None), "nodelist", None)
    if nodelist is None:
        return []
    loops = (loop for loop in nodelist.get_nodes_by_type(ForNode) if _is_over(loop, field_name))
    return [loop.token.lineno for loop in loops if _drops(loop)]


def _is_over(loop: ForNode, field_name: str) -> bool:
    variable = str(getattr(loop.sequence, "var", ""))
    return variable == field_name or variable.endswith(f".{field_name}")


def _drops(loop: ForNode) -> bool:
    name = loop.loopvars[0]
    parts = [node for node in loop.nodelist_loop if not isinstance(node, TextNode | CommentNode)]
    return bool(parts) and all(_asks_for_types_only(node, name) for node in parts)


def _asks_for_types_only(node: Any, name: str) -> bool:
    if not isinstance(node, IfNode):
        return False
    conditions = [condition for condition, _nodes in node.conditions_nodelists]
    return None not in conditions and all(_mentions_type(condition, name) for condition in conditions)


def _mentions_type(condition: Any, name: str) -> bool:
    words = set(_words(condition))
    types = {f"{name}.block_type", f"{name}.block.name"}
    return bool(words & types) and not any("wpr_break" in word for word in words)


def _words(condition: Any) -> Iterator[str]:
    for part in (condition, getattr(condition, "first", None), getattr(condition, "second", None)):
        if part is not None and part is not condition:
            yield from _words(part)
    text = getattr(condition, "text", None)
    if text:
        yield str(text)
