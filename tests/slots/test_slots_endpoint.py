"""What the script of a page is answered: exact, private, and nothing that it may not have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client

from tests.factories import CANARY, make_article, make_subscriber, make_user, set_access
from wagtail_wpr.access.models import MeterSettings, Read
from wagtail_wpr.slots import markers, tokens


pytestmark = pytest.mark.django_db

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def fetch(settings: Any) -> None:
    settings.WPR_DELIVERY = "fetch"


def tokens_of(page: Any) -> list[str]:
    """Return the tokens of the bodies in the page that everybody is sent."""
    found = markers.tokens(Client().get(page.url).content.decode())
    return [token for token in found if tokens.read(token).kind == "body"]


def ask(client: Client, wanted: list[Any], at: str = "/", **more: Any) -> Any:
    return client.post(
        "/wpr/slots/", json.dumps({"slots": wanted, "at": at}), "application/json", **{"headers": OURS, **more}
    )


def bodies(answer: Any) -> int:
    return sum(CANARY in slot.get("html", "") for slot in answer.json()["slots"].values())


class TestReaders:
    def test_subscriber_gets_the_body(self, client):
        page = make_article()
        client.force_login(make_subscriber())
        answer = ask(client, tokens_of(page), page.url)
        (slot,) = answer.json()["slots"].values()
        assert slot["html"].count(CANARY) == 3
        assert 'id="wpr-continue"' in slot["html"]
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.json()["say"] == "The whole article is open."

    def test_visitor_keeps_the_default(self, client):
        page = make_article()
        (token,) = tokens_of(page)
        assert ask(client, [token], page.url).json() == {"slots": {token: {"kept": "default"}}, "say": ""}
        assert Read.objects.count() == 0

    def test_first_read_is_spent_once_however_often_it_is_asked(self, client):
        client.force_login(make_user())
        page = make_article()
        wanted = tokens_of(page)
        assert [bodies(ask(client, wanted, page.url)) for _ in range(3)] == [1, 1, 1]
        assert Read.objects.count() == 1

    def test_used_up_reader_gets_the_subscribe_wall(self, client):
        client.force_login(make_user())
        pages = [make_article(f"Article {n}") for n in range(4)]
        assert [bodies(ask(client, tokens_of(page), page.url)) for page in pages] == [1, 1, 1, 0]
        (slot,) = ask(client, tokens_of(pages[3]), pages[3].url).json()["slots"].values()
        assert 'data-wpr-wall="subscribe"' in slot["html"]

    def test_nothing_is_spent_for_pages_that_are_not_read_there(self, client):
        client.force_login(make_user())
        pages = [make_article(f"Article {n}") for n in range(3)]
        wanted = [token for page in pages for token in tokens_of(page)]
        answer = ask(client, wanted, "/")
        assert {slot["kept"] for slot in answer.json()["slots"].values()} == {"costs"}
        assert Read.objects.count() == 0
        assert bodies(ask(client, wanted, pages[1].url)) == 1
        assert Read.objects.get().content == str(pages[1].translation_key)

    def test_visitor_with_free_articles_of_the_browser(self, client):
        page, other = make_article(), make_article("Other")
        MeterSettings.objects.create(site_id=page.get_site().pk, visitor_limit=1)
        assert bodies(ask(client, tokens_of(page), page.url)) == 1
        assert bodies(ask(client, tokens_of(other), other.url)) == 0
        assert bodies(ask(client, tokens_of(page), page.url)) == 1

    def test_meter_tells_the_read_just_spent(self, client):
        client.force_login(make_user())
        page = make_article()
        meter = tokens.sign(tokens.SlotRef(kind="meter", page=page.pk, language="en"))
        answer = ask(client, [meter, *tokens_of(page)], page.url)
        assert "1 of 3" in " ".join(answer.json()["slots"][meter]["html"].split())


class TestTokens:
    @pytest.mark.parametrize("token", ["", "nonsense", "eyJhIjoxfQ:abc", "x" * 5000])
    def test_unknown_one_keeps_the_default(self, client, token):
        client.force_login(make_subscriber())
        assert ask(client, [token]).json()["slots"] == {token: {"kept": "unknown"}}

    def test_tampered_one_opens_nothing(self, client):
        client.force_login(make_subscriber())
        page, other = make_article(), make_article("Other")
        (first,), (second,) = tokens_of(page), tokens_of(other)
        moved = second.rpartition(":")[0] + ":" + first.rpartition(":")[2]
        assert ask(client, [moved], page.url).json()["slots"] == {moved: {"kept": "unknown"}}

    def test_one_signed_for_something_else_opens_nothing(self, client):
        client.force_login(make_subscriber())
        forged = Signer(salt="wagtail_wpr.readers.article").sign_object(["body", make_article().pk, "body"])
        assert ask(client, [forged]).json()["slots"] == {forged: {"kept": "unknown"}}

    @pytest.mark.parametrize("how", ["delete", "unpublish"])
    def test_of_a_page_that_is_gone(self, client, how):
        client.force_login(make_subscriber())
        page = make_article()
        (token,) = tokens_of(page)
        getattr(page, how)()
        assert ask(client, [token], page.url).json()["slots"] == {token: {"kept": "gone"}}

    def test_of_a_page_that_is_for_subscribers_by_now(self, client):
        client.force_login(make_user())
        page = make_article()
        wanted = tokens_of(page)
        set_access(page, "subscribers")
        (slot,) = ask(client, wanted, page.url).json()["slots"].values()
        assert CANARY not in slot["html"]
        assert 'data-wpr-wall="subscribe"' in slot["html"]


class TestRequest:
    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_from_another_site_is_refused(self, client, site):
        client.force_login(make_subscriber())
        page = make_article()
        answer = ask(client, tokens_of(page), page.url, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert CANARY not in answer.content.decode()

    def test_from_nowhere_is_refused(self, client):
        client.force_login(make_subscriber())
        assert ask(client, tokens_of(make_article()), headers={}).status_code == 403

    def test_no_header_opens_it_to_other_origins(self, client):
        answer = ask(client, [], headers={**OURS, "Origin": "https://testserver"})
        assert not any(name.lower().startswith("access-control") for name in answer.headers)

    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            ("{", "application/json", 400),
            ("[]", "application/json", 400),
            ('{"slots": "x"}', "application/json", 400),
            ('{"slots": [1]}', "application/json", 400),
            ('{"slots": [], "at": 1}', "application/json", 400),
            ("[" * 50_000, "application/json", 400),
            ('{"slots": []}', "text/plain", 415),
            ("slots=x", "application/x-www-form-urlencoded", 415),
            (json.dumps({"slots": ["t"] * 101, "at": "/"}), "application/json", 413),
            (json.dumps({"slots": ["t" * 70_000], "at": "/"}), "application/json", 413),
        ],
    )
    def test_that_is_no_question_is_told_so(self, client, body, kind, status):
        answer = client.post("/wpr/slots/", body, kind, headers=OURS)
        assert answer.status_code == status
        assert answer.json()["error"].endswith(".")
        assert answer["Cache-Control"] == "private, no-store"

    def test_get_is_not_allowed(self, client):
        assert client.get("/wpr/slots/").status_code == 405

    def test_prefetch_spends_nothing(self, client):
        client.force_login(make_user())
        page = make_article()
        answer = ask(client, tokens_of(page), page.url, headers={**OURS, "Sec-Purpose": "prefetch;prerender"})
        assert answer.status_code == 503
        assert Read.objects.count() == 0


class TestFaults:
    def test_kind_that_raises_says_so_and_the_others_are_filled(self, client, monkeypatch):
        from wagtail_wpr.slots.lines import AccountSlot

        def fail(*args: Any) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr(AccountSlot, "fill", fail)
        client.force_login(make_subscriber())
        page = make_article()
        account = tokens.sign(tokens.SlotRef(kind="account", language="en"))
        answer = ask(client, [account, *tokens_of(page)], page.url)
        assert answer.json()["slots"][account] == {"kept": "failed"}
        assert bodies(answer) == 1


class TestStatements:
    def test_at_most_six_for_one_article(self, client, django_assert_max_num_queries):
        page = make_article()
        wanted = tokens_of(page)
        client.force_login(make_subscriber())
        ask(client, wanted, page.url)
        with django_assert_max_num_queries(6):
            assert bodies(ask(client, wanted, page.url)) == 1
