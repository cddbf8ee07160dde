from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from tests.access.publication import make_page
from wagtail_wpr.access import Content, Reader, decide, grants


def ask(response: HttpResponse | None = None, user: Any = None, **cookies: str) -> Any:
    """Return the next request of the browser that got *response*."""
    request = RequestFactory().get("/")
    if response is not None:
        request.COOKIES.update({name: morsel.value for name, morsel in response.cookies.items() if morsel.value})
    request.COOKIES.update(cookies)
    if user is not None:
        request.user = user
    return request


def unlock(page: Any, request: Any = None) -> HttpResponse:
    response = HttpResponse()
    grants.give_grant(request or ask(), response, page)
    return response


@pytest.mark.django_db
class TestUnlock:
    """One article, one browser, some hours; then the wall asks to look into the inbox."""

    def test_it_opens_this_article_only(self, home: Any) -> None:
        one, two, closed = make_page(home, "a"), make_page(home, "b"), make_page(home, "c", "subscribers")
        reader = Reader.from_request(ask(unlock(one)))
        assert reader.pending
        assert [decide(reader, page).reason for page in (one, two, closed)] == [
            "grant",
            "unconfirmed",
            "subscribers_only",
        ]

    def test_one_for_each_browser(self, home: Any) -> None:
        one, two = make_page(home, "a"), make_page(home, "b", "registered")
        assert grants.may_unlock(ask(), one)
        after = unlock(one)
        assert grants.may_unlock(ask(after), one)
        assert not grants.may_unlock(ask(after), two)
        assert grants.may_unlock(ask(), two)

    @pytest.mark.parametrize("level", ["free", "subscribers", "nonsense"])
    def test_only_what_registering_opens(self, home: Any, level: str) -> None:
        assert not grants.may_unlock(ask(), make_page(home, "a", level))

    def test_a_signed_in_reader_has_nothing_to_unlock(self, article: Any, reader: Any) -> None:
        assert not grants.may_unlock(ask(user=reader), article)

    def test_it_ends(self, article: Any, settings: Any) -> None:
        after = unlock(article)
        settings.WPR_GRANT_HOURS = 0
        reader = Reader.from_request(ask(after))
        assert dict(reader.grants) == {}
        assert reader.pending

    def test_a_translation_is_opened_too(self, article: Any, home: Any) -> None:
        alias = article.create_alias(parent=home, update_slug="alias")
        assert decide(Reader.from_request(ask(unlock(alias))), article).reason == "grant"

    def test_clear(self, article: Any) -> None:
        response = unlock(article)
        grants.clear(response)
        assert {name: response.cookies[name]["max-age"] for name in ("wpr_browser", "wpr_grant")} == {
            "wpr_browser": 0,
            "wpr_grant": 0,
        }
        assert Reader.from_request(ask(response)) == Reader.visitor()


@pytest.mark.django_db
class TestCookies:
    """What a client holds is believed only if we signed it, it has not expired, and it is this browser's."""

    def test_attributes(self, article: Any) -> None:
        response = HttpResponse()
        grants.give_grant(RequestFactory().get("/", secure=True), response, article)
        assert set(response.cookies) == {"wpr_browser", "wpr_grant", "wpr_reader"}
        # The page's script looks at the marker, which holds no identity.
        hidden = {name: cookie["httponly"] for name, cookie in response.cookies.items()}
        assert hidden == {"wpr_browser": True, "wpr_grant": True, "wpr_reader": ""}
        for cookie in response.cookies.values():
            assert (cookie["samesite"], cookie["secure"]) == ("Lax", True)
        assert response.cookies["wpr_grant"]["max-age"] == 24 * 3600
        assert unlock(article).cookies["wpr_grant"]["secure"] == ""

    @pytest.mark.parametrize("value", ["", "x", "a:b:c", "e30:1x:sig", "\x00", "é" * 9, "." * 5000])
    def test_nonsense(self, article: Any, value: str) -> None:
        reader = Reader.from_request(ask(wpr_browser=value, wpr_grant=value))
        assert reader == Reader.visitor()

    def test_tampered(self, article: Any) -> None:
        cookies = {name: morsel.value for name, morsel in unlock(article).cookies.items()}
        broken = cookies["wpr_grant"][:-1] + ("A" if cookies["wpr_grant"][-1] != "A" else "B")
        assert not Reader.from_request(ask(**{**cookies, "wpr_grant": broken})).grants
        broken = "x" + cookies["wpr_browser"]
        assert Reader.from_request(ask(**{**cookies, "wpr_browser": broken})) == Reader.visitor()

    def test_another_browsers_grant(self, article: Any) -> None:
        mine, theirs = HttpResponse(), unlock(article)
        grants.ensure_browser(ask(), mine)
        stolen = ask(mine, wpr_grant=theirs.cookies["wpr_grant"].value)
        assert not Reader.from_request(stolen).grants
        alone = ask(wpr_grant=theirs.cookies["wpr_grant"].value)
        assert not Reader.from_request(alone).grants

    def test_signed_for_something_else(self, article: Any) -> None:
        data = {"b": "x", "id": "x", "g": {Content.of(article).key: 9999999999}}
        foreign = signing.dumps(data, salt="a host's own")
        assert Reader.from_request(ask(wpr_browser=foreign, wpr_grant=foreign)) == Reader.visitor()
        swapped = signing.dumps(data, salt=grants.GRANT_SALT)
        assert Reader.from_request(ask(wpr_browser=swapped)) == Reader.visitor()

    @pytest.mark.parametrize("content", ["text", 7, [], {"b": "x", "g": {"k": "soon"}}, {"b": "x", "g": []}])
    def test_signed_by_us_but_of_another_shape(self, content: Any) -> None:
        browser = signing.dumps({"id": "x"}, salt=grants.BROWSER_SALT)
        grant = signing.dumps(content, salt=grants.GRANT_SALT)
        reader = Reader.from_request(ask(wpr_browser=browser, wpr_grant=grant))
        assert (reader.browser, dict(reader.grants)) == ("x", {})

    def test_a_browser_keeps_its_id(self, article: Any) -> None:
        first, second = HttpResponse(), HttpResponse()
        name = grants.ensure_browser(ask(), first)
        assert grants.ensure_browser(ask(first), second) == name
        assert not second.cookies
        after = unlock(article, ask(first))
        assert Reader.from_request(ask(after)).browser == name
        third = HttpResponse()
        grants.keep_browser(ask(), third, "given")
        assert Reader.from_request(ask(third)).browser == "given"


@pytest.mark.django_db
class TestFromRequest:
    """Never raises, and is remembered on the request until somebody signs in."""

    def test_remembered_but_not_beyond_a_sign_in(self, reader: Any) -> None:
        request = ask()
        visitor = Reader.from_request(request)
        assert visitor.is_visitor
        assert Reader.from_request(request) is visitor
        request.user = reader
        assert Reader.from_request(request).user == reader

    def test_no_request_or_a_broken_one(self) -> None:
        class Broken:
            @property
            def user(self) -> Any:
                raise RuntimeError("the session store is down")

        assert Reader.from_request(None) == Reader.visitor()
        assert Reader.from_request(Broken()) == Reader.visitor()
        assert Reader.from_request(object()) == Reader.visitor()

    def test_a_grant_that_has_just_ended_is_not_in_force(self, article: Any) -> None:
        until = timezone.now() - timedelta(seconds=1)
        data = {"b": "x", "g": {Content.of(article).key: int(until.timestamp())}}
        request = ask(
            wpr_browser=signing.dumps({"id": "x"}, salt=grants.BROWSER_SALT),
            wpr_grant=signing.dumps(data, salt=grants.GRANT_SALT),
        )
        assert dict(Reader.from_request(request).grants) == {}
