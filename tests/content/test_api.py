"""Law 2 at the APIs of Wagtail: an anonymous front end meets the locked value."""

from __future__ import annotations

import json

import pytest
from wagtail import VERSION as WAGTAIL_VERSION

from tests.content.test_locked_value import make_nested
from tests.factories import CANARY, make_article, make_subscriber
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.content.door import open_whole


pytestmark = pytest.mark.django_db


class TestVersion2:
    def test_detail_gives_the_teaser(self, client):
        page = make_article()
        answer = client.get(f"/api/v2/pages/{page.pk}/?fields=*")
        assert [row["type"] for row in answer.json()["body"]] == ["heading", "paragraph", "wpr_break"]
        assert answer.json()["body"][-1]["value"] == {"locked": True}
        assert CANARY not in answer.content.decode()

    def test_detail_of_nested_streams(self, client):
        page = make_nested()
        answer = client.get(f"/api/v2/pages/{page.pk}/?fields=*")
        assert "Part of the teaser." in answer.content.decode()
        assert CANARY not in answer.content.decode()

    def test_subscriber_gets_no_more_from_a_door_that_decides_nothing(self, client):
        client.force_login(make_subscriber())
        page = make_article()
        assert CANARY not in client.get(f"/api/v2/pages/{page.pk}/?fields=*").content.decode()

    def test_listing(self, client):
        make_article()
        answer = client.get("/api/v2/pages/?type=testapp.ArticleLikePage&fields=*")
        assert answer.json()["meta"]["total_count"] == 1
        assert CANARY not in answer.content.decode()

    @pytest.mark.parametrize("query", [f"body={CANARY}", f"body__icontains={CANARY}", f"body__contains={CANARY}"])
    def test_body_is_no_oracle(self, client, query):
        make_article()
        answer = client.get(f"/api/v2/pages/?type=testapp.ArticleLikePage&{query}")
        assert answer.status_code == 400 or answer.json()["meta"]["total_count"] == 0

    # MariaDB's full-text index holds committed rows only.
    @pytest.mark.django_db(transaction=True)
    def test_search_does_not_find_a_word_of_the_body(self, client):
        make_article()
        found = client.get("/api/v2/pages/?type=testapp.ArticleLikePage&search=teaser").json()
        assert found["meta"]["total_count"] == 1
        hidden = client.get(f"/api/v2/pages/?type=testapp.ArticleLikePage&search={CANARY}").json()
        assert hidden["meta"]["total_count"] == 0


def page_ids(answer):
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.skipif(WAGTAIL_VERSION < (8, 0), reason="API v3 came with Wagtail 8.0.")
class TestVersion3:
    def test_detail_gives_the_teaser(self, client):
        page = make_article()
        answer = client.get(f"/api/v3/pages/{page.pk}/")
        assert answer.status_code == 200
        assert "The teaser says this much." in answer.content.decode()
        assert CANARY not in answer.content.decode()

    def test_nested_streams(self, client):
        assert CANARY not in client.get(f"/api/v3/pages/{make_nested().pk}/").content.decode()

    # MariaDB's full-text index holds committed rows only.
    @pytest.mark.django_db(transaction=True)
    def test_search_does_not_find_a_word_of_the_body(self, client):
        page = make_article()
        assert CANARY not in client.get("/api/v3/pages/").content.decode()
        assert page_ids(client.get("/api/v3/pages/?search=teaser")) == [page.pk]
        assert page_ids(client.get(f"/api/v3/pages/?search={CANARY}")) == []

    def test_writing_back_what_was_read_is_refused_and_loses_nothing(self, client):
        from wagtail.api.v3.form_data import build_form_data, get_api_form_class

        page = make_article()
        read = client.get(f"/api/v3/pages/{page.pk}/").json()
        form_class = get_api_form_class(ArticleLikePage, ["body"])
        form = form_class(build_form_data(form_class, {"body": read["body"]}, page), instance=page)
        assert not form.is_valid()
        assert "read without its body" in json.dumps(form.errors.get_json_data(), default=str) + str(
            form.errors.as_data()["body"][0].block_errors
        )
        assert len(open_whole(ArticleLikePage.objects.get(pk=page.pk).body)) == 6

    def test_writing_a_whole_body_is_taken(self):
        from wagtail.api.v3.form_data import build_form_data, get_api_form_class

        page = make_article()
        rows = [
            {"type": "heading", "value": "New heading"},
            {"type": "wpr_break", "value": None},
            {"type": "heading", "value": "New body"},
        ]
        form_class = get_api_form_class(ArticleLikePage, ["body"])
        form = form_class(build_form_data(form_class, {"body": rows}, page), instance=page)
        assert form.is_valid(), form.errors
        form.save()
        assert [child.value for child in open_whole(ArticleLikePage.objects.get(pk=page.pk).body)] == [
            "New heading",
            None,
            "New body",
        ]
