"""The marker cookie: there while somebody may be known, gone when nobody is, and of no worth by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import CANARY, make_article, make_user
from wagtail_wpr.slots import markers


pytestmark = pytest.mark.django_db

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def fetch(settings: Any) -> None:
    settings.WPR_DELIVERY = "fetch"


def ask(client: Client, wanted: list[str]) -> Any:
    body = json.dumps({"slots": wanted, "at": "/"})
    return client.post("/wpr/slots/", body, "application/json", headers=OURS)


class TestMarker:
    def test_comes_with_any_way_of_signing_in(self, client):
        make_user("anna", is_superuser=True)
        answer = client.post("/admin/login/", {"username": "anna", "password": "secret", "next": "/"})
        assert answer.status_code == 302
        morsel = answer.cookies["wpr_reader"]
        assert morsel.value == "1"
        assert morsel["samesite"] == "Lax"
        assert not morsel["httponly"]

    def test_goes_at_log_out(self, client):
        client.force_login(make_user())
        client.cookies["wpr_reader"] = "1"
        answer = client.post("/wpr/log-out/", headers=OURS)
        assert answer.cookies["wpr_reader"]["max-age"] == 0

    def test_comes_with_the_instant_unlock(self, client):
        from wagtail_wpr.readers.articles import sign_article

        page = make_article()
        form = {"email": "anna@example.org", "article": sign_article(page)}
        answer = client.post("/wpr/register/", form, headers=OURS)
        assert answer.cookies["wpr_reader"].value == "1"

    def test_session_from_before_gets_it_with_the_next_private_answer(self, client):
        client.force_login(make_user())
        assert "wpr_reader" not in client.get(make_article().url).cookies
        assert client.get("/wpr/account/").cookies["wpr_reader"].value == "1"

    def test_stale_one_is_taken_away(self, client):
        client.cookies["wpr_reader"] = "1"
        answer = ask(client, [])
        assert answer.cookies["wpr_reader"]["max-age"] == 0

    def test_forged_one_opens_nothing(self, client):
        client.cookies["wpr_reader"] = "subscriber"
        page = make_article()
        wanted = markers.tokens(client.get(page.url).content.decode())
        assert CANARY not in ask(client, wanted).content.decode()
