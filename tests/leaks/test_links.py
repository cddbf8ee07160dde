"""Everything that we sign: what it opens, and what it must not."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import override_settings

from tests.leaks.publication import browser_cookie, unlocked
from tests.leaks.reader_steps import ask_for_mail, newest_link
from tests.leaks.site import TOKEN, ControlFailed, Reading, Site
from wagtail_wpr.access import grants
from wagtail_wpr.access.contents import content_key
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.slots import tokens
from wagtail_wpr.slots.tokens import SlotRef


#: What a client would put a link's token into.
PARAMETERS = ("gift", "wpr")


def changed(value: str) -> list[str]:
    """Return a signed value, changed in every way that some library lets pass."""
    data, _, signature = value.rpartition(":")
    flipped = "A" if value[-1] != "A" else "B"
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    elsewhere = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"../../dev/null"}').decode().rstrip("=")
    return [
        value[:-1] + flipped,
        flipped + value[1:],
        data,
        f"{data}:",
        f"{data}:{signature[:-2]}",
        f"{data}:{signing.Signer(salt='another').signature(data)}",
        value.replace("-", "+").replace("_", "/") + "=",
        f"{value}==",
        f"{value}:x",
        "",
        "null",
        f"{none}.{data}.",
        f"{elsewhere}.{data}.{signature}",
        "A" * 5000,
    ]


class TestChanged:
    @pytest.mark.leak_case("PW-229")
    def test_grants(self, site: Site) -> None:
        good = unlocked(site.page("metered"))
        for value in changed(good[grants.GRANT_COOKIE]):
            for cookies in (
                {**good, grants.GRANT_COOKIE: value},
                {grants.BROWSER_COOKIE: value, grants.GRANT_COOKIE: value},
            ):
                browser = site.browser()
                browser.cookies |= cookies
                reading = site.open("metered", browser)
                # What is only spelled differently is the same grant; what is another must not be one.
                if value.rstrip("=") != good[grants.GRANT_COOKIE]:
                    site.must_hide(reading, what=value[:80])
                site.must_answer(reading, [200], what=value[:80])
        for value in changed(good[grants.GRANT_COOKIE]):
            for name in PARAMETERS:
                reading = site.try_everything(site.browser(), f"{site.path('gated')}?{name}={value}")
                site.must_answer(reading, [200], what=value[:80])
                site.must_hide(reading, what=value[:80])
        site.control("gated")

    @pytest.mark.leak_case("PW-229")
    def test_slots(self, site: Site) -> None:
        """A slot's token names the slot and gives no right; changed, it names nothing."""
        if site.delivery != "fetch":
            pytest.skip("Slots are asked for in the fetch delivery only.")
        value = tokens.sign(SlotRef(kind="body", page=site.page("gated").pk, field="body"))
        browser, at = site.browser("subscriber"), site.path("gated")
        for wrong in changed(value):
            answer = site.ask_for_slots(browser, [wrong], at)
            site.must_answer(Reading(answer), (200, 400, 413), what=wrong[:80])
            site.must_hide(Reading(answer), what=wrong[:80])
        for reader in ("visitor", "used-up", "lapsed", "other-plan"):
            answer = site.ask_for_slots(site.browser(reader), [value], at)
            site.must_hide(Reading(answer), what=reader)
        site.control("gated")

    @pytest.mark.leak_case("PW-229")
    def test_slots_of_another_page(self, site: Site) -> None:
        """A token carried to another page's request spends nothing there and opens nothing."""
        if site.delivery != "fetch":
            pytest.skip("Slots are asked for in the fetch delivery only.")
        browser = site.browser("one-left")
        moved = TOKEN.findall(browser.ask(site.path("other")).text)
        for at in (site.path("metered"), "/", "", "//evil.example/", "https://evil.example/", site.path("free")):
            answer = site.ask_for_slots(browser, moved, at)
            site.must_hide(Reading(answer), what=at)
        if not site.open("other", browser).is_whole:
            raise ControlFailed("At its own page the reader does not get the article.")


class TestGrant:
    @pytest.mark.leak_case("PW-233")
    def test_opens_its_article_and_no_other(self, site: Site) -> None:
        browser = site.browser("unlocked")
        for _time in range(2):
            if not site.open("metered", browser).is_whole:
                raise ControlFailed("The article that was unlocked is not open.")
            for name in ("other", "gated", "report", "story", "alias", "race0", "registered"):
                site.must_hide(site.open(name, browser), what=name)
            for target in (
                "/list/",
                "/feed/",
                "/search/?q=About",
                f"/api/v2/pages/{site.page('metered').pk}/?fields=*",
            ):
                reading = site.read(browser, target)
                opened = [answer for answer in reading.holding() if answer.may_be_stored]
                assert not opened, target
        for name in ("other", "gated"):
            site.control(name)


class TestOtherPurposes:
    @pytest.mark.leak_case("PW-237")
    def test_open_nothing(self, site: Site) -> None:
        page, user = site.page("metered"), site.user("fresh")
        browser = site.browser()
        ask_for_mail(browser, "anna@example.org")
        signed = {
            "form": sign_article(page),
            "slot": tokens.sign(SlotRef(kind="body", page=page.pk, field="body")),
            "mailed": newest_link("anna@example.org").strip("/").rpartition("/")[2],
            "password": default_token_generator.make_token(user),
            "session": site.publication.sessions["subscriber"],
            "preview": signing.dumps({"page": page.pk}, salt="wagtail.headless"),
            "signer": signing.Signer().sign_object({"page": page.pk}),
        }
        for name, value in signed.items():
            for parameter in PARAMETERS:
                reading = site.try_everything(site.browser(), f"{site.path('metered')}?{parameter}={value}")
                site.must_answer(reading, [200], what=name)
                site.must_hide(reading, what=name)
            asking = site.browser()
            asking.cookies |= {grants.BROWSER_COOKIE: browser_cookie("b", used=True), grants.GRANT_COOKIE: value}
            site.must_hide(site.open("metered", asking), what=f"{name} as a grant")
        site.control("metered")


class TestKeys:
    @pytest.mark.leak_case("PW-238")
    def test_key_out_of_use(self, site: Site, settings: Any) -> None:
        with override_settings(SECRET_KEY="the key before", SECRET_KEY_FALLBACKS=[]):
            old = unlocked(site.page("metered"))
        browser = site.browser()
        browser.cookies |= old
        site.must_hide(site.open("metered", browser))
        settings.SECRET_KEY_FALLBACKS = ["the key before"]
        if not site.open("metered", browser).is_whole:
            raise ControlFailed("With the old key still accepted, the grant does not open its article.")
        settings.SECRET_KEY_FALLBACKS = []
        site.must_hide(site.open("metered", browser))
        forged = json.dumps({"b": "b", "g": {content_key(site.page("metered")): int(time.time()) + 999}})
        for key in ("", "secret", "only-for-test"):
            browser.cookies = {grants.GRANT_COOKIE: signing.dumps(forged, key=key or "x", salt=grants.GRANT_SALT)}
            site.must_hide(site.open("metered", browser))
        site.control("metered")
