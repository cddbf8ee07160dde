from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.catalogue.publication import Publication, require_search_index
from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic


@pytest.fixture
def editor(client, publication: Publication):
    user = get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    client.force_login(user)
    return client


def address(model, view: str, *args) -> str:
    return reverse(model.snippet_viewset.get_url_name(view), args=args)


@pytest.mark.django_db
class TestSnippets:
    @pytest.mark.parametrize("model", [Region, Topic, Contributor, Series])
    def test_list_search_export_and_forms_answer(self, editor, model) -> None:
        assert editor.get(address(model, "list")).status_code == 200
        assert editor.get(address(model, "add")).status_code == 200
        export = editor.get(address(model, "list"), {"export": "csv"})
        assert export["Content-Type"].startswith("text/csv")
        assert b"".join(export.streaming_content).splitlines()[0].lower().startswith(b"name")

    def test_a_country_is_found_by_the_beginning_of_its_name(self, editor) -> None:
        answer = editor.get(address(Region, "list"), {"q": "austr"})
        assert [row.name for row in answer.context["object_list"]] == ["Austria"]

    # MariaDB's full-text index holds committed rows only.
    @pytest.mark.django_db(transaction=True)
    def test_a_term_is_chosen_by_searching_for_it(self, editor) -> None:
        require_search_index()
        answer = editor.get(
            reverse(f"{Region.snippet_viewset.chooser_viewset.url_namespace}:choose_results"), {"q": "austr"}
        )
        assert "Austria" in answer.content.decode()
        assert "Asia" not in answer.content.decode()

    def test_the_four_stand_in_one_group_of_the_menu(self, editor) -> None:
        page = editor.get(address(Region, "list")).content.decode()
        assert "Publication" in page
        assert "Contributors" in page

    def test_countries_of_a_region_are_found_by_filter(self, editor, publication: Publication) -> None:
        answer = editor.get(address(Region, "list"), {"parent": publication.europe.pk})
        assert [row.name for row in answer.context["object_list"]] == ["Austria"]

    def test_a_country_is_made_in_the_form(self, editor, publication: Publication) -> None:
        answer = editor.post(
            address(Region, "add"),
            {"name": "Italy", "slug": "", "parent": publication.europe.pk, "description": ""},
        )
        assert answer.status_code == 302
        italy = Region.objects.get(name="Italy")
        assert (italy.slug, italy.parent, italy.locale) == ("italy", publication.europe, publication.en)

    def test_a_slug_that_is_taken_is_said_in_the_form(self, editor) -> None:
        answer = editor.post(address(Topic, "add"), {"name": "Streams", "slug": "rivers", "description": ""})
        assert answer.status_code == 200
        assert "has that slug already" in answer.content.decode()

    def test_deleting_a_used_topic_is_refused(self, editor, publication: Publication) -> None:
        publication.article(topics=[publication.rivers])
        editor.post(address(Topic, "delete", publication.rivers.pk))
        assert Topic.objects.filter(pk=publication.rivers.pk).exists()
