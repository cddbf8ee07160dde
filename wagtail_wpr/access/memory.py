"""What every process remembers of the settings, so that deciding asks the database for the reader only.

All access settings of pages (few: overrides) and all meter settings, read with two queries and kept until
somebody changes one. A change is announced by a new version in the shared cache, which each process looks at
when it decides; where the cache is not shared between processes (or is down) a process reads anew after
:data:`UNSHARED_SECONDS`.

Inside a transaction that has changed something and has not committed, what is read is kept for that
transaction alone: other threads must not see it, and it must be forgotten if the transaction is rolled back.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections, router

from wagtail_wpr.conf import settings


if TYPE_CHECKING:
    from wagtail_wpr.access.models import MeterSettings


logger = logging.getLogger("wagtail_wpr.access")

VERSION_KEY = "wagtail_wpr.access.version"

#: How long a process may be behind where no shared cache tells it of changes.
UNSHARED_SECONDS = 5.0

#: With a shared cache this is only a net: an evicted or lost announcement heals after it.
SHARED_SECONDS = 60.0

#: Things kept beside the settings in one process; beyond that it begins anew.
MOST_KEPT = 1000

Made = TypeVar("Made")


@dataclass(frozen=True)
class Override:
    """The access setting of one page, as stored (an unknown value stays what it is)."""

    access: str
    free_from: datetime | None
    free_until: datetime | None
    subscribers_after_days: int | None


@dataclass(frozen=True)
class Known:
    """All settings as they were when they were read."""

    overrides: Mapping[str, tuple[Override, ...]]
    settings: Mapping[int, MeterSettings]
    others: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def visitors_read_anywhere(self) -> bool:
        """Whether there is a site where visitors have free articles; without settings a site gives none."""
        return any(settings.visitor_limit for settings in self.settings.values())

    @cached_property
    def has_schedules(self) -> bool:
        """Whether the access of any page changes by itself."""
        return any(
            moment is not None
            for overrides in self.overrides.values()
            for override in overrides
            for moment in (override.free_from, override.free_until, override.subscribers_after_days)
        )

    def also(self, name: Hashable, read: Callable[[], Made]) -> Made:
        """Return what another room keeps along with these, the same for everybody; *read* gives it when it is new.

        The signals of that room's models call :func:`changed`.
        """
        try:
            kept: Made = self.others[name]
        except KeyError:
            kept = read()
            if len(self.others) >= MOST_KEPT:
                self.others.clear()
            self.others[name] = kept
        return kept

    def settings_of(self, site_id: int | None) -> MeterSettings:
        """Return the settings of a site, or the defaults."""
        from wagtail_wpr.access.models import MeterSettings

        found = self.settings.get(site_id) if site_id is not None else None
        return found if found is not None else MeterSettings(site_id=site_id)


@dataclass(frozen=True)
class _Kept:
    known: Known
    version: str
    at: float


@dataclass
class _Held:
    """What is known inside of :func:`steady`, the number of changes when it was found out, and what else was."""

    known: Known | None = None
    changes: int = 0
    others: dict[str, Any] = field(default_factory=dict)


class _Announcement:
    """A change that a transaction will announce when it commits; its identity names that state of things."""

    known: Known | None = None

    def __call__(self) -> None:
        _announce()


_lock = threading.Lock()
_kept: _Kept | None = None
#: Counts up in this process with every change, so that a reader that began before it keeps nothing.
_changes = 0
_held: ContextVar[_Held | None] = ContextVar("wagtail_wpr_held", default=None)


def known() -> Known:
    """Return what is known of the settings now; asks the database only after a change.

    :raises django.db.Error: where nothing is remembered and the database is gone.
    """
    held = _held.get()
    if held is not None and held.known is not None and held.changes == _changes:
        return held.known
    pending = _pending()
    if pending is not None:
        if pending.known is None:
            pending.known = _read()
        return pending.known
    changes, found = _changes, _look()
    if held is not None:
        held.known, held.changes = found, changes
    return found


class steady:
    """Look at the shared cache once for all that happens in the ``with``; for the time of one response.

    What this process changes meanwhile is seen at once, as ever. A class, because every response passes here.
    """

    def __enter__(self) -> None:
        self._token = _held.set(_Held())

    def __exit__(self, *error: object) -> None:
        _held.reset(self._token)


def once(name: str, find: Callable[[], Made]) -> Made:
    """Return what *find* gives; inside of :func:`steady` it is called once for a *name*."""
    held = _held.get()
    if held is None:
        return find()
    if name not in held.others:
        held.others[name] = find()
    found: Made = held.others[name]
    return found


def _look() -> Known:
    version = _shared_version()
    kept = _kept
    if kept is not None and kept.version == version and time.monotonic() - kept.at < _lifetime_of(version):
        return kept.known
    return _read_and_keep(version)


def changed() -> None:
    """Say that an access or meter setting, or the place of a page, has changed.

    Signals call this. Code that writes behind their back (``bulk_create``, ``update``, raw SQL) calls it
    itself. Inside a transaction the word goes out when it commits.
    """
    forget()
    connection = connections[_using()]
    if not connection.in_atomic_block:
        _announce()
        return
    last = connection.run_on_commit[-1] if connection.run_on_commit else None
    if (
        last is not None
        and isinstance(last[1], _Announcement)
        and last[1].known is None
        and last[0] == set(connection.savepoint_ids)
    ):
        return  # nobody looked since the last change in the same savepoint: one announcement does for both
    connection.on_commit(_Announcement())


def forget() -> None:
    """Drop what this process remembers; the next decision reads it anew."""
    global _kept, _changes
    with _lock:
        _kept = None
        _changes += 1
    pending = _pending()
    if pending is not None:
        pending.known = None


def cache_is_shared() -> bool:
    """Return whether the cache that ``WPR_CACHE`` names is seen by other processes."""
    return not isinstance(caches[settings.cache], LocMemCache | DummyCache)


def _using() -> str:
    from wagtail_wpr.access.models import AccessSetting

    return router.db_for_write(AccessSetting)


def _pending() -> _Announcement | None:
    """Return the latest uncommitted change of this thread's transaction.

    A rollback, also to a savepoint, takes callbacks out of this list, and with them what was read.
    """
    connection = connections[_using()]
    if not connection.in_atomic_block:
        return None
    for entry in reversed(connection.run_on_commit):
        if isinstance(entry[1], _Announcement):
            return entry[1]
    return None


def _announce() -> None:
    forget()
    try:
        if cache_is_shared():
            caches[settings.cache].set(VERSION_KEY, uuid.uuid4().hex, None)
    except Exception:
        logger.warning("The cache is down: other processes see this change of access a little later.")


def _shared_version() -> str:
    """Return the version that all processes share, or ``""`` where there is no such thing."""
    try:
        if not cache_is_shared():
            return ""
        cache = caches[settings.cache]
        version = cache.get(VERSION_KEY)
        if version is None:
            version = cache.get_or_set(VERSION_KEY, uuid.uuid4().hex, None)
        return str(version)
    except Exception:
        logger.warning("The cache is down: access settings are read from the database every few seconds.")
        return ""


def _lifetime_of(version: str) -> float:
    return SHARED_SECONDS if version else UNSHARED_SECONDS


def _read_and_keep(version: str) -> Known:
    global _kept
    before = _changes
    read = _read()
    at = time.monotonic()
    if _snapshot_may_be_old():
        at -= _lifetime_of(version) - UNSHARED_SECONDS
    with _lock:
        if before == _changes:
            _kept = _Kept(known=read, version=version, at=at)
    return read


def _snapshot_may_be_old() -> bool:
    """Return whether this thread reads in a transaction that others' commits may not show up in.

    MySQL and MariaDB read from the moment the transaction began; what is read there is kept a short time.
    """
    connection = connections[_using()]
    return connection.vendor == "mysql" and connection.in_atomic_block


def _read() -> Known:
    from wagtail_wpr.access.models import AccessSetting, MeterSettings

    using = _using()
    overrides: dict[str, tuple[Override, ...]] = {}
    rows: Any = AccessSetting.objects.using(using).values_list(
        "page__path", "access", "free_from", "free_until", "subscribers_after_days"
    )
    for path, *values in rows.order_by("pk"):
        overrides[path] = (*overrides.get(path, ()), Override(*values))
    sites = {row.site_id: row for row in MeterSettings.objects.using(using)}
    return Known(overrides=overrides, settings=sites)
