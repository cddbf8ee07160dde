"""What has to be readable, and what a visitor is shown in its place."""

from __future__ import annotations

import json
import re

import pytest

from tests.leaks.publication import FREE, TEASER
from tests.leaks.site import Site
from wagtail_wpr.access.models import Read


class TestSubscriber:
    @pytest.mark.leak_case("PW-001")
    @pytest.mark.parametrize(
        "name", ["gated", "metered", "report", "story", "alias", "gated_translated", "unconfigured"]
    )
    def test_reads_everything(self, site: Site, name: str) -> None:
        reading = site.control(name)
        for answer in reading.holding():
            told = answer.headers["Cache-Control"]
            assert "private" in told or "no-store" in told
            assert "public" not in told
            assert "s-maxage" not in told


class TestRegistered:
    @pytest.mark.leak_case("PW-002")
    def test_reads_and_is_counted_once(self, site: Site) -> None:
        browser = site.browser("fresh")
        for _time in range(2):
            assert site.open("metered", browser).is_whole
            assert Read.objects.filter(holder=f"u:{site.user('fresh').pk}").count() == 1


class TestVisitor:
    @pytest.mark.leak_case("PW-003")
    @pytest.mark.parametrize("name", ["gated", "story"])
    def test_gets_teaser_and_wall(self, site: Site, name: str) -> None:
        page = site.open(name).page
        assert page.status == 200
        assert TEASER in page.text
        assert "data-wpr-wall" in page.text
        data = structured_data(page.text)
        assert data["isAccessibleForFree"] is False
        assert f'class="{data["hasPart"]["cssSelector"].removeprefix(".")}"' in page.text
        assert name != "gated" or '<link rel="canonical"' in page.text
        site.control(name)

    @pytest.mark.leak_case("PW-006")
    @pytest.mark.parametrize("reader", ["visitor", "fresh", "used-up", "subscriber"])
    def test_free_article_is_whole(self, site: Site, reader: str) -> None:
        reading = site.open("free", reader)
        assert reading.page.status == 200
        assert all(word in reading.page.text for word in FREE)
        assert structured_data(reading.page.text)["isAccessibleForFree"] is True


def structured_data(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])
