from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from wagtail.models import Page

from tests.access.publication import make_page, make_reader, make_site, set_meter
from tests.races.publication import Job, race
from wagtail_wpr.access import Reader, spend
from wagtail_wpr.access.models import Read


RACERS = 12
VIENNA = ZoneInfo("Europe/Vienna")

pytestmark = pytest.mark.usefixtures("shared_database")


def articles(number: int) -> list[Page]:
    home = make_site().root_page
    return [make_page(Page.objects.get(pk=home.pk), f"a{n}") for n in range(number)]


@pytest.mark.parametrize("period", ["month", "rolling"])
@pytest.mark.parametrize("peeked", [False, True], ids=["spend alone", "decided before"])
class TestTwelveAtOnce:
    """Law 6, in both its forms, with a process for each request."""

    def test_different_articles_on_the_last_free_read(self, period: str, peeked: bool) -> None:
        set_meter(make_site(), period=period)
        reader, pages = make_reader(), articles(RACERS + 2)
        for page in pages[RACERS:]:
            assert spend(Reader.for_user(reader), page).granted
        jobs = [Job(reader.pk, page.pk, peeked) for page in pages[:RACERS]]
        answers = race(jobs)
        assert sum(answer["granted"] for answer in answers) == 1
        assert [a["wall"] for a in answers if not a["granted"]] == ["subscribe"] * (RACERS - 1)
        assert {a["reason"] for a in answers} == {"metered", "used_up"}
        assert sorted(Read.objects.values_list("seat", flat=True)) == [1, 2, 3]

    def test_the_same_article(self, period: str, peeked: bool) -> None:
        set_meter(make_site(), period=period, registered_limit=1)
        reader, (page,) = make_reader(), articles(1)
        answers = race([Job(reader.pk, page.pk, peeked)] * RACERS)
        assert sum(answer["granted"] for answer in answers) == RACERS
        assert sorted({a["reason"] for a in answers}) == ["already_read", "metered"]
        assert Read.objects.count() == 1


class TestFromNothing:
    """An untouched meter: as many bodies as seats, in windows that begin with the race."""

    def test_different_articles(self) -> None:
        set_meter(make_site(), period="rolling", rolling_days=30)
        reader, pages = make_reader(), articles(RACERS)
        answers = race([Job(reader.pk, page.pk) for page in pages])
        assert sum(answer["granted"] for answer in answers) == 3
        assert sorted(Read.objects.values_list("seat", flat=True)) == [1, 2, 3]

    def test_first_reads_on_both_sides_of_midnight_agree_on_the_window(self) -> None:
        set_meter(make_site(), period="rolling", rolling_days=30)
        reader, pages = make_reader(), articles(RACERS)
        midnight = datetime(2026, 12, 1, tzinfo=VIENNA)
        moments = [midnight + timedelta(milliseconds=n - RACERS // 2) for n in range(RACERS)]
        jobs = [Job(reader.pk, page.pk, at=at) for page, at in zip(pages, moments, strict=True)]
        answers = race(jobs)
        assert sum(answer["granted"] for answer in answers) == 3
        assert set(Read.objects.values_list("period", flat=True)) == {"r000000001"}
