"""Walls shown, counted by day, article and kind: from inline pages, fetched slots and pages out of a cache."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_article, make_subscriber, make_user
from wagtail_wpr.access.models import Read
from wagtail_wpr.slots import counting, markers
from wagtail_wpr.slots.models import WallCount


pytestmark = pytest.mark.django_db

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def nothing_waits() -> Any:
    counting.forget()
    yield
    counting.forget()


def written() -> list[tuple[str, str, int]]:
    counting.write_down(now=True)
    return list(WallCount.objects.order_by("content", "wall").values_list("content", "wall", "shown"))


def post(client: Client, address: str, page: Any, **headers: str) -> Any:
    wanted = markers.tokens(Client().get(page.url).content.decode())
    body = json.dumps({"slots": wanted, "at": page.url})
    return client.post(address, body, "application/json", headers=headers or OURS)


class TestInline:
    def test_counts_each_view_of_a_wall(self, client):
        page = make_article()
        for _ in range(3):
            client.get(page.url)
        assert written() == [(str(page.translation_key), "register", 3)]
        row = WallCount.objects.get()
        assert row.day == timezone.localdate()
        assert row.site_id == page.get_site().pk

    def test_counts_no_open_body_no_head_and_no_preview(self, client):
        page = make_article()
        client.head(page.url)
        client.force_login(make_subscriber())
        client.get(page.url)
        page.make_preview_request(preview_mode="visitor")
        assert written() == []

    def test_adds_to_the_row_of_the_day(self, client):
        page = make_article()
        client.get(page.url)
        written()
        client.get(page.url)
        assert written() == [(str(page.translation_key), "register", 2)]

    def test_alias_counts_for_its_source(self, client):
        page = make_article()
        alias = page.create_alias(update_slug="alias")
        client.get(alias.url)
        assert written() == [(str(page.translation_key), "register", 1)]

    def test_off_by_setting(self, client, settings):
        settings.WPR_COUNT_WALLS = False
        client.get(make_article().url)
        assert written() == []


class TestFetch:
    @pytest.fixture(autouse=True)
    def fetch(self, settings):
        settings.WPR_DELIVERY = "fetch"

    def test_page_itself_counts_nothing(self, client):
        client.get(make_article().url)
        assert written() == []

    def test_beacon_counts_what_the_page_showed(self, client):
        page = make_article()
        answer = post(client, "/wpr/shown/", page)
        assert answer.status_code == 204
        assert not answer.cookies
        assert written() == [(str(page.translation_key), "register", 1)]

    def test_beacon_asks_no_database(self, client, django_assert_num_queries):
        page = make_article()
        wanted = markers.tokens(client.get(page.url).content.decode())
        with django_assert_num_queries(0):
            client.post("/wpr/shown/", json.dumps({"slots": wanted}), "application/json", headers=OURS)

    def test_wall_of_a_reader_is_counted_by_the_endpoint(self, client):
        page = make_article()
        client.force_login(make_user())
        Read.objects.all().delete()
        for number in range(3):
            other = make_article(f"Other {number}")
            post(client, "/wpr/slots/", other)
        post(client, "/wpr/slots/", page)
        assert written() == [(str(page.translation_key), "subscribe", 1)]

    def test_beacon_from_another_site_is_refused(self, client):
        assert post(client, "/wpr/shown/", make_article(), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert written() == []

    def test_forged_token_counts_nothing(self, client):
        client.post("/wpr/shown/", json.dumps({"slots": ["a:b"]}), "application/json", headers=OURS)
        assert written() == []


class TestWritingDown:
    def test_waits_until_there_is_enough(self, client, monkeypatch):
        monkeypatch.setattr(counting, "ENOUGH", 3)
        page = make_article()
        client.get(page.url)
        client.get(page.url)
        assert not WallCount.objects.exists()
        client.get(page.url)
        assert WallCount.objects.get().shown == 3

    def test_or_until_it_has_waited_long(self, client, monkeypatch):
        monkeypatch.setattr(counting, "SECONDS", 0.0)
        client.get(make_article().url)
        assert WallCount.objects.get().shown == 1

    def test_page_that_is_gone_is_left_out(self, client):
        page, other = make_article(), make_article("Other")
        client.get(page.url)
        client.get(other.url)
        page.delete()
        assert written() == [(str(other.translation_key), "register", 1)]
