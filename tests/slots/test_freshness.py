"""How long caches may keep a page whose access changes by schedule: never longer than the host said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from tests.factories import make_article, set_access
from wagtail_wpr.slots.freshness import limit


pytestmark = pytest.mark.django_db

IN_A_YEAR = timedelta(days=365)
IN_A_MINUTE = timedelta(seconds=60)


def limited(change: timedelta, **headers: str) -> HttpResponse:
    """Return an answer with these headers, limited to a change of access that much ahead."""
    page = make_article()
    at = timezone.now()
    set_access(page, "metered", free_until=at + change)
    response = HttpResponse(headers={name.replace("_", "-"): value for name, value in headers.items()})
    limit(response, [page], at=at)
    return response


class TestFarChange:
    def test_gives_no_life_to_an_answer_that_asked_for_none(self):
        assert not limited(IN_A_YEAR).has_header("Cache-Control")

    def test_leaves_what_the_host_said(self):
        response = limited(IN_A_YEAR, Cache_Control="public, max-age=60")
        assert response["Cache-Control"] == "public, max-age=60"

    def test_makes_expires_no_later(self):
        said = http_date((timezone.now() + timedelta(hours=1)).timestamp())
        response = limited(IN_A_YEAR, Expires=said)
        assert response["Expires"] == said
        assert not response.has_header("Cache-Control")

    @pytest.mark.parametrize("expired", ["0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"])
    def test_revives_nothing_that_has_expired(self, expired):
        assert limited(IN_A_YEAR, Expires=expired)["Expires"] == expired


class TestNearChange:
    def test_shortens_ages(self):
        said = limited(IN_A_MINUTE, Cache_Control="max-age=30, s-maxage=600")["Cache-Control"]
        assert said == "max-age=30, s-maxage=60"

    def test_shortens_expires(self):
        later = http_date((timezone.now() + timedelta(hours=1)).timestamp())
        ends = parse_http_date(limited(IN_A_MINUTE, Expires=later)["Expires"])
        assert abs(ends - (timezone.now() + IN_A_MINUTE).timestamp()) < 5

    def test_lets_no_cache_keep_by_its_own_rules(self):
        assert limited(IN_A_MINUTE)["Cache-Control"] == "max-age=0"
        assert limited(IN_A_MINUTE, Cache_Control="public")["Cache-Control"] == "public, max-age=0"

    def test_shortens_what_may_be_given_stale(self):
        said = limited(IN_A_MINUTE, Cache_Control="max-age=30, s-maxage=50, stale-while-revalidate=600")[
            "Cache-Control"
        ]
        assert said == "max-age=30, s-maxage=50, stale-while-revalidate=10"
        said = limited(IN_A_MINUTE, Cache_Control="max-age=600, stale-if-error=86400")["Cache-Control"]
        assert said == "max-age=60, stale-if-error=0"
        assert limited(IN_A_MINUTE, Cache_Control="stale-if-error=9")["Cache-Control"] == "stale-if-error=0, max-age=0"
