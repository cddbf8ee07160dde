"""Rendered bodies, kept behind the door: nobody gets here but with a granted decision for the very content.

An entry is found by everything that a body depends on, and says itself whose it is. A cache that is down, full
or filled by somebody else costs time only.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache as remembered
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

import wagtail_wpr
from wagtail_wpr.conf import settings
from wagtail_wpr.content.door import LockedStreamValue, children_of


if TYPE_CHECKING:
    from wagtail import blocks

    from wagtail_wpr.access import Decision
    from wagtail_wpr.slots.tokens import SlotRef

logger = logging.getLogger("wagtail_wpr.content")

PREFIX = "wagtail_wpr.body."

#: Seconds that a request waits for a body that another one is rendering; then it renders it itself.
PATIENCE = 1.0
#: Seconds between two looks at the cache while waiting for another process.
STEP = 0.01
#: Seconds after which the claim of a process that died is void.
CLAIM_SECONDS = 10

_PLACE = "_wagtail_wpr_place"


@dataclass(frozen=True)
class BodyKey:
    """What a rendered body depends on, and the name that follows from it."""

    identity: list[str]
    name: str
    seconds: int


@dataclass(frozen=True)
class Rendered:
    """A body as HTML. ``shared`` says that it is the same for everybody who may read it."""

    html: str
    shared: bool


# --- what a body depends on


def key_of(ref: SlotRef, page: Any, value: Any, decision: Decision, request: HttpRequest | None) -> BodyKey | None:
    """Return what the body of this slot is kept by; None for one that is rendered each time. No query, no error."""
    try:
        return _key_of(ref, page, value, decision, request)
    except Exception:
        logger.exception("The body of page %s cannot be kept; it is rendered for each reader.", page.pk)
        return None


def _key_of(ref: SlotRef, page: Any, value: Any, decision: Decision, request: HttpRequest | None) -> BodyKey | None:
    seconds = settings.body_cache_seconds
    if seconds <= 0 or ref.live or getattr(request, "is_preview", False) or not _may_be_kept(page, value):
        return None
    identity = [
        *(decision.content, str(page.pk), ref.field, ref.path, digest_of(value)),
        *(str(page.live_revision_id), str(page.last_published_at), str(page.url_path)),
        *(str(get_language()), timezone.get_current_timezone_name()),
        *(place_of(request), str(get_urlconf()), get_script_prefix()),
        *(wagtail_wpr.__version__, settings.template_version),
    ]
    # Keyed, so that two installs never meet in one cache: what is kept holds tokens that were signed by this one.
    name = PREFIX + salted_hmac(PREFIX, "\0".join(identity), algorithm="sha256").hexdigest()
    return BodyKey(identity=identity, name=name, seconds=seconds)


def digest_of(value: LockedStreamValue) -> str:
    """Return a digest of a stream as it is stored, without converting a block."""
    rows = json.dumps(list(value._whole._raw_data), cls=DjangoJSONEncoder)
    return blake2b(rows.encode(), digest_size=20).hexdigest()


def place_of(request: Any) -> str:
    """Return the site that links are made for, where the request knows it, else the host; no query."""
    if request is None:
        return "everybody"
    place: str | None = getattr(request, _PLACE, None)
    if place is None:
        if hasattr(request, "_wagtail_site"):
            place = f"site {getattr(request._wagtail_site, 'pk', None)}"
        else:
            place = f"host {request._get_raw_host()} {request.get_port()}"
        # Rendering finds the site, and the next body of the same response would be kept by another name.
        setattr(request, _PLACE, place)
    return place


def covers_of_request(request: HttpRequest | None) -> Callable[[str], bool]:
    """Return a function that says of an attribute of ``request`` whether the key of a body covers it."""
    names = {"_wagtail_site", "_wagtail_cached_site_root_paths", "is_preview"}
    if place_of(request).startswith("host "):
        names |= {"_get_raw_host", "get_port"}
    # Settings of the site (wagtail.contrib.settings) are kept by names with a dot, out of templates' reach.
    return lambda attribute: attribute in names or (attribute.startswith("_") and "." in attribute)


def covers_of_decision(attribute: str) -> bool:
    """Return whether the key of a body covers this attribute of a decision."""
    return attribute in ("granted", "content")


def _may_be_kept(page: Any, value: Any) -> bool:
    return (
        isinstance(value, LockedStreamValue)
        and page.pk is not None
        and page.live
        and getattr(page, "wpr_cache_bodies", True)
        and not _carries_more(page)
        and not _opted_out(value.stream_block, list(value._whole._raw_data))
    )


def _carries_more(page: Any) -> bool:
    """Return whether a page carries what no row of the database said: a view may have put the reader's there."""
    model: Any = type(page)
    known = _attributes_of(model)
    more = [
        name
        for name, value in vars(page).items()
        if isinstance(value, HttpRequest) or not (name[0] == "_" or name in known)
    ]
    return bool(more)


@remembered
def _attributes_of(model: Any) -> frozenset[str]:
    """Return the names of fields, properties and the like of a class."""
    return frozenset(
        name for parent in model.__mro__ for name, value in vars(parent).items() if hasattr(value, "__get__")
    )


def _opted_out(block: blocks.Block, raw: Any) -> bool:
    """Return whether a stored value uses a block type that says ``wpr_cache_body = False``."""
    if not _offers_opt_out(block):
        return False
    if not getattr(block.meta, "wpr_cache_body", True):
        return True
    children = getattr(block, "child_blocks", {})
    if isinstance(raw, list) and hasattr(block, "child_block"):
        return any(_opted_out(block.child_block, _item(item)) for item in raw)
    if isinstance(raw, list):
        rows = [row for row in raw if isinstance(row, dict) and row.get("type") in children]
        return len(rows) < len(raw) or any(_opted_out(children[row["type"]], row.get("value")) for row in rows)
    if isinstance(raw, dict) and raw.keys() <= children.keys():
        return any(_opted_out(children[name], item) for name, item in raw.items())
    return raw is not None  # stored in a way of its own: better rendered once too often


def _item(item: Any) -> Any:
    return item["value"] if isinstance(item, dict) and item.get("type") == "item" and "value" in item else item


def _offers_opt_out(block: blocks.Block) -> bool:
    offers: bool | None = block.__dict__.get("_wpr_offers_opt_out")
    if offers is None:
        offers = not getattr(block.meta, "wpr_cache_body", True) or any(map(_offers_opt_out, children_of(block)))
        block._wpr_offers_opt_out = offers
    return offers


# --- keeping


def kept_body(key: BodyKey, render: Callable[[], Rendered], render_alone: Callable[[], str]) -> str:
    """Return the body that is kept by ``key``, rendered once where many ask for it at the same time.

    :param render: renders it and says whether it may be kept.
    :param render_alone: renders it for this reader only.
    """
    found = _read(key)
    if found is None:
        found, ours = _once_in_this_process(key, render)
        if ours and found is not None:
            return found.html
    return found.html if found is not None and found.shared else render_alone()


#: Bodies that threads of this process are rendering; a result of None is nothing to share.
_flights: dict[str, Future[Rendered | None]] = {}

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_flights.clear)


def _once_in_this_process(key: BodyKey, render: Callable[[], Rendered]) -> tuple[Rendered | None, bool]:
    """Return the body, None where waiting for another thread took too long, and whether it was rendered for us."""
    mine: Future[Rendered | None] = Future()
    flight = _flights.setdefault(key.name, mine)
    if flight is not mine:
        try:
            return flight.result(PATIENCE), False
        except TimeoutError:
            return None, False
    made: Rendered | None = None
    try:
        made, ours = _once_in_all_processes(key, render)
        return made, ours
    finally:
        mine.set_result(made)
        _flights.pop(key.name, None)


def _once_in_all_processes(key: BodyKey, render: Callable[[], Rendered]) -> tuple[Rendered, bool]:
    claimed = _wait_for_turn(key)
    try:
        # Somebody may have finished between our first look and our turn.
        found = _read(key)
        if found is not None:
            return found, False
        made = render()
        _write(key, made)
        return made, True
    finally:
        if claimed:
            _release(key)


def _wait_for_turn(key: BodyKey) -> bool:
    """Return whether this process has claimed the body; False where somebody else has finished, or takes too long.

    Waits only as long as the other's claim is there to be seen: a cache that keeps nothing keeps no claim.
    """
    end = time.monotonic() + PATIENCE
    unseen = 0
    while not _claim(key):
        if _read(key) is not None or time.monotonic() >= end:
            return False
        unseen = 0 if _is_claimed(key) else unseen + 1
        if unseen > 1:
            return False
        time.sleep(STEP)
    return True


# --- the cache: each call by itself, because each may fail


def _read(key: BodyKey) -> Rendered | None:
    try:
        entry = caches[settings.cache].get(key.name)
    except Exception:
        logger.warning("The cache is down: bodies are rendered for each reader.")
        return None
    if not isinstance(entry, dict) or entry.get("of") != key.identity:
        return None
    html, shared = entry.get("html"), entry.get("shared")
    return Rendered(html, shared) if isinstance(html, str) and isinstance(shared, bool) else None


def _write(key: BodyKey, made: Rendered) -> None:
    entry = {"of": key.identity, "html": made.html if made.shared else "", "shared": made.shared}
    try:
        caches[settings.cache].set(key.name, entry, key.seconds)
    except Exception:
        logger.warning("The cache is down: a rendered body could not be kept.")


def _claim(key: BodyKey) -> bool:
    try:
        return bool(caches[settings.cache].add(f"{key.name}:making", 1, CLAIM_SECONDS))
    except Exception:
        return True  # nobody to wait for


def _is_claimed(key: BodyKey) -> bool:
    try:
        return caches[settings.cache].get(f"{key.name}:making") is not None
    except Exception:
        return False


def _release(key: BodyKey) -> None:
    try:
        caches[settings.cache].delete(f"{key.name}:making")
    except Exception:
        logger.debug("The claim on a body runs out by itself: the cache is down.")
