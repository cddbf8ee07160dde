"""Registering, logging in, and what belongs to somebody else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from tests.factories import make_subscriber
from tests.leaks.publication import session_of
from tests.leaks.reader_steps import ask_for_mail, newest_code, newest_link, sign_in, wrong
from tests.leaks.site import ControlFailed, Site
from tests.leaks.wire import Answer, Browser
from wagtail_wpr.access.models import Entitlement
from wagtail_wpr.readers.articles import sign_article


def register(site: Site, browser: Browser, email: str, name: str = "metered") -> Answer:
    return browser.post("/wpr/register/", {"email": email, "article": sign_article(site.page(name))})


class TestThrowAwayAddresses:
    @pytest.mark.leak_case("PW-240")
    def test_nothing_is_given_before_proof(self, site: Site) -> None:
        browser = site.browser()
        assert register(site, browser, "x@mailinator.com").status == 303
        assert not get_user_model().objects.filter(email="x@mailinator.com").exists()
        for name in ("other", "race0", "gated"):
            site.must_hide(site.open(name, browser), what=name)
        site.control("other")

    @pytest.mark.leak_case("PW-240")
    def test_listed_domains_get_nothing(self, site: Site, settings: Any) -> None:
        settings.WPR_DISPOSABLE_DOMAINS = ["mailinator.com"]
        browser = site.browser()
        assert register(site, browser, "x@Mailinator.com").status == 400
        assert mail.outbox == []
        site.must_hide(site.open("metered", browser))


def said(answer: Answer) -> tuple[int, list[tuple[str, str]], str, list[str]]:
    """Everything in an answer by which two could be told apart, but for what is random in it."""
    random = {"date", "set-cookie", "content-length"}
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in random]
    cookies = [line.partition("=")[0] for line in answer.headers.get_all("Set-Cookie", [])]
    return answer.status, headers, answer.text, cookies


class TestEnumeration:
    @pytest.mark.leak_case("PW-242")
    def test_known_and_unknown_get_the_same_answer(self, site: Site) -> None:
        known = make_subscriber("known")
        sign_in(site, site.browser(), known.email)
        for ask in (
            lambda browser, email: ask_for_mail(browser, email),
            lambda browser, email: register(site, browser, email),
            lambda browser, email: browser.post("/wpr/resend/", {"email": email}),
        ):
            there = said(ask(site.browser(), known.email))
            assert there == said(ask(site.browser(), "nobody@example.org"))
        for path in ("/newsletter/subscribe/", "/api/check-email", "/accounts/signup/"):
            answers = [said(site.browser().post(path, {"email": email})) for email in (known.email, "n@example.org")]
            assert answers[0] == answers[1]

    @pytest.mark.leak_case("PW-242")
    def test_pages_after_asking_are_the_same(self, site: Site) -> None:
        known = make_subscriber("known")
        pages = []
        for email in (known.email, "nobod@example.org"):
            browser = site.browser()
            location = ask_for_mail(browser, email).headers["Location"]
            shown = browser.ask(location).text
            pages.append(re.sub(r"\w…\w*@example\.org|value=\"[^\"]*\"", "", shown))
        assert pages[0] == pages[1]


class TestMails:
    @pytest.mark.leak_case("PW-244")
    def test_fifty_for_one_address(self, site: Site, settings: Any) -> None:
        settings.WPR_MAILS_PER_ADDRESS, settings.WPR_POSTS_PER_NETWORK = 5, 30
        browser = site.browser()
        statuses = [ask_for_mail(browser, "anna@example.org").status for _number in range(50)]
        assert statuses == [303] * 30 + [429] * 20
        assert len(mail.outbox) == 5
        # Asking again sends the same link: there is never a second one to be stolen, and it works once.
        assert len({re.search(r"https?://[^/\s]+(/\S+)", message.body)[1] for message in mail.outbox}) == 1
        link = newest_link("anna@example.org")
        assert site.browser().post(link, {}).status in (303, 429)

    @pytest.mark.leak_case("PW-249")
    @pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded"])
    def test_host_of_a_request_is_not_in_them(self, site: Site, name: str) -> None:
        evil = "evil.example" if name != "Forwarded" else "host=evil.example"
        for path, values in (
            ("/wpr/log-in/", {"email": "anna@example.org"}),
            ("/wpr/register/", {"email": "anna@example.org", "article": sign_article(site.page("metered"))}),
        ):
            site.browser().post(path, values, headers={name: evil})
        if not mail.outbox:
            raise ControlFailed("No mail was sent, so that there was nothing to look at.")
        for message in mail.outbox:
            whole = message.body + "".join(str(part[0]) for part in message.alternatives)
            assert "evil.example" not in whole
            assert "http://localhost/wpr/" in whole


class TestSessions:
    @pytest.mark.leak_case("PW-246")
    def test_chosen_by_somebody_else(self, site: Site) -> None:
        from django.contrib.sessions.backends.db import SessionStore

        chosen = SessionStore()
        chosen["chosen"] = True
        chosen.save()
        for start in ("x" * 32, str(chosen.session_key)):
            victim = Browser(site.address, cookies={"sessionid": start})
            email = f"victim{len(start)}@example.org"
            sign_in(site, victim, email)
            assert victim.cookies["sessionid"] != start
            token = newest_link(email).strip("/").rpartition("/")[2]
            assert victim.cookies["sessionid"] not in token
            attacker = Browser(site.address, cookies={"sessionid": start})
            account = attacker.ask("/wpr/account/")
            assert account.status == 303
            site.must_hide(site.open("metered", attacker))

    @pytest.mark.leak_case("PW-252")
    def test_end_with_the_password_and_the_subscription(self, site: Site) -> None:
        user = make_subscriber("paying")
        second = Browser(site.address, cookies={"sessionid": session_of(user)})
        if not site.open("gated", second).is_whole:
            raise ControlFailed("The subscriber does not get the body.")
        user.set_password("another one")
        user.save()
        site.must_hide(site.open("gated", second), what="A session from before the new password")
        again = Browser(site.address, cookies={"sessionid": session_of(user)})
        if not site.open("gated", again).is_whole:
            raise ControlFailed("After logging in again, the subscriber does not get the body.")
        Entitlement.objects.filter(user=user).update(valid_until=timezone.now())
        site.must_hide(site.open("gated", again), what="A subscription that has ended")
        again.post("/wpr/log-out/", {})
        site.must_hide(site.open("gated", again), what="Logged out")


NEXT = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\r\nSet-Cookie:x=1",
    "https://localhost@evil.example",
    "https://localhost.evil.example",
    "/%2f%2fevil.example",
    "///evil.example",
]


class TestRedirects:
    @pytest.mark.leak_case("PW-247")
    @pytest.mark.parametrize("value", NEXT)
    def test_stay_on_the_site(self, site: Site, value: str) -> None:
        reader = site.browser("fresh")
        answers = [reader.ask(f"/wpr/log-in/?next={quote(value, safe='')}")]
        newcomer = site.browser()
        answers.append(ask_for_mail(newcomer, "next@example.org", next=value))
        answers.append(newcomer.post("/wpr/code/", {"code": newest_code("next@example.org")}))
        assert "sessionid" in newcomer.cookies
        answers.append(newcomer.post("/wpr/log-out/", {"next": value}))
        for answer in answers:
            assert answer.status in (200, 302, 303, 400)
            assert stays(answer.headers.get("Location", "/")), answer.headers.get("Location")
            assert not [line for line in answer.headers.get_all("Set-Cookie", []) if line.startswith("x=")]


def stays(location: str) -> bool:
    """Whether a browser that follows it is still on the site."""
    parts = urlsplit(location.replace("\\", "/"))
    decoded = location.replace("\\", "/")
    return not parts.scheme and not parts.netloc and decoded.startswith("/") and not decoded.startswith("//")


class TestGuessing:
    @pytest.mark.leak_case("PW-251")
    def test_code_of_one_account(self, site: Site) -> None:
        browser = site.browser()
        ask_for_mail(browser, "anna@example.org")
        code = newest_code("anna@example.org")
        guesses = [browser.post("/wpr/code/", {"code": wrong(code)}).status for _number in range(8)]
        assert set(guesses) <= {400, 429}
        assert browser.post("/wpr/code/", {"code": code}).status in (400, 429)
        assert "sessionid" not in browser.cookies
        site.must_hide(site.open("metered", browser))
        # The owner is not locked out: the link in the mail asks for no digits.
        assert site.browser().post(newest_link("anna@example.org"), {}).status == 303

    @pytest.mark.leak_case("PW-251")
    def test_one_code_for_many_accounts(self, site: Site, settings: Any) -> None:
        settings.WPR_POSTS_PER_NETWORK = 40
        statuses = []
        for number in range(30):
            browser = site.browser()
            ask_for_mail(browser, f"reader{number}@example.org")
            statuses.append(browser.post("/wpr/code/", {"code": "123456"}).status)
        assert statuses.count(429) >= 9


class TestOtherPeople:
    @pytest.mark.leak_case("PW-257")
    def test_show_nothing(self, site: Site) -> None:
        other = site.user("used-up")
        targets = [
            f"/wpr/account/?user={other.pk}",
            f"/wpr/account/?user={other.username}",
            f"/wpr/account/?reader={other.pk}",
            f"/wpr/account/{other.pk}/",
            f"/wpr/account/gifts/{other.pk}/",
            f"/wpr/account/invoices/{other.pk}/",
            f"/wpr/account/history/?user={other.pk}",
            f"/wpr/account/export/{other.pk}/",
        ]
        for target in targets:
            answer = site.browser("fresh").ask(target, headers={"X-User-Id": str(other.pk)})
            assert answer.status in (200, 302, 303, 401, 403, 404)
            assert other.email not in answer.text
            assert "About race" not in answer.text, target
        assert "About race" in site.browser("used-up").ask("/wpr/account/").text
