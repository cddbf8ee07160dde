"""What was made for one reader and is asked for by another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.leaks.site import ControlFailed, Leak, Reading, Site
from tests.leaks.wire import Browser


class TestSharedCaches:
    @pytest.mark.leak_case("PW-200")
    @pytest.mark.parametrize("name", ["gated", "metered", "report"])
    def test_may_keep_no_body(self, site: Site, name: str) -> None:
        for answer in site.control(name).holding():
            told = answer.headers["Cache-Control"]
            assert "private" in told or "no-store" in told
            for forbidden in ("public", "s-maxage"):
                assert forbidden not in told
            for header in ("Surrogate-Control", "CDN-Cache-Control"):
                assert header not in answer.headers
            if site.delivery == "inline":
                assert "Cookie" in answer.headers["Vary"]
        site.must_hide(site.open(name))

    @pytest.mark.leak_case("PW-203")
    def test_reader_first_visitor_second(self, site: Site) -> None:
        first = site.open("metered", "fresh")
        if not first.is_whole:
            raise ControlFailed("The reader with free articles left got none.")
        for reader in ("visitor", "used-up", "visitor"):
            latest = site.open("metered", reader)
            site.must_hide(latest, what=reader)
        if site.address != site.origin and latest.page.headers["X-Cache"] != "HIT":
            raise ControlFailed("The cache keeps nothing, so that nothing could come out of it.")
        site.control("metered")

    @pytest.mark.leak_case("PW-206")
    def test_address_that_looks_like_a_file(self, site: Site) -> None:
        path = site.path("gated")
        for target in (f"{path}x.css", f"{path};.js", f"{path}%2ex.png", f"{path}?a=.css", f"{path.rstrip('/')}.css"):
            lured = site.try_everything(site.browser("subscriber"), target)
            for answer in lured.holding():
                if answer.may_be_stored:
                    raise Leak(f"{target} was answered with a body that a cache may keep.")
            site.must_hide(site.try_everything(site.browser(), target), what=target)
        site.control("gated")

    @pytest.mark.leak_case("PW-207")
    @pytest.mark.parametrize("name", ["gated", "story"])
    def test_headers_outside_the_key_change_nothing(self, site: Site, name: str) -> None:
        evil = {
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Scheme": "http",
            "X-Original-URL": "/",
            "X-Host": "evil.example",
        }
        target = f"{site.path(name)}?buster=1"
        poisoned, clean = site.browser().ask(target, headers=evil), site.browser().ask(target)
        for answer in (poisoned, clean):
            assert answer.status == 200
            assert "evil.example" not in answer.text
            assert "evil.example" not in str(answer.headers)
            site.must_hide(Reading(answer))
        site.control(name)

    @pytest.mark.leak_case("PW-208")
    def test_session_that_is_none(self, site: Site) -> None:
        for value in ("x", "0" * 32, ""):
            site.must_hide(site.open("gated", Browser(site.address, cookies={"sessionid": value})), what=value)
        site.control("gated")

    @pytest.mark.leak_case("PW-208")
    def test_session_by_another_name(self, site: Site, settings: Any) -> None:
        settings.SESSION_COOKIE_NAME = "desk"
        site.must_hide(site.open("gated"))
        known = site.browser("subscriber")
        reading = site.open("gated", Browser(site.address, cookies={"desk": known.cookies["sessionid"]}))
        if not reading.is_whole:
            raise ControlFailed("A subscriber was answered from the copy for visitors.")
        site.must_hide(site.open("gated", known))

    @pytest.mark.leak_case("PW-212")
    def test_validators_of_a_subscriber(self, site: Site) -> None:
        theirs = site.control("gated")
        validators = [answer.headers["ETag"] for answer in theirs.answers if "ETag" in answer.headers]
        assert not [answer for answer in theirs.holding() if "ETag" in answer.headers]
        for value in [*validators, '"anything"', "*"]:
            reading = site.open("gated", headers={"If-None-Match": value})
            site.must_hide(reading, what=value)
        visitors = site.open("gated").page.headers.get("ETag")
        if visitors and site.delivery == "inline":
            again = site.open("gated", "subscriber", headers={"If-None-Match": visitors})
            if not again.is_whole:
                raise ControlFailed("The visitor's validator keeps the subscriber from the body.")


class TestInside:
    @pytest.mark.leak_case("PW-204")
    @pytest.mark.parametrize("kind", ["cache", "wagtailcache", "wagtailpagecache"])
    def test_fragments(self, site: Site, kind: str) -> None:
        target = f"/fragment/{kind}/{site.page('gated').pk}/"
        readings = {}
        for turn, reader in enumerate(("subscriber", "visitor", "used-up", "subscriber")):
            readings[turn] = site.read(site.browser(reader), target)
            site.must_answer(readings[turn], [200], what=kind)
            if reader != "subscriber":
                site.must_hide(readings[turn], what=f"{kind}, {reader}")
        if not (readings[0].is_whole and readings[3].is_whole):
            raise ControlFailed(f"The subscriber does not get the body from a fragment of {kind}.")

    @pytest.mark.leak_case("PW-205")
    def test_readers_by_turns(self, site: Site) -> None:
        for turn in range(12):
            reading = site.open("gated", ("subscriber", "visitor")[turn % 2])
            if turn % 2:
                site.must_hide(reading, what=f"Turn {turn}")
            elif not reading.is_whole:
                raise ControlFailed("The subscriber does not get the body.")

    @pytest.mark.leak_case("PW-205")
    def test_readers_at_once(self, site: Site) -> None:
        browsers = [site.browser(("subscriber", "visitor", "lapsed")[turn % 3]) for turn in range(24)]
        with ThreadPoolExecutor(8) as threads:
            readings = list(threads.map(lambda browser: site.open("gated", browser), browsers))
        for turn, reading in enumerate(readings):
            if turn % 3:
                site.must_hide(reading, what=f"Request {turn}")
            elif not reading.is_whole:
                raise ControlFailed("The subscriber does not get the body.")
