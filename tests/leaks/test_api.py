"""API v2: what it finds, orders and searches by, and for whom."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.checks import run_checks

from tests.leaks.publication import BODY, FIRST, NOWHERE
from tests.leaks.site import ControlFailed, Reading, Site
from wagtail_wpr.access.models import Read


PAGES = "/api/v2/pages/"


def ids(site: Site, query: str) -> Any:
    """Return the ids that a query gives, in order; the status where it gives none."""
    answer = site.browser().ask(f"{PAGES}?{query}")
    return [item["id"] for item in answer.json["items"]] if answer.status == 200 else answer.status


class TestFinding:
    @pytest.mark.leak_case("PW-127")
    def test_spends_nothing_and_tells_the_teaser(self, site: Site) -> None:
        page = site.page("metered")
        before = Read.objects.count()
        for query in (f"html_path={site.path('metered')}&fields=*", f"id={page.pk}&fields=*"):
            browser = site.browser("fresh")
            found = browser.ask(f"{PAGES}find/?{query}")
            assert found.status == 302
            target = found.headers["Location"]
            answer = browser.ask(urlsplit(target).path + "?fields=*")
            site.must_answer(Reading(answer), [200])
            site.must_hide(Reading(found, [answer]), what=query)
        assert Read.objects.count() == before
        site.control("metered")


class TestOracles:
    @pytest.mark.leak_case("PW-130")
    @pytest.mark.parametrize("more", ["", "&search_operator=and", "&type=testapp.ArticleLikePage", "&fields=*"])
    def test_search(self, site: Site, more: str) -> None:
        nothing = ids(site, f"search={NOWHERE}{more}")
        assert nothing == []
        assert {word: ids(site, f"search={word}{more}") for word in BODY} == dict.fromkeys(BODY, nothing)
        assert ids(site, f"search=the%20{FIRST}%20went%20on{more}") == ids(
            site, f"search=the%20{NOWHERE}%20went%20on{more}"
        )
        if site.publication.pages["gated"].pk not in ids(site, "search=gated"):
            raise ControlFailed("The search finds nothing at all, so that its silence proves nothing.")
        site.control("gated")

    @pytest.mark.leak_case("PW-131")
    def test_filters_and_orders(self, site: Site) -> None:
        articles = "type=wagtail_wpr_pages.ArticlePage"
        for query in ("body=x", f"body={FIRST}", "order=body", "order=-body&limit=1", "body__startswith=A"):
            assert ids(site, f"{articles}&{query}") == 400, query
        assert len(ids(site, articles)) == 2
        # A host that names the column has made it an oracle, and is told so.
        told = [message for message in run_checks() if message.id == "wagtail_wpr.W011"]
        assert any("ArticleLikePage" in f"{message.obj} {message.msg}" for message in told)
        site.control("story")


class TestOtherSites:
    @pytest.mark.leak_case("PW-134")
    def test_get_nothing_with_a_subscribers_cookies(self, site: Site) -> None:
        target, evil = f"{PAGES}{site.page('gated').pk}/?fields=*", {"Origin": "https://evil.example"}
        answer = site.browser("subscriber").ask(target, headers=evil)
        site.must_answer(Reading(answer), [200])
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers
        # The answer is the visitor's: there is nothing in it that would have to be kept private.
        assert answer.text == site.browser().ask(target).text
        site.must_hide(Reading(answer))
        site.control("gated")

    @pytest.mark.leak_case("PW-134")
    def test_slots_are_not_for_other_sites(self, site: Site) -> None:
        if site.delivery != "fetch":
            pytest.skip("Slots are fetched in the fetch delivery only.")
        from tests.leaks.site import TOKEN

        browser = site.browser("subscriber")
        tokens = TOKEN.findall(browser.ask(site.path("gated")).text)
        assert tokens
        for headers in (
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example", "Sec-Fetch-Site": ""},
            {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        ):
            answer = browser.post_json("/wpr/slots/", {"slots": tokens, "at": site.path("gated")}, headers=headers)
            assert "Access-Control-Allow-Origin" not in answer.headers
            site.must_hide(Reading(answer), what=str(headers))
        site.control("gated")
