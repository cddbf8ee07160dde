"""Plain public text of a page: what descriptions, social tags, catalogue and structured data may say."""

from __future__ import annotations

from typing import Any

from django.utils.text import Truncator
from wagtail.fields import StreamField

from wagtail_wpr.content.fields import MeteredStreamField


def teaser_text(page: Any, *, words: int | None = None) -> str:
    """Return the text of the teaser of ``page``, blanks collapsed, cut after ``words`` words.

    A page may say it itself with a method ``get_teaser_text()``. Never derived from a body.
    """
    own = getattr(page, "get_teaser_text", None)
    text = str(own()) if own is not None else stream_text(page)
    text = " ".join(text.split())
    return Truncator(text).words(words, truncate="…") if words else text


def stream_text(page: Any) -> str:
    """Return what the metered streams of ``page`` say to everybody; "" where there is none."""
    parts: list[str] = []
    for field in metered_fields(page):
        parts += [str(part) for part in field.get_searchable_content(getattr(page, field.name))]
    return " ".join(parts)


def metered_fields(model: Any) -> list[StreamField]:
    """Return the metered stream fields of a model class or instance."""
    return [field for field in model._meta.get_fields() if isinstance(field, MeteredStreamField)]
