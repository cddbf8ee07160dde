"""The site's own search and feeds."""

from __future__ import annotations

import re

import pytest

from tests.leaks.publication import BODY, FIRST, NOWHERE
from tests.leaks.site import ControlFailed, Reading, Site


def found(site: Site, path: str, reader: str = "visitor") -> tuple[str, list[str]]:
    """Return how many results a search gives, and their titles in order."""
    text = site.browser(reader).ask(path).text
    return re.search(r"<p class='count'>(\d+)", text)[1], re.findall(r"<h2>(.*?)</h2>", text)


class TestSearch:
    @pytest.mark.leak_case("PW-165")
    @pytest.mark.parametrize("reader", ["visitor", "used-up"])
    def test_hidden_word_finds_what_no_word_finds(self, site: Site, reader: str) -> None:
        nothing = found(site, f"/search/?q={NOWHERE}", reader)
        assert nothing == ("0", [])
        for word in BODY:
            for query in (word, f"the+{word}", f"%22the+{word}+went+on%22"):
                same = query.replace(word, NOWHERE)
                assert found(site, f"/search/?q={query}", reader) == found(site, f"/search/?q={same}", reader), query
        if found(site, "/search/?q=gated")[0] == "0":
            raise ControlFailed("The search finds nothing at all, so that its silence proves nothing.")
        site.control("gated")

    @pytest.mark.leak_case("PW-166")
    def test_beginnings_are_not_completed(self, site: Site) -> None:
        for prefix in (FIRST[:4], FIRST[:8]):
            assert found(site, f"/search/autocomplete/?q={prefix}") == ("0", [])
        for path in (f"/search/suggest/?q={FIRST[:4]}", f"/api/search?q={FIRST[:4]}", f"/search/?q={FIRST[:-2]}xs"):
            reading = Reading(site.browser().ask(path))
            site.must_answer(reading, (200, 301, 302, 400, 404), what=path)
            site.must_hide(reading, what=path)
        if found(site, "/search/autocomplete/?q=gat")[0] == "0":
            raise ControlFailed("Nothing is ever completed, so that this silence proves nothing.")
        site.control("gated")


class TestFeeds:
    @pytest.mark.leak_case("PW-161")
    @pytest.mark.parametrize("path", ["/feed/", "/feed/atom/", "/feed.json"])
    def test_validators_of_a_subscriber_give_a_visitor_nothing(self, site: Site, path: str) -> None:
        theirs = site.browser("subscriber").ask(path)
        site.must_answer(Reading(theirs), [200])
        # One feed for everybody: what a validator could say is said to all.
        assert theirs.text == site.browser().ask(path).text
        for name, header in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            value = theirs.headers.get(name, '"anything"')
            reading = Reading(site.browser().ask(path, headers={header: value}))
            site.must_answer(reading, (200, 304))
            site.must_hide(reading)
        assert site.path("gated") in theirs.text
        site.control("gated")
