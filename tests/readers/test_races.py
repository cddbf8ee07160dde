"""Two sides at once, with real threads on a database that has them (rows of the matrix; not SQLite in
memory).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection, connections
from django.test import override_settings

from tests.readers.conftest import Window, code_in, link_in, newest_mail, wrong
from wagtail_wpr.readers.models import Address, ReaderProfile, SignIn


@pytest.fixture(autouse=True)
def _threads(transactional_db) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("SQLite in memory has one connection; the rows on PostgreSQL and MariaDB run this.")


def together(works: list[Callable[[], Any]]) -> list[Any]:
    """Run the works in threads that start at one moment, and return what each of them returned."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def one(i: int) -> None:
        try:
            gate.wait()
            results[i] = works[i]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def windows_with(cookie: str, number: int) -> list[Window]:
    """Windows that all show the same browser's cookie."""
    windows = [Window() for _ in range(number)]
    for window in windows:
        window.client.cookies["wpr_browser"] = cookie
    return windows


class TestRaces:
    def test_same_code_from_many_sides(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        windows = windows_with(window.client.cookies["wpr_browser"].value, 5)
        answers = together([lambda w=w: w.code(code) for w in windows])
        assert sorted(answer.status_code for answer in answers) in ([303] + [400] * 4, *_mixed(4))
        assert sum(w.user_id is not None for w in windows) == 1
        assert ReaderProfile.objects.count() == 1

    def test_five_tries_however_many_race(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        windows = windows_with(window.client.cookies["wpr_browser"].value, 12)
        together([lambda w=w: w.code(wrong(code)) for w in windows])
        assert SignIn.objects.get().tries == 5
        assert window.code(code).status_code == 400

    def test_same_link_from_many_sides(self, article):
        Window().register(article)
        link = link_in(newest_mail())
        windows = [Window() for _ in range(6)]
        answers = together([lambda w=w: w.press(link) for w in windows])
        assert sorted(answer.status_code for answer in answers) == [303] + [410] * 5
        assert get_user_model().objects.count() == 1

    def test_same_address_registers_many_times(self, article):
        windows = [Window() for _ in range(6)]
        answers = together([lambda w=w: w.register(article) for w in windows])
        assert [answer.status_code for answer in answers] == [303] * 6
        assert Address.objects.count() == 1
        assert len(mail.outbox) == 5

    def test_two_links_of_one_address(self, article):
        windows = [Window() for _ in range(4)]
        for window in windows:
            window.register(article)
        links = [link_in(message) for message in mail.outbox]
        answers = together([lambda w=w, link=link: w.press(link) for w, link in zip(windows, links, strict=True)])
        assert [answer.status_code for answer in answers] == [303] * 4
        assert get_user_model().objects.count() == 1
        assert ReaderProfile.objects.count() == 1

    @override_settings(WPR_UNLOCKS_PER_NETWORK=3)
    def test_unlocks_of_a_network(self, article):
        windows = [Window() for _ in range(9)]
        together([lambda w=w, i=i: w.register(article, f"w{i}@example.org") for i, w in enumerate(windows)])
        assert sum("wpr_grant" in w.client.cookies for w in windows) == 3


def _mixed(losers: int) -> list[list[int]]:
    """A loser meets either a challenge that is over (400) or one that is used up under its hands (410)."""
    return [[303] + [400] * (losers - n) + [410] * n for n in range(1, losers + 1)]
