"""A reader's free articles in the running period: which were read, how many are left, the next seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_wpr.access.decisions import Claim, MeterState
from wagtail_wpr.access.models import DEFAULT_POOL
from wagtail_wpr.access.periods import ROLLING, Period, calendar_period, current_rolling


if TYPE_CHECKING:
    from wagtail_wpr.access.reader import Reader


@dataclass(frozen=True)
class ReadRow:
    """A row of the ledger, as the state query gives it; ``seat`` None: not counted."""

    content: str
    period: str
    seat: int | None
    created: datetime


@dataclass(frozen=True)
class Meter:
    """One reader's meter on one site at one time."""

    limit: int
    period: Period
    begun: bool
    reads: tuple[ReadRow, ...]

    @classmethod
    def of(cls, settings: Any, *, limit: int, reads: Sequence[ReadRow], at: datetime) -> Meter:
        """Return the meter by a site's settings and the reader's rows of the last period.

        :raises ValueError: where the settings are broken; then nobody gets a free article.
        """
        if limit < 0:
            raise ValueError(f"A limit of free articles is 0 or more, not {limit}; mend the meter settings.")
        if settings.period != ROLLING:
            return cls(limit, calendar_period(settings.period, at), True, tuple(reads))
        key = max((read.period for read in reads), default=None)
        first = min((read.created for read in reads), default=None)
        period = current_rolling(settings.rolling_days, at, key, first)
        running = tuple(read for read in reads if read.period == period.key)
        return cls(limit, period, bool(running), running)

    @cached_property
    def used(self) -> int:
        """How many counted reads there are in the period."""
        return sum(read.seat is not None for read in self.reads)

    @property
    def remaining(self) -> int:
        """How many free articles are left; never below 0, also where the limit was lowered."""
        return max(0, self.limit - self.used)

    @property
    def state(self) -> MeterState:
        """The meter as decisions carry it."""
        return MeterState(
            limit=self.limit,
            used=self.used,
            remaining=self.remaining,
            resets_at=self.period.end if self.begun else None,
            period_start=self.period.start if self.begun else None,
        )

    def has_read(self, content: str) -> bool:
        """Return whether the article was read in the period, counted or not."""
        return any(read.content == content for read in self.reads)

    def next_seat(self) -> int:
        """Return the lowest seat that nobody has: everybody who races picks the same one."""
        taken = {read.seat for read in self.reads}
        return next(seat for seat in range(1, len(taken) + 2) if seat not in taken)

    def claim(self, holder: str, site_id: int) -> Claim:
        """Return the next seat, for the ledger."""
        return Claim(
            holder=holder,
            site_id=site_id,
            pool=DEFAULT_POOL,
            period=self.period.key,
            period_start=self.period.start,
            seat=self.next_seat(),
        )


def meter_of(reader: Reader, site_id: int, *, at: datetime | None = None, using: str | None = None) -> Meter:
    """Return the meter of *reader* on a site; one query.

    :raises django.db.Error: where the database is gone.
    """
    from wagtail_wpr.access.state import State

    state = State(reader, (), at or timezone.now(), using=using)
    state.site_ids = [site_id]
    return state.meter(site_id)


def meter_state(reader: Reader, site_id: int, *, at: datetime | None = None) -> MeterState:
    """Return what a meter shows of *reader* on a site, without an article in question; one query at most."""
    return meter_of(reader, site_id, at=at).state
