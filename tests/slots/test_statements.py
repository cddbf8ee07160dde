"""Statements that the package issues on a metered article, caches warm (design: budgets, first row)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from tests.factories import CANARY, home, make_article, make_subscriber, make_user, set_access, text
from tests.testapp.models import ArticleLikePage
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


class TestKeptBody:
    """The body's own queries are gone on a hit, and finding it asks nothing."""

    def linked(self):
        page = make_article()
        front = home()
        link = f'<p>Body {CANARY} <a linktype="page" id="{front.pk}">front</a></p>'
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", link), ("link", front)]
        page.save()
        return ArticleLikePage.objects.get(pk=page.pk)

    def settings_are_known(self, page):
        with override_settings(WPR_BODY_CACHE_SECONDS=0):
            ask(page)

    def issued(self, page, user):
        with statements() as issued:
            assert CANARY in ask(ArticleLikePage.objects.get(pk=page.pk), user).content.decode()
        return len(issued)

    @pytest.mark.parametrize(("make", "ours"), [(make_subscriber, 1), (make_user, 2)])
    def test_cold_and_warm(self, page, make, ours):
        linked = self.linked()
        self.settings_are_known(linked)
        cold, warm = (self.issued(linked, make(f"reader-{number}")) for number in range(2))
        assert warm == 1 + ours  # the page itself, and the package's own
        assert cold == warm + 4  # the linked page and its class, for the chooser and for the rich text

    def test_visitor_of_a_free_page(self, page):
        linked = self.linked()
        set_access(linked, "free")
        self.settings_are_known(linked)
        first, second = self.issued(linked, None), self.issued(linked, None)
        assert (first, second) == (5, 1)
