"""Statements that the package issues on a metered article, caches warm (design: budgets, first row)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.factories import CANARY, make_article, make_subscriber, make_user
from wagtail_wpr.access import Reader, decide_many, memory
from wagtail_wpr.slots.filling import mark_reading
from wagtail_wpr.slots.middleware import SlotMiddleware


pytestmark = pytest.mark.django_db


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements, without BEGIN, COMMIT and savepoints."""
    issued: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield issued
    issued += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"))
    ]


def ask(page, user=None):
    """Fill the page's slots for this reader, and nothing else of a request."""
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get(page.url)
    request.user = user or AnonymousUser()
    mark_reading(request, page)
    return SlotMiddleware(lambda asked: HttpResponse(str(page.body)))(request)


@pytest.fixture
def page(monkeypatch):
    # What is counted must not depend on how long a slow machine takes between warming and counting.
    monkeypatch.setattr(memory, "UNSHARED_SECONDS", 3600.0)
    page = make_article()
    ask(page)  # warms the caches: settings, wall copy, sites
    return page


class TestBudget:
    def test_visitor_none(self, page):
        with statements() as issued:
            assert CANARY not in ask(page).content.decode()
        assert issued == []

    def test_subscriber_one(self, page):
        user = make_subscriber()
        with statements() as issued:
            assert CANARY in ask(page, user).content.decode()
        assert len(issued) <= 1, issued

    def test_first_read_two(self, page):
        user = make_user()
        with statements() as issued:
            assert CANARY in ask(page, user).content.decode()
        assert len(issued) <= 2

    def test_reading_again_one(self, page):
        user = make_user()
        ask(page, user)
        with statements() as issued:
            assert CANARY in ask(page, user).content.decode()
        assert len(issued) <= 1, issued

    def test_list_of_fifty_one(self, page):
        user = make_user()
        pages = [make_article(f"Article {number}") for number in range(50)]
        decide_many(Reader.visitor(), pages)
        with statements() as issued:
            decisions = decide_many(Reader.for_user(user), pages)
        assert [decision.cost for decision in decisions] == [1] * 50
        assert len(issued) <= 1, issued
