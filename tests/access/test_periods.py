from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wagtail_wpr.access.periods import calendar_period, current_rolling, midnight, rolling_period


ZONES = [
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]

moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)
kinds = st.sampled_from(["month", "week"])
#: Around the ends of February and of the year, where months are cut wrongly.
edges = st.builds(
    lambda year, month, hours: datetime(year, month, 1, tzinfo=UTC) + timedelta(hours=hours),
    st.integers(1996, 2032),
    st.sampled_from([1, 3, 11]),
    st.integers(-30, 30),
)


@contextmanager
def zone(name: str) -> Iterator[ZoneInfo]:
    with override_settings(TIME_ZONE=name):
        yield ZoneInfo(name)


class TestCalendarPeriods:
    """Months and weeks tile the time of the site's zone."""

    @given(moments | edges, zones, kinds)
    @settings(max_examples=300, deadline=None)
    def test_each_moment_is_in_its_period(self, at: datetime, name: str, kind: str) -> None:
        with zone(name):
            period = calendar_period(kind, at)
        assert period.start <= at < period.end

    @given(moments | edges, zones, kinds)
    @settings(max_examples=300, deadline=None)
    @example(datetime(1992, 3, 31, tzinfo=UTC), "Asia/Beirut", "month")  # April began at one o'clock
    def test_periods_neither_overlap_nor_leave_gaps(self, at: datetime, name: str, kind: str) -> None:
        with zone(name):
            period = calendar_period(kind, at)
            after = calendar_period(kind, period.end)
            # Counted in UTC: on the wall clock there may be an hour that never was.
            last = calendar_period(kind, period.end.astimezone(UTC) - timedelta(microseconds=1))
        assert after.start == period.end
        assert after.key > period.key
        assert last == period

    @given(moments | edges, zones)
    @settings(max_examples=200, deadline=None)
    def test_months_begin_on_the_first_and_weeks_on_monday(self, at: datetime, name: str) -> None:
        with zone(name) as tz:
            month, week = calendar_period("month", at), calendar_period("week", at)
        assert month.start.astimezone(tz).day == 1
        assert month.start.astimezone(tz).month == at.astimezone(tz).month
        assert week.start.astimezone(tz).weekday() == 0
        assert week.key == f"w{week.start.astimezone(tz).date()}"

    def test_the_end_of_january_is_followed_by_february(self) -> None:
        with zone("Europe/Vienna") as tz:
            period = calendar_period("month", datetime(2027, 1, 31, 23, 59, tzinfo=tz))
        assert period.key == "m2027-01-01"
        assert period.end == datetime(2027, 2, 1, tzinfo=tz)

    @pytest.mark.parametrize(("year", "days"), [(2027, 28), (2028, 29), (2100, 28), (2000, 29)])
    def test_february(self, year: int, days: int) -> None:
        with zone("UTC"):
            period = calendar_period("month", datetime(year, 2, 14, tzinfo=UTC))
        assert period.end - period.start == timedelta(days=days)

    def test_a_month_with_a_change_of_clocks_is_an_hour_off(self) -> None:
        with zone("Europe/Vienna"):
            march = calendar_period("month", datetime(2026, 3, 10, tzinfo=UTC))
            october = calendar_period("month", datetime(2026, 10, 10, tzinfo=UTC))
        assert march.end.astimezone(UTC) - march.start.astimezone(UTC) == timedelta(days=31, hours=-1)
        assert october.end.astimezone(UTC) - october.start.astimezone(UTC) == timedelta(days=31, hours=1)

    def test_a_night_without_midnight_begins_when_the_clocks_have_jumped(self) -> None:
        with zone("America/Sao_Paulo"):  # 4 November 2018: 23:59:59 was followed by 01:00
            assert midnight(date(2018, 11, 4)).hour == 1
            assert midnight(date(2018, 11, 4)).astimezone(UTC) == datetime(2018, 11, 4, 3, tzinfo=UTC)

    def test_the_sites_zone_counts_and_not_an_active_one(self) -> None:
        at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
        with zone("Europe/Vienna"), timezone.override("America/New_York"):
            assert calendar_period("month", at).key == "m2026-12-01"

    def test_another_kind_is_refused(self) -> None:
        with pytest.raises(ValueError, match="not a kind of calendar period"):
            calendar_period("fortnight", datetime(2026, 1, 1, tzinfo=UTC))


class TestRollingWindows:
    """Windows are numbered, begin on the day of the first read and last whole days."""

    @given(moments | edges, zones, st.integers(1, 366), st.integers(0, 400))
    @settings(max_examples=300, deadline=None)
    def test_a_window_runs_for_its_days_and_is_then_followed_by_the_next(
        self, first: datetime, name: str, days: int, later: int
    ) -> None:
        at = first + timedelta(days=later)
        with zone(name) as tz:
            window = rolling_period(4, days, first)
            found = current_rolling(days, at, window.key, first)
        assert window.start <= first < window.end
        assert (window.end.astimezone(tz).date() - first.astimezone(tz).date()).days == days
        assert found.start <= at < found.end
        assert found == window if at < window.end else found.key == "r000000005"

    @given(moments | edges, zones, st.integers(1, 60), st.integers(0, 3_600_000_000))
    @settings(max_examples=200, deadline=None)
    def test_racing_first_reads_ask_for_one_number(self, at: datetime, name: str, days: int, microseconds: int) -> None:
        with zone(name):
            one = current_rolling(days, at, None, None)
            other = current_rolling(days, at + timedelta(microseconds=microseconds), None, None)
        assert one.key == other.key == "r000000001"

    def test_less_than_a_day_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 1 day"):
            rolling_period(1, 0, datetime(2026, 1, 1, tzinfo=UTC))
