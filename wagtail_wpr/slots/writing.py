"""Writing a slot into a page that is being rendered."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar

from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wagtail_wpr.access.memory import known
from wagtail_wpr.languages import language_of, speaking
from wagtail_wpr.slots import collecting, markers, tokens
from wagtail_wpr.slots.tokens import SlotRef


logger = logging.getLogger("wagtail_wpr.slots")

Text = TypeVar("Text", bound=str)


def kept_default(make: Callable[[], Text], *names: Hashable) -> Text:
    """Return the default that ``make`` gives, kept in this process for as long as the settings of access are.

    A default is the same for everybody, and most of what a page with slots costs beside the plain one. It is
    kept by ``names``, by the active language and by where addresses lead to.
    """
    key = ("default", *names, get_language(), get_urlconf(), get_script_prefix())
    try:
        remembered = known()
    except Exception:
        return make()  # without the database nothing is remembered
    return remembered.also(key, make)


def write_slot(
    kind: str, *, page: Any = None, default: Callable[[SlotRef], str], counted_as: str = "", **names: Any
) -> SafeString:
    """Return the marker of a slot around its default.

    What belongs to a page speaks the page's language, whatever language is active around it.

    :param default: is given the slot's reference and returns the HTML that suits a visitor. Where it raises,
        the slot is empty and the error is logged: a broken wall must not break the page.
    :param counted_as: kinds with the same word here are counted together: only one of them is the first.
    :param names: further fields of :class:`~wagtail_wpr.slots.tokens.SlotRef`.
    """
    counted_as = counted_as or kind
    collected = collecting.current()
    place = collected.places[(counted_as, page.pk if page is not None else None)] if collected is not None else 0
    language = language_of(page) if page is not None else get_language() or ""
    ref = SlotRef(
        kind=kind,
        page=page.pk if page is not None else None,
        language=language,
        place=place,
        **names,
    )
    if collected is not None:
        collected.places[(counted_as, ref.page)] += 1
        if collected.is_preview and page is not None:
            ref = replace(ref, live=uuid.uuid4().hex)
            collected.drafts[ref.live] = page
    try:
        with speaking(language):
            html = default(ref)
    except Exception:
        logger.exception("The default of a slot of kind %s failed; the slot stays empty.", kind)
        html = ""
    return mark_safe(markers.write(tokens.sign(ref), html))  # noqa: S308
