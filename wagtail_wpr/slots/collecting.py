"""What the response that is being made knows of its slots: drafts in previews, and how many came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wagtail_wpr.access.memory import steady


if TYPE_CHECKING:
    from wagtail_wpr.access import Decision


class InsideASlot(Counter[tuple[str, int | None]]):
    """Counts what stands inside a slot of a page: none of it is the first of that page."""

    def __init__(self, page: int | None) -> None:
        super().__init__()
        self.page = page

    def __missing__(self, key: tuple[str, int | None]) -> int:
        return 1 if key[1] == self.page else 0


@dataclass
class Collected:
    """One response's slots.

    ``drafts`` keeps the very page object of each slot written during a preview, ``pages`` those that were read
    from the database for this response and need not be read again, ``visitors`` what a visitor gets of them;
    ``token`` tells this response from others.
    """

    is_preview: bool = False
    places: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    drafts: dict[str, Any] = field(default_factory=dict)
    pages: dict[int, Any] = field(default_factory=dict)
    visitors: dict[int, Decision] = field(default_factory=dict)
    token: object = field(default_factory=object)


_current: ContextVar[Collected | None] = ContextVar("wagtail_wpr_slots", default=None)


def current() -> Collected | None:
    """Return what the response being made has collected; None outside of our middleware."""
    return _current.get()


class collecting:
    """Collect the slots written inside the ``with``. A class, because every response passes here."""

    def __init__(self, *, is_preview: bool = False) -> None:
        self._collected = Collected(is_preview=is_preview)
        self._steady = steady()

    def __enter__(self) -> Collected:
        self._token = _current.set(self._collected)
        self._steady.__enter__()
        return self._collected

    def __exit__(self, *error: object) -> None:
        self._steady.__exit__(*error)
        _current.reset(self._token)


@contextmanager
def collecting_inside(page: int | None) -> Iterator[Collected]:
    """Collect what is written inside a slot of ``page``: the same numbers, whatever the response wrote before."""
    outside = _current.get() or Collected()
    inside = replace(outside, places=InsideASlot(page))
    token = _current.set(inside)
    try:
        yield inside
    finally:
        _current.reset(token)
