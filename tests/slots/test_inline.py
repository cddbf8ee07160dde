"""The inline filler, from outside: what each kind of reader gets of a metered page."""

from __future__ import annotations

import pytest

from tests.factories import CANARY, make_article, make_subscriber, make_user, set_access
from wagtail_wpr.access.models import Read


pytestmark = pytest.mark.django_db


class TestVisitor:
    def test_gets_teaser_and_wall_and_no_body(self, client):
        page = make_article()
        answer = client.get(page.url)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "The teaser says this much." in html
        assert 'data-wpr-wall="register"' in html
        assert CANARY not in html
        assert "wpr-slot" not in html
        assert html.count('class="wpr-gated"') == 1
        assert "wpr-body" not in html

    def test_answer_is_public_and_varies_by_cookie(self, client):
        answer = client.get(make_article().url)
        assert "private" not in answer.get("Cache-Control", "")
        assert "Cookie" in answer["Vary"]

    def test_free_page_is_open_to_everybody_and_stays_public(self, client):
        page = make_article(access="free")
        answer = client.get(page.url)
        html = answer.content.decode()
        assert html.count(CANARY) == 3
        assert "wpr-wall" not in html
        assert "private" not in answer.get("Cache-Control", "")


class TestSubscriber:
    def test_reads_everything_privately(self, client):
        client.force_login(make_subscriber())
        page = make_article(access="subscribers")
        answer = client.get(page.url)
        html = answer.content.decode()
        assert html.count(CANARY) == 3
        assert answer["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer
        assert 'class="wpr-body"' in html
        assert Read.objects.count() == 0


class TestRegisteredReader:
    def test_reads_three_and_then_meets_the_wall(self, client):
        client.force_login(make_user())
        pages = [make_article(f"Article {n}") for n in range(4)]
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, True, True, False]
        assert 'data-wpr-wall="subscribe"' in client.get(pages[3].url).content.decode()
        assert Read.objects.count() == 3

    def test_reads_again_for_nothing(self, client):
        client.force_login(make_user())
        page = make_article()
        for _ in range(5):
            assert CANARY in client.get(page.url).content.decode()
        assert Read.objects.count() == 1

    def test_meter_line_tells_the_read_just_spent(self, client):
        client.force_login(make_user())
        html = client.get(make_article().url).content.decode()
        assert "wpr-meter" in html
        assert "1 of 3" in " ".join(html.split())

    def test_head_spends_nothing(self, client):
        client.force_login(make_user())
        client.head(make_article().url)
        assert Read.objects.count() == 0

    def test_prefetch_is_refused_and_the_click_asks_again(self, client):
        client.force_login(make_user())
        page = make_article()
        answer = client.get(page.url, headers={"Sec-Purpose": "prefetch"})
        assert answer.status_code == 503
        assert answer["Cache-Control"] == "private, no-store"
        assert Read.objects.count() == 0
        assert CANARY in client.get(page.url).content.decode()

    def test_prefetch_of_what_costs_nothing_is_served(self, client):
        client.force_login(make_user())
        page = make_article(access="registered")
        assert client.get(page.url, headers={"Sec-Purpose": "prefetch"}).status_code == 200


class TestSectionsSetting:
    def test_changes_what_is_below_it(self, client):
        section = make_article("Section")
        child = make_article("Child", parent=section)
        assert CANARY not in client.get(child.url).content.decode()
        set_access(section, "free")
        assert CANARY in client.get(child.url).content.decode()
