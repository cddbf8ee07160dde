"""Statements of whole requests, beside the same page in the same site without the package."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from wagtail.models import Page

from tests.factories import CANARY, home, make_subscriber, make_user, set_access, text
from tests.testapp.models import ArticleLikePage, PlainPage
from tests.urls import urlpatterns as ordinary
from wagtail_wpr.access import memory
from wagtail_wpr.slots.middleware import SlotMiddleware


pytestmark = pytest.mark.django_db

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

#: What both twins show. Who is signed in is the host's own doing: any site with an account line asks for it.
MAIN = (
    "{% load wagtailcore_tags %}<p>{{ request.user.is_authenticated }}</p><h1>{{ page.title }}</h1>"
    "{% include_block page.body %}"
)

LIST = (
    "{% load wagtailcore_tags %}{{ request.user.is_authenticated }}{% for page in pages %}{{ page.body }}{% endfor %}"
)


def listing(model: Any) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        pages = model.objects.live().order_by("path")
        return HttpResponse(Template(LIST).render(Context({"pages": pages, "request": request})))

    return view


urlpatterns = [
    path("list/metered/", listing(ArticleLikePage)),
    path("list/plain/", listing(PlainPage)),
    *ordinary,
]


@pytest.fixture(autouse=True)
def two_sites(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' templates are the same; only the middleware and the field differ."""
    # What is counted must not depend on how long a slow machine takes between warming and counting.
    monkeypatch.setattr(memory, "UNSHARED_SECONDS", 3600.0)
    (tmp_path / "testapp").mkdir()
    for name in ("article_like_page", "plain_page"):
        (tmp_path / "testapp" / f"{name}.html").write_text(MAIN)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    settings.ROOT_URLCONF = __name__


def blocks(*, metered: bool) -> list[Any]:
    """A page link and a rich text link stand in the body, as on the reference page."""
    front = home()
    link = f'<p>Body {CANARY} <a linktype="page" id="{front.pk}">front</a></p>'
    line = [("wpr_break", None)] if metered else []
    return [("paragraph", text("Teaser.")), *line, ("paragraph", link), ("link", front), ("items", ["one", "two"])]


def make_twins(number: int = 1) -> tuple[list[Any], list[Any]]:
    found: tuple[list[Any], list[Any]] = ([], [])
    for model, pages in ((ArticleLikePage, found[0]), (PlainPage, found[1])):
        for n in range(number):
            page = model(title=f"{model.__name__} {n}", body=blocks(metered=model is ArticleLikePage))
            pages.append(home().add_child(instance=page))
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    issued: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield issued
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    issued += [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(words)]


def asked(settings: Any, url: str, user: Any, *, ours: bool, before: int = 0) -> tuple[list[str], str]:
    """Return the statements of one request, in a site with the package's middleware or without, and its HTML."""
    kept = settings.MIDDLEWARE
    settings.MIDDLEWARE = kept if ours else [name for name in kept if name != OURS]
    try:
        client = Client()
        if user is not None:
            client.force_login(user)
        Client().get(url)  # what any process remembers: sites, content types, settings
        for _time in range(before):
            client.get(url)
        with statements() as issued:
            answer = client.get(url)
        assert answer.status_code == 200
        return issued, answer.content.decode()
    finally:
        settings.MIDDLEWARE = kept


def more_than_plain(settings: Any, user: Any, access: str = "metered", before: int = 0) -> tuple[int, bool]:
    """Return how many statements the metered page issues beyond its plain twin, and whether it shows the body."""
    (page,), (twin,) = make_twins()
    set_access(page, access)
    plain, shown = asked(settings, twin.url, user, ours=False, before=before)
    assert CANARY in shown
    metered, html = asked(settings, page.url, user, ours=True, before=before)
    return len(metered) - len(plain), CANARY in html


class TestPage:
    def test_visitor_at_the_wall_none_more(self, settings: Any) -> None:
        more, shown = more_than_plain(settings, None)
        assert more <= 0
        assert not shown

    def test_free_page_none_more(self, settings: Any) -> None:
        settings.WPR_BODY_CACHE_SECONDS = 0
        assert more_than_plain(settings, None, "free") == (0, True)
        assert more_than_plain(settings, make_user(), "free") == (0, True)

    def test_subscriber_one_more_with_a_cold_body(self, settings: Any) -> None:
        settings.WPR_BODY_CACHE_SECONDS = 0
        more, shown = more_than_plain(settings, make_subscriber())
        assert more <= 1
        assert shown

    def test_reading_again_one_more_with_a_cold_body(self, settings: Any) -> None:
        settings.WPR_BODY_CACHE_SECONDS = 0
        more, shown = more_than_plain(settings, make_user(), before=1)
        assert more <= 1
        assert shown

    def test_first_read_two_more_with_a_cold_body(self, settings: Any) -> None:
        settings.WPR_BODY_CACHE_SECONDS = 0
        more, shown = more_than_plain(settings, make_user())
        assert more <= 2
        assert shown


class TestPageWithAKeptBody:
    """The plain twin asks for what its body shows, with each answer; the metered page does not."""

    #: The linked page and its address, for a chooser and for a link in rich text.
    BODY = 4

    def test_subscriber_and_reading_again(self, settings: Any) -> None:
        more, shown = more_than_plain(settings, make_subscriber(), before=1)
        assert (more, shown) == (1 - self.BODY, True)
        more, shown = more_than_plain(settings, make_user(), before=1)
        assert (more, shown) == (1 - self.BODY, True)

    def test_first_read_of_a_body_that_others_have_read(self, settings: Any) -> None:
        (page,), (twin,) = make_twins()
        plain, _html = asked(settings, twin.url, make_user("plain"), ours=False)
        asked(settings, page.url, make_subscriber(), ours=True)
        metered, html = asked(settings, page.url, make_user(), ours=True)
        assert CANARY in html
        assert len(metered) - len(plain) == 2 - self.BODY

    def test_free_page(self, settings: Any) -> None:
        assert more_than_plain(settings, None, "free") == (-self.BODY, True)


class TestListOfFifty:
    @pytest.mark.parametrize("who", ["visitor", "reader", "subscriber"])
    def test_one_more(self, settings: Any, who: str) -> None:
        make_twins(50)
        user = {"visitor": lambda: None, "reader": make_user, "subscriber": make_subscriber}[who]()
        plain, _html = asked(settings, "/list/plain/", user, ours=False)
        metered, html = asked(settings, "/list/metered/", user, ours=True)
        assert html.count("Teaser.") == 50
        assert html.count(CANARY) == (50 if who == "subscriber" else 0)
        assert len(metered) - len(plain) <= 1, "\n".join(metered)


class TestPageOfAnotherModel:
    def test_middleware_alone_issues_none(self, settings: Any) -> None:
        _pages, (twin,) = make_twins()
        for user in (None, make_user()):
            without, _html = asked(settings, twin.url, user, ours=False)
            with_ours, _html = asked(settings, twin.url, user, ours=True)
            assert len(with_ours) == len(without)


class TestPagesAreNotReadTwice:
    """The filler takes the page that was read for this response, and no other."""

    def filled(self, make_html: Callable[[], str], user: Any = None) -> tuple[str, list[str]]:
        request = RequestFactory().get("/elsewhere/")
        request.user = user or make_subscriber()
        with statements() as issued:
            answer = SlotMiddleware(lambda asked: HttpResponse(make_html()))(request)
        return answer.content.decode(), issued

    def test_draft_shown_by_a_host_opens_what_is_live(self) -> None:
        ((page,), _twins) = make_twins()
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", text("draughtsman"))]
        page.save_revision()
        html, _issued = self.filled(lambda: str(Page.objects.get(pk=page.pk).get_latest_revision_as_object().body))
        assert "draughtsman" not in html
        assert CANARY in html

    def test_page_that_a_host_kept_is_read_again(self) -> None:
        shut, kept = make_twins(2)[0]
        set_access(shut, "subscribers")
        kept = pickle.loads(pickle.dumps(ArticleLikePage.objects.get(pk=kept.pk)))  # noqa: S301
        set_access(home(), "free")
        Page.objects.get(pk=kept.pk).move(Page.objects.get(pk=shut.pk), pos="last-child")
        html, _issued = self.filled(lambda: str(kept.body), user=make_user())
        assert "Teaser." in html
        assert CANARY not in html

    def test_page_read_for_this_response_is_not(self) -> None:
        ((page,), _twins) = make_twins()
        self.filled(lambda: str(ArticleLikePage.objects.get(pk=page.pk).body), user=make_subscriber("first"))
        html, issued = self.filled(lambda: str(ArticleLikePage.objects.get(pk=page.pk).body))
        assert CANARY in html
        assert sum('FROM "wagtailcore_page" INNER JOIN' in sql.replace("`", '"') for sql in issued) <= 1
