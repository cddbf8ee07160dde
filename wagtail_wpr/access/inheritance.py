"""What access a page has: its own setting, its sections', or the site's default; with the schedule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from wagtail_wpr.access.levels import STRICTNESS, AccessLevel, BrokenAccess, known_level
from wagtail_wpr.access.memory import Known, Override, known
from wagtail_wpr.swapping import get_page_model


@dataclass(frozen=True)
class Place:
    """Where access is looked up: for an alias that is its source's place."""

    path: str
    site_id: int | None
    first_published_at: datetime | None


def access_of(pages: Iterable[Any], *, at: datetime | None = None) -> list[AccessLevel]:
    """Return the access of *pages* in the same order, never ``INHERIT``.

    At most one query, and only where there are aliases in the list.

    :raises BrokenAccess: where a stored value is none that we know.
    """
    from wagtail_wpr.access.contents import places_of

    at = at or timezone.now()
    remembered = known()
    return [level_at(place, at, remembered=remembered) for place in places_of(list(pages))]


def level_at(
    place: Place, at: datetime, *, remembered: Known | None = None, own: Sequence[Override] | None = None
) -> AccessLevel:
    """Return the access at *place* at the time *at*.

    *own* replaces what is stored for the page itself: a preview passes the rows of the draft.

    :raises BrokenAccess: where a stored value is none that we know.
    """
    remembered = remembered or known()
    for _path, overrides in _chain(place, remembered, own):
        level = _strictest(overrides, place, at)
        if level is not AccessLevel.INHERIT:
            return level
    default = known_level(remembered.settings_of(place.site_id).default_access)
    if default is AccessLevel.INHERIT:
        raise BrokenAccess("A site's default access cannot be 'inherit'; choose a level in the meter settings.")
    return default


def next_change(page: Any, *, at: datetime | None = None) -> datetime | None:
    """Return when the schedule next changes the access of *page* after *at*; None if it never does.

    What caches keep of a page ends there.
    """
    from wagtail_wpr.access.contents import places_of

    remembered = known()
    if not remembered.has_schedules:
        return None
    at = at or timezone.now()
    (place,) = places_of([page])
    moments = [
        moment
        for _path, overrides in _chain(place, remembered, None)
        for override in overrides
        for moment in (override.free_from, override.free_until, _closes_at(override, place))
        if moment is not None and moment > at
    ]
    return min(moments, default=None)


def override_of(setting: Any) -> Override:
    """Return the plain form of an ``AccessSetting``, saved or not."""
    return Override(
        access=setting.access,
        free_from=setting.free_from,
        free_until=setting.free_until,
        subscribers_after_days=setting.subscribers_after_days,
    )


def _chain(place: Place, remembered: Known, own: Sequence[Override] | None) -> Iterable[tuple[str, Sequence[Override]]]:
    """Yield the settings on the way from the page up to the root, nearest first."""
    step = get_page_model().steplen
    for end in range(len(place.path), 0, -step):
        path = place.path[:end]
        overrides = own if own is not None and end == len(place.path) else remembered.overrides.get(path, ())
        if overrides:
            yield path, overrides


def _strictest(overrides: Sequence[Override], place: Place, at: datetime) -> AccessLevel:
    """Return what a page's rows say. There is one; of two that disagree the stricter counts."""
    levels = [_level_of(override, place, at) for override in overrides]
    set_levels = [level for level in levels if level is not AccessLevel.INHERIT]
    return max(set_levels, key=lambda level: STRICTNESS[level], default=AccessLevel.INHERIT)


def _level_of(override: Override, place: Place, at: datetime) -> AccessLevel:
    base = known_level(override.access)
    if _is_free_time(override, at):
        return AccessLevel.FREE
    closes = _closes_at(override, place)
    if closes is not None and closes <= at:
        return AccessLevel.SUBSCRIBERS
    return base


def _is_free_time(override: Override, at: datetime) -> bool:
    if override.free_from is None and override.free_until is None:
        return False
    begun = override.free_from is None or override.free_from <= at
    over = override.free_until is not None and override.free_until <= at
    return begun and not over


def _closes_at(override: Override, place: Place) -> datetime | None:
    """Return when the page becomes subscribers-only; None if it does not, or was never published."""
    if override.subscribers_after_days is None or place.first_published_at is None:
        return None
    try:
        return place.first_published_at + timedelta(days=override.subscribers_after_days)
    except OverflowError:
        return None
