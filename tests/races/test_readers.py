"""Two sides and more at once, each a process of its own: registering, codes, links and their limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import override_settings

from tests.access.publication import make_site
from tests.races.processes import at_once
from tests.readers.conftest import Window, add_article, browser, code_in, link_in, newest_mail, wrong
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.readers.models import Address, LimitCounter, ReaderProfile, SignIn


pytestmark = pytest.mark.usefixtures("shared_database")


@dataclass(frozen=True)
class Met:
    """What one side met: the answer's status, whether it is signed in, its cookies, the mails it caused."""

    status: int
    signed_in: bool
    reads: bool
    cookies: dict[str, str]
    mails: list[str]


@pytest.fixture
def article(shared_database: None) -> ArticleLikePage:
    return add_article(make_site(), "rivers")


def side(window: Window, act: Callable[[Window], Any], article: ArticleLikePage, start: Callable[[], Any]) -> Met:
    mail.outbox.clear()
    start()
    answer = act(window)
    return Met(
        status=answer.status_code,
        signed_in="sessionid" in window.client.cookies and window.user_id is not None,
        reads=window.reads(article),
        cookies={name: morsel.value for name, morsel in window.client.cookies.items()},
        mails=[message.body for message in mail.outbox],
    )


def race(article: ArticleLikePage, sides: list[tuple[Window, Callable[[Window], Any]]]) -> list[Met]:
    return at_once([partial(side, window, act, article) for window, act in sides])


def windows_with(cookie: str, number: int) -> list[Window]:
    """Windows that all show the same browser's cookie, each on a network of its own."""
    windows = [Window(browser(f"192.0.2.{n}")) for n in range(1, number + 1)]
    for window in windows:
        window.client.cookies["wpr_browser"] = cookie
    return windows


def asked(article: ArticleLikePage) -> tuple[str, str, str]:
    """Return the browser's cookie, the code and the link of somebody who has just registered."""
    window = Window()
    window.register(article)
    return window.client.cookies["wpr_browser"].value, code_in(newest_mail()), link_in(newest_mail())


class TestTheSameAddressRegisters:
    def test_twice_at_once(self, article: ArticleLikePage) -> None:
        met = race(article, [(Window(browser(f"192.0.2.{n}")), lambda w: w.register(article)) for n in (1, 2)])
        assert [(m.status, m.reads, m.signed_in) for m in met] == [(303, True, False)] * 2
        assert Address.objects.count() == 1
        assert SignIn.objects.count() == 2
        assert [len(m.mails) for m in met] == [1, 1]
        assert get_user_model().objects.count() == 0

    def test_eight_times_at_once_and_the_mails_fall_silent(self, article: ArticleLikePage) -> None:
        met = race(article, [(Window(browser(f"192.0.2.{n}")), lambda w: w.register(article)) for n in range(8)])
        assert [(m.status, m.reads) for m in met] == [(303, True)] * 8
        assert Address.objects.count() == 1
        assert sum(len(m.mails) for m in met) == 5

    def test_written_in_many_ways(self, article: ArticleLikePage) -> None:
        ways = ["anna@example.org", "anna@EXAMPLE.org", " anna@example.org ", "anna@Example.Org"]
        met = race(article, [(Window(), lambda w, way=way: w.register(article, way)) for way in ways])
        assert [m.status for m in met] == [303] * 4
        assert Address.objects.count() == 1

    def test_and_all_its_links_are_pressed_at_once(self, article: ArticleLikePage) -> None:
        windows = [Window(browser(f"192.0.2.{n}")) for n in range(4)]
        for window in windows:
            window.register(article)
        links = [link_in(message) for message in mail.outbox]
        met = race(article, [(w, lambda w, link=link: w.press(link)) for w, link in zip(windows, links, strict=True)])
        assert [(m.status, m.signed_in) for m in met] == [(303, True)] * 4
        assert get_user_model().objects.count() == 1
        assert ReaderProfile.objects.count() == 1


class TestTheSameCode:
    def test_from_two_sides(self, article: ArticleLikePage) -> None:
        cookie, code, _link = asked(article)
        met = race(article, [(window, lambda w: w.code(code)) for window in windows_with(cookie, 2)])
        assert sorted(m.signed_in for m in met) == [False, True]
        assert [m.status for m in met if m.signed_in] == [303]
        assert {m.status for m in met if not m.signed_in} <= {400, 410}
        assert ReaderProfile.objects.count() == 1

    def test_and_its_link(self, article: ArticleLikePage) -> None:
        cookie, code, link = asked(article)
        typing, pressing = windows_with(cookie, 2)
        met = race(article, [(typing, lambda w: w.code(code)), (pressing, lambda w: w.press(link))])
        assert sorted(m.signed_in for m in met) == [False, True]
        assert get_user_model().objects.count() == 1

    def test_wrong_codes_share_five_tries(self, article: ArticleLikePage) -> None:
        cookie, code, _link = asked(article)
        met = race(article, [(window, lambda w: w.code(wrong(code))) for window in windows_with(cookie, 12)])
        assert [m.status for m in met] == [400] * 12
        assert SignIn.objects.get().tries == 5
        assert LimitCounter.objects.get(kind="code").used == 5
        (late,) = windows_with(cookie, 1)
        assert late.code(code).status_code == 400
        assert late.user_id is None

    def test_right_code_among_wrong_ones_gets_one_in_or_nobody(self, article: ArticleLikePage) -> None:
        cookie, code, _link = asked(article)
        codes = [code] * 2 + [wrong(code)] * 8
        sides = [(w, lambda w, c=c: w.code(c)) for w, c in zip(windows_with(cookie, 10), codes, strict=True)]
        met = race(article, sides)
        assert not any(m.signed_in for m in met[2:])
        assert sum(m.signed_in for m in met) == get_user_model().objects.count()
        assert get_user_model().objects.count() <= 1
        assert SignIn.objects.get().tries <= 5


class TestTheSameLink:
    def test_from_six_sides(self, article: ArticleLikePage) -> None:
        _cookie, _code, link = asked(article)
        met = race(article, [(Window(browser(f"192.0.2.{n}")), lambda w: w.press(link)) for n in range(6)])
        assert sorted(m.status for m in met) == [303] + [410] * 5
        assert [m.status for m in met if m.signed_in] == [303]
        assert get_user_model().objects.count() == 1
        assert ReaderProfile.objects.count() == 1


class TestLimits:
    @override_settings(WPR_UNLOCKS_PER_NETWORK=3)
    def test_unlocks_of_a_network(self, article: ArticleLikePage) -> None:
        sides = [(Window(), lambda w, n=n: w.register(article, f"w{n}@example.org")) for n in range(9)]
        met = race(article, sides)
        assert [m.status for m in met] == [303] * 9
        assert sum(m.reads for m in met) == 3
        assert sum("wpr_grant" in m.cookies for m in met) == 3

    def test_one_unlock_of_a_browser(self, article: ArticleLikePage) -> None:
        """The cookie from before the unlock, shown with another article and another address by each side."""
        window = Window()
        window.ask_for_link()
        windows = windows_with(window.client.cookies["wpr_browser"].value, 6)
        articles = [article, *(add_article(article.get_site(), f"a{n}") for n in range(5))]
        sides = [
            (w, lambda w, n=n, page=page: w.register(page, f"w{n}@example.org"))
            for n, (w, page) in enumerate(zip(windows, articles, strict=True))
        ]
        met = race(article, sides)
        assert [m.status for m in met] == [303] * 6
        assert sum("wpr_grant" in m.cookies for m in met) == 1
