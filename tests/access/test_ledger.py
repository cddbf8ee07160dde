from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.publication import make_page, make_reader, set_meter
from wagtail_wpr.access import Content, Reader, decide, decide_many, spend
from wagtail_wpr.access.ledger import merge_browser, reads_of, record_uncounted
from wagtail_wpr.access.meter import Meter, ReadRow, meter_state
from wagtail_wpr.access.models import MeterSettings, Read
from wagtail_wpr.signals import read_spent


VIENNA = ZoneInfo("Europe/Vienna")


def seats() -> list[int | None]:
    return list(Read.objects.order_by("pk").values_list("seat", flat=True))


@pytest.mark.django_db
class TestSpending:
    """N allowed means N bodies; reading again costs nothing."""

    def test_limit_three(self, home: Any, reader: Any) -> None:
        who, pages = Reader.for_user(reader), [make_page(home, f"a{n}") for n in range(4)]
        outcome = [spend(who, page) for page in pages]
        assert [decision.opens for decision in outcome] == [True, True, True, False]
        assert [d.meter.remaining for d in outcome if d.meter] == [2, 1, 0, 0]
        assert seats() == [1, 2, 3]

    def test_reading_again_is_free_also_when_used_up(self, home: Any, reader: Any) -> None:
        who, pages = Reader.for_user(reader), [make_page(home, f"a{n}") for n in range(3)]
        for page in pages:
            spend(who, page)
        again = spend(who, pages[0])
        assert (again.opens, again.reason) == (True, "already_read")
        assert Read.objects.count() == 3

    def test_a_stale_decision_is_made_anew(self, site: Any, home: Any, reader: Any) -> None:
        set_meter(site, registered_limit=1)
        who = Reader.for_user(reader)
        one, two = make_page(home, "one"), make_page(home, "two")
        stale = decide(who, two)
        spend(who, one)
        assert spend(who, two, decision=stale).wall == "subscribe"
        assert spend(who, one, decision=decide(who, one)).reason == "already_read"
        assert seats() == [1]

    def test_another_readers_decision_is_not_believed(self, article: Any, reader: Any) -> None:
        peeked = decide(Reader.for_user(reader), article)
        assert spend(Reader.visitor(), article, decision=peeked).wall == "register"
        assert Read.objects.count() == 0

    def test_what_costs_nothing_writes_nothing(self, home: Any, subscriber: Any) -> None:
        assert spend(Reader.for_user(subscriber), make_page(home, "a")).reason == "subscriber"
        assert spend(Reader.visitor(), make_page(home, "b", "free")).reason == "free"
        assert Read.objects.count() == 0

    def test_a_translation_and_an_alias_are_the_same_article(self, article: Any, home: Any, reader: Any) -> None:
        from wagtail.models import Locale

        who = Reader.for_user(reader)
        alias = article.create_alias(parent=home, update_slug="alias")
        second = alias.create_alias(parent=home, update_slug="alias-of-alias")
        german = article.copy_for_translation(Locale.objects.create(language_code="de"), copy_parents=True, alias=False)
        spend(who, article)
        assert [d.reason for d in decide_many(who, [alias, second, german])] == ["already_read"] * 3
        assert spend(who, alias).reason == "already_read"
        assert Read.objects.count() == 1

    def test_a_lowered_limit(self, site: Any, home: Any, reader: Any) -> None:
        who, pages = Reader.for_user(reader), [make_page(home, f"a{n}") for n in range(5)]
        for page in pages[:3]:
            spend(who, page)
        set_meter(site, registered_limit=2)
        decision = decide(who, pages[3])
        assert decision.meter is not None
        assert (decision.granted, decision.meter.used, decision.meter.remaining) == (False, 3, 0)
        set_meter(site, registered_limit=4)
        assert [spend(who, page).granted for page in pages[3:]] == [True, False]

    def test_a_limit_of_nothing(self, site: Any, article: Any, reader: Any) -> None:
        set_meter(site, registered_limit=0)
        assert spend(Reader.for_user(reader), article).wall == "subscribe"

    def test_visitors_are_counted_by_browser_where_they_have_free_articles(self, site: Any, home: Any) -> None:
        set_meter(site, visitor_limit=1)
        one, two = make_page(home, "one"), make_page(home, "two")
        who = Reader.visitor().with_browser("abc")
        assert not decide(Reader.visitor(), one).granted
        assert spend(who, one).reason == "metered"
        assert spend(who, two).wall == "register"
        assert decide(who, one).reason == "already_read"
        assert Read.objects.get().holder == "b:abc"

    def test_the_signal_tells_once_and_cannot_break_a_read(self, article: Any, reader: Any) -> None:
        heard: list[Any] = []

        def listener(**kwargs: Any) -> None:
            heard.append((kwargs["page"], kwargs["decision"].reason, kwargs["reader"].user))
            raise RuntimeError("a host's mistake")

        read_spent.connect(listener)
        try:
            who = Reader.for_user(reader)
            assert spend(who, article).opens
            assert spend(who, article).opens
        finally:
            read_spent.disconnect(listener)
        assert heard == [(article, "metered", reader)]

    def test_what_was_read_goes_with_the_account(self, article: Any, reader: Any) -> None:
        spend(Reader.for_user(reader), article)
        reader.delete()
        assert Read.objects.count() == 0


@pytest.mark.django_db
class TestPeriods:
    """The meter starts anew when the site's clock says so."""

    def test_month(self, home: Any, site: Any, reader: Any) -> None:
        set_meter(site, registered_limit=1)
        who, one, two = Reader.for_user(reader), make_page(home, "one"), make_page(home, "two")
        last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=VIENNA)
        first = datetime(2026, 12, 1, tzinfo=VIENNA)
        assert spend(who, one, at=last).opens
        assert not decide(who, two, at=last).granted
        assert spend(who, two, at=first).opens
        assert decide(who, one, at=first).wall == "subscribe"

    def test_week(self, home: Any, site: Any, reader: Any) -> None:
        set_meter(site, registered_limit=1, period="week")
        who, one, two = Reader.for_user(reader), make_page(home, "one"), make_page(home, "two")
        sunday = datetime(2026, 11, 29, 23, 59, tzinfo=VIENNA)
        assert spend(who, one, at=sunday).opens
        assert not spend(who, two, at=sunday).opens
        assert spend(who, two, at=sunday + timedelta(minutes=1)).opens

    def test_rolling(self, home: Any, site: Any, reader: Any) -> None:
        set_meter(site, registered_limit=2, period="rolling", rolling_days=10)
        who, pages = Reader.for_user(reader), [make_page(home, f"a{n}") for n in range(6)]
        begin = datetime(2026, 3, 25, 18, tzinfo=VIENNA)  # clocks change on the 29th
        before = decide(who, pages[0], at=begin)
        assert before.meter is not None
        assert (before.cost, before.meter.resets_at) == (1, None)
        assert spend(who, pages[0], at=begin).opens
        later = spend(who, pages[1], at=begin + timedelta(days=8))
        assert later.meter is not None
        assert later.meter.resets_at == datetime(2026, 4, 4, tzinfo=VIENNA)
        assert not spend(who, pages[2], at=datetime(2026, 4, 3, 23, 59, tzinfo=VIENNA)).opens
        assert spend(who, pages[2], at=datetime(2026, 4, 4, tzinfo=VIENNA)).opens
        assert decide(who, pages[0], at=datetime(2026, 4, 5, tzinfo=VIENNA)).cost == 1
        much_later = datetime(2027, 4, 5, tzinfo=VIENNA)
        assert [spend(who, page, at=much_later).opens for page in pages[3:]] == [True, True, False]
        assert sorted(set(Read.objects.values_list("period", flat=True))) == [
            "r000000001",
            "r000000002",
            "r000000003",
        ]


@pytest.mark.django_db
class TestUncounted:
    """The article somebody registered on is open and not counted."""

    def test_it_leaves_the_whole_meter(self, site: Any, home: Any, article: Any, reader: Any) -> None:
        who = Reader.for_user(reader)
        assert record_uncounted(reader, Content.of(article).key, site.pk) is True
        assert record_uncounted(reader, Content.of(article).key, site.pk) is False
        assert decide(who, article).reason == "already_read"
        assert [spend(who, make_page(home, f"a{n}")).opens for n in range(4)] == [True, True, True, False]

    def test_a_counted_read_stays_counted(self, site: Any, article: Any, reader: Any) -> None:
        spend(Reader.for_user(reader), article)
        assert record_uncounted(reader, Content.of(article).key, site.pk) is False
        assert meter_state(Reader.for_user(reader), site.pk).used == 1

    def test_reads_of(self, site: Any, home: Any, article: Any, reader: Any) -> None:
        other = make_page(home, "other")
        record_uncounted(reader, Content.of(article).key, site.pk, at=timezone.now() - timedelta(seconds=9))
        spend(Reader.for_user(reader), other)
        found = reads_of(reader, site.pk)
        assert [(read.content, read.seat) for read in found] == [
            (str(other.translation_key), 1),
            (str(article.translation_key), None),
        ]
        assert not reads_of(None, site.pk).exists()


@pytest.mark.django_db
class TestMerging:
    """Reads before sign-in are a union, never a second allowance."""

    def test_union(self, site: Any, home: Any, reader: Any) -> None:
        set_meter(site, visitor_limit=2)
        pages = [make_page(home, f"a{n}") for n in range(5)]
        browser, who = Reader.visitor().with_browser("abc"), Reader.for_user(reader)
        spend(browser, pages[0])
        spend(browser, pages[1])
        spend(who, pages[1])
        assert merge_browser("abc", reader) == 1
        assert merge_browser("abc", reader) == 0
        assert meter_state(who, site.pk).used == 2
        assert [spend(who, page).opens for page in pages] == [True, True, True, False, False]

    def test_beyond_the_limit(self, site: Any, home: Any, reader: Any) -> None:
        set_meter(site, visitor_limit=2, registered_limit=1)
        pages = [make_page(home, f"a{n}") for n in range(3)]
        for page in pages[:2]:
            spend(Reader.visitor().with_browser("abc"), page)
        assert merge_browser("abc", reader) == 2
        who = Reader.for_user(reader)
        assert [decide(who, page).reason for page in pages] == ["already_read", "already_read", "used_up"]
        assert meter_state(who, site.pk).used == 2

    def test_a_visitor_merges_nothing(self) -> None:
        assert merge_browser("abc", None) == 0


@pytest.mark.django_db
class TestSettingsOfSites:
    """Reading the settings never writes them."""

    def test_defaults_without_a_row(self, site: Any) -> None:
        settings = MeterSettings.for_page_site(site.pk)
        assert (settings.visitor_limit, settings.registered_limit, settings.period) == (0, 3, "month")
        assert settings.default_access == "metered"
        assert MeterSettings.for_site(site).registered_limit == 3
        assert MeterSettings.for_page_site(None).registered_limit == 3
        assert MeterSettings.objects.count() == 0

    def test_saved_at_once(self, site: Any) -> None:
        assert MeterSettings.for_page_site(site.pk).registered_limit == 3
        row = set_meter(site, registered_limit=5)
        assert MeterSettings.for_page_site(site.pk).registered_limit == 5
        row.delete()
        assert MeterSettings.for_page_site(site.pk).registered_limit == 3

    def test_an_editor_opens_and_saves_the_form(self, site: Any, client: Any) -> None:
        client.force_login(make_reader("root", is_superuser=True, is_staff=True))
        address = f"/admin/settings/wagtail_wpr/metersettings/{site.pk}/"
        page = client.get(address)
        assert page.status_code == 200
        assert "three free articles per month" in page.content.decode()
        assert MeterSettings.objects.count() == 0
        form = {
            "default_access": "free",
            "visitor_limit": "1",
            "registered_limit": "4",
            "period": "week",
            "rolling_days": "30",
        }
        assert client.post(address, form).status_code == 302
        assert MeterSettings.for_page_site(site.pk).registered_limit == 4
        assert MeterSettings.objects.get().site == site


class TestMeterArithmetic:
    """The next seat is the lowest free one, whatever rows there are."""

    @given(
        st.integers(0, 8),
        st.lists(st.one_of(st.none(), st.integers(1, 12)), max_size=12).map(lambda seats: list(dict.fromkeys(seats))),
    )
    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    def test_seats(self, limit: int, seats: list[int | None]) -> None:
        at = datetime(2026, 11, 23, 12, tzinfo=VIENNA)
        reads = [ReadRow(content=str(n), period="m2026-11-01", seat=seat, created=at) for n, seat in enumerate(seats)]
        meter = Meter.of(MeterSettings(), limit=limit, reads=reads, at=at)
        counted = {seat for seat in seats if seat is not None}
        assert meter.used == len(counted)
        assert meter.remaining == max(0, limit - len(counted))
        assert meter.next_seat() not in counted
        assert set(range(1, meter.next_seat())) <= counted
        if meter.remaining:
            assert meter.next_seat() <= limit
