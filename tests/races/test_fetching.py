"""Two tabs, a double click, an impatient retry: fetched slots spend what is read, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import CANARY, make_article, make_user
from tests.races.processes import at_once
from wagtail_wpr.access import Reader, spend
from wagtail_wpr.access.models import Read
from wagtail_wpr.slots import markers


RACERS = 12

pytestmark = pytest.mark.usefixtures("shared_database")


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def ask(session: str, page: Any, start: Callable[[], Any]) -> bool:
    """Be the script of a page; return whether the body came."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    question = json.dumps({"slots": markers.tokens(str(page.body)), "at": page.url})
    start()
    answer = client.post("/wpr/slots/", question, "application/json", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    (slot,) = answer.json()["slots"].values()
    return CANARY in slot.get("html", "")


class TestTwelveAtOnce:
    def test_different_articles_on_the_last_free_read(self) -> None:
        user = make_user()
        pages = [make_article(f"Article {number}") for number in range(RACERS + 2)]
        for page in pages[RACERS:]:
            assert spend(Reader.for_user(user), page).granted
        session = session_of(user)
        came = at_once([partial(ask, session, page) for page in pages[:RACERS]])
        assert sum(came) == 1
        assert sorted(Read.objects.values_list("seat", flat=True)) == [1, 2, 3]

    def test_the_same_article_in_twelve_tabs(self) -> None:
        user, page = make_user(), make_article()
        session = session_of(user)
        came = at_once([partial(ask, session, page)] * RACERS)
        assert came == [True] * RACERS
        assert Read.objects.count() == 1
