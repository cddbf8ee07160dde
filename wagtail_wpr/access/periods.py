"""The one place where periods of the meter begin and end.

All boundaries are midnights in the site's time zone (``settings.TIME_ZONE``): not the reader's, and not the
zone that an editor activated for the admin.

A *calendar* period (month, week) follows from the clock alone. A *rolling* window begins with a read, so
two first reads that race each other, even across midnight, must agree on it: windows are numbered, the
number is what rows are unique by, and the window's first day is read from its earliest row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


MONTH = "month"
WEEK = "week"
ROLLING = "rolling"

#: Keys of rolling windows start with this letter and sort as text in the order of their numbers.
ROLLING_PREFIX = "r"


@dataclass(frozen=True)
class Period:
    """One period: its key in the ledger, when it starts, and when the next one does."""

    key: str
    start: datetime
    end: datetime


def day_in_zone(at: datetime) -> date:
    """Return the day that the aware time *at* falls on in the site's zone."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def midnight(day: date) -> datetime:
    """Return the aware instant at which *day* begins in the site's zone.

    Where clocks jump over midnight that night, this is the first instant that exists.
    """
    zone = timezone.get_default_timezone()
    # A wall time that a forward jump skips is, with fold=0, the instant of the jump; the round trip through
    # UTC gives it the clock time that people really saw.
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC).astimezone(zone)


def calendar_period(kind: str, at: datetime) -> Period:
    """Return the calendar month or week (from Monday) that *at* falls in.

    :raises ValueError: for a kind that is neither.
    """
    day = day_in_zone(at)
    if kind == MONTH:
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        return Period(key=f"m{first.isoformat()}", start=midnight(first), end=midnight(following))
    if kind == WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(key=f"w{first.isoformat()}", start=midnight(first), end=midnight(first + timedelta(days=7)))
    raise ValueError(f"{kind!r} is not a kind of calendar period; use {MONTH!r} or {WEEK!r}.")


def rolling_period(number: int, days: int, first_read: datetime) -> Period:
    """Return window *number*, which lasts *days* days, the day of *first_read* included.

    :raises ValueError: for less than one day.
    """
    if days < 1:
        raise ValueError(f"A rolling window lasts at least 1 day, not {days}.")
    first = day_in_zone(first_read)
    return Period(key=rolling_key(number), start=midnight(first), end=midnight(first + timedelta(days=days)))


def rolling_key(number: int) -> str:
    """Return the ledger key of rolling window *number*."""
    return f"{ROLLING_PREFIX}{number:09d}"


def rolling_number(key: str) -> int:
    """Return the number in a ledger key made by :func:`rolling_key`."""
    return int(key.removeprefix(ROLLING_PREFIX))


def current_rolling(days: int, at: datetime, key: str | None, first_read: datetime | None) -> Period:
    """Return the rolling window that a read at *at* belongs to.

    *key* and *first_read* describe the reader's last window, None where there was none. While it is
    running that is the answer; after it, the next number, beginning on the day of *at*.
    """
    if key is None or first_read is None:
        return rolling_period(1, days, at)
    last = rolling_period(rolling_number(key), days, first_read)
    if at < last.end:
        return last
    return rolling_period(rolling_number(key) + 1, days, at)
