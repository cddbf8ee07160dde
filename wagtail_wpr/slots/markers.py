"""The marker in a page: ``<wpr-slot token="…">default</wpr-slot>``."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.safestring import SafeString, mark_safe


OPENING = "<wpr-slot "
_OPENED = re.compile(r'<wpr-slot token="([\w:\-]+)">')
_MARKER = re.compile(r'<wpr-slot token="([\w:\-]+)">(.*?)</wpr-slot>', re.DOTALL)


def write(token: str, default: str) -> SafeString:
    """Return a marker around ``default``, which holds no marker afterwards."""
    return mark_safe(f'{OPENING}token="{token}">{unwrap(default)}</wpr-slot>')  # noqa: S308


def replace(html: str, filled: Callable[[str, str], str]) -> str:
    """Return ``html`` with each marker replaced by ``filled(token, default)``."""
    return _MARKER.sub(lambda found: filled(found[1], found[2]), html)


def tokens(html: str) -> list[str]:
    """Return the tokens in ``html``, in order, each once."""
    return list(dict.fromkeys(_OPENED.findall(html)))


def unwrap(html: str) -> str:
    """Return ``html`` with every marker replaced by its default: the page that visitors see."""
    return replace(html, lambda token, default: default) if OPENING in html else html
