"""Law 4: what a cache below the middleware keeps is the same for everyone and holds nothing of anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import CANARY, make_article, make_subscriber, make_user
from wagtail_wpr.slots import markers


pytestmark = pytest.mark.django_db

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"


@pytest.fixture
def kept(settings: Any) -> Any:
    """What the page is before the middleware fills it: the copy of a cache, of a fragment, of a CDN's origin."""

    def ask(page: Any, user: Any = None) -> tuple[str, Any]:
        before = settings.MIDDLEWARE
        settings.MIDDLEWARE = [name for name in before if name != OURS]
        try:
            client = Client()
            if user is not None:
                client.force_login(user)
            answer = client.get(page.url)
            return answer.content.decode(), answer
        finally:
            settings.MIDDLEWARE = before

    return ask


@pytest.mark.parametrize("access", ["metered", "registered", "subscribers", "free"])
class TestCopy:
    def test_is_the_same_for_everyone(self, kept: Any, access: str) -> None:
        page = make_article(access=access)
        users = [None, make_user(), make_subscriber(), make_user("editor", is_superuser=True)]
        copies = {kept(page, user)[0] for user in users}
        assert len(copies) == 1

    def test_holds_teaser_and_slots_and_no_body(self, kept: Any, access: str) -> None:
        html, _answer = kept(make_article(access=access), make_subscriber())
        assert "The teaser says this much." in html
        assert markers.OPENING in html
        assert CANARY not in html

    def test_holds_no_token_of_a_session_and_sets_no_cookie(self, kept: Any, access: str) -> None:
        html, answer = kept(make_article(access=access))
        assert "csrf" not in html.lower()
        assert "nonce" not in html
        assert not answer.cookies

    def test_visitors_answer_sets_no_cookie_either(self, client: Any, access: str) -> None:
        answer = client.get(make_article(access=access).url)
        assert "csrfmiddlewaretoken" not in answer.content.decode()
        assert not answer.cookies
