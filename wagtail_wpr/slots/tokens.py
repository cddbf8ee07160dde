"""The token of a slot: which part of which page in which language, signed, always the same for the same slot.

No time goes into it, so that a page with slots does not change from second to second and validators of the
public page hold.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer


@dataclass(frozen=True)
class SlotRef:
    """Names one slot; enough to render it again with nothing that surrounds it.

    ``path`` leads from the field's top to a nested stream, its elements joined by ``/``. ``wall`` is the kind
    of wall in the slot's default. ``place`` counts the slots of one kind and page from 0. ``live`` is "" for
    what the database holds, and the name of a draft that only the response being made knows.
    """

    kind: str
    page: int | None = None
    field: str = ""
    path: str = ""
    template: str = ""
    language: str = ""
    place: int = 0
    wall: str = ""
    live: str = ""


def sign(ref: SlotRef) -> str:
    """Return the token that stands for ``ref``."""
    return _signed(ref, _keys())


def read(token: str) -> SlotRef | None:
    """Return what ``token`` stands for, or None when we did not sign it."""
    try:
        return _unsigned(token, _keys())
    except (BadSignature, TypeError, ValueError):
        return None


# The same slots are asked for again and again, and their tokens never change while the keys do not.


@lru_cache(maxsize=4096)
def _signed(ref: SlotRef, keys: tuple[Any, ...]) -> str:
    return _signer().sign_object(list(astuple(ref)))


@lru_cache(maxsize=4096)
def _unsigned(token: str, keys: tuple[Any, ...]) -> SlotRef:
    return SlotRef(*_signer().unsign_object(token))


def _keys() -> tuple[Any, ...]:
    return settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS


def _signer() -> Signer:
    return Signer(salt="wagtail_wpr.slot")
