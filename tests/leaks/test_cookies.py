"""Cookies of ours and of Wagtail's, in places where they do not belong."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core import signing
from wagtail.models import PageViewRestriction

from tests.leaks.publication import browser_cookie, unlocked
from tests.leaks.site import Site
from tests.leaks.wire import Browser
from wagtail_wpr.access import grants
from wagtail_wpr.access.contents import content_key


class TestSession:
    @pytest.mark.leak_case("PW-069")
    def test_alone_remembers_the_month(self, site: Site) -> None:
        browser = site.browser("one-left")
        browser.cookies |= {grants.BROWSER_COOKIE: browser_cookie("somebody"), "visits": "0"}
        assert site.open("metered", browser).is_whole
        browser.cookies = {"sessionid": browser.cookies["sessionid"]}
        site.must_hide(site.open("other", browser))
        assert site.open("metered", browser).is_whole

    @pytest.mark.leak_case("PW-077")
    def test_password_of_one_page_opens_no_other(self, site: Site) -> None:
        page = site.page("free")
        restriction = PageViewRestriction.objects.create(
            page_id=page.pk, restriction_type=PageViewRestriction.PASSWORD, password="tide"
        )
        try:
            browser = site.browser()
            form = f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
            browser.ask(form)
            passed = browser.post(form, {"password": "tide", "return_url": site.path("free"), **token(browser)})
            assert passed.status in (302, 403)
            browser.cookies.setdefault("sessionid", given_pass(restriction.pk))
            for name in ("gated", "metered"):
                site.must_hide(site.open(name, browser))
                site.control(name)
        finally:
            restriction.delete()


def token(browser: Browser) -> dict[str, str]:
    return {"csrfmiddlewaretoken": browser.cookies["csrftoken"]} if "csrftoken" in browser.cookies else {}


def given_pass(restriction: int) -> str:
    """A session in which the password was accepted."""
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store["passed_page_view_restrictions"] = [restriction]
    store.save()
    return str(store.session_key)


def forgeries(site: Site) -> dict[str, dict[str, str]]:
    """Pairs of our two cookies that name the article and must not open it."""
    page = site.page("metered")
    key, browser = content_key(page), "abcdefghijklmnopqrstuv"
    good = unlocked(page)
    until = int(time.time()) + 3600
    said = {"b": browser, "g": {key: until}}
    ours = {grants.BROWSER_COOKIE: browser_cookie(browser, used=True)}

    def grant(value: Any, **options: Any) -> dict[str, str]:
        return {**ours, grants.GRANT_COOKIE: signing.dumps(value, **{"salt": grants.GRANT_SALT, **options})}

    value = good[grants.GRANT_COOKIE]
    return {
        "of another browser": {**ours, grants.GRANT_COOKIE: value},
        "without its browser": {grants.GRANT_COOKIE: value},
        "another purpose": grant(said, salt="wagtail_wpr.slot"),
        "no purpose": grant(said, salt="django.core.signing"),
        "another key": grant(said, key="another site's"),
        "for another article": grant({"b": browser, "g": {"0": until}}),
        "over": grant({"b": browser, "g": {key: until - 7200}}),
        "everything": grant({"b": browser, "g": {"*": until}}),
        "a list": grant({"b": browser, "g": [key]}),
        "last letter changed": {**good, grants.GRANT_COOKIE: value[:-1] + ("A" if value[-1] != "A" else "B")},
        "unsigned": {**good, grants.GRANT_COOKIE: value.rpartition(":")[0]},
        "browser as grant": {**good, grants.GRANT_COOKIE: good[grants.BROWSER_COOKIE]},
        "grant as browser": {grants.BROWSER_COOKIE: value, grants.GRANT_COOKIE: value},
    }


@pytest.mark.leak_case("PW-072")
class TestSignedCookies:
    @pytest.mark.parametrize("reader", ["visitor", "used-up"])
    def test_of_something_else_open_nothing(self, site: Site, reader: str) -> None:
        for name, cookies in forgeries(site).items():
            browser = site.browser(reader)
            browser.cookies |= cookies
            site.must_hide(site.open("metered", browser), what=f"A cookie that is {name}")
        assert site.open("metered", "unlocked").is_whole
        site.control("metered")
