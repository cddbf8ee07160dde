"""Metered streams of what is no page (child rows, snippets): the teaser only, and nothing is lost."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from tests.content.test_locked_value import LOOPS
from tests.factories import CANARY, home, make_subscriber, make_user, set_access, text
from tests.testapp.models import Chapter, ChapteredPage, Leaflet
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.content.door import open_body, open_whole
from wagtail_wpr.content.errors import LockedValueError


pytestmark = pytest.mark.django_db

BLOCKS: list[Any] = [
    ("paragraph", text("Everybody reads this.")),
    ("wpr_break", None),
    ("paragraph", text(f"First {CANARY}.")),
    ("items", [f"item {CANARY}"]),
]


def make_chaptered() -> ChapteredPage:
    page = ChapteredPage(title="Chaptered")
    page.body = BLOCKS
    page.chapters = [
        Chapter(title="One", text=BLOCKS, sort_order=0),
        Chapter(title="Two", text=BLOCKS, sort_order=1),
    ]
    home().add_child(instance=page)
    return ChapteredPage.objects.get(pk=page.pk)


def make_leaflet() -> Leaflet:
    return Leaflet.objects.get(pk=Leaflet.objects.create(title="Leaflet", text=BLOCKS).pk)


def rows_of(owner: Any) -> list[Any]:
    return list(open_whole(type(owner).objects.get(pk=owner.pk).text).get_prep_value())


def chapters_of(page: Any) -> list[Any]:
    """Return the stored chapters of a page, without the ids of the database rows."""
    return [(row.title, rows_of(row)) for row in Chapter.objects.filter(page_id=page.pk).order_by("sort_order")]


@pytest.fixture(params=[make_leaflet, lambda: make_chaptered().chapters.first()], ids=["snippet", "child row"])
def owner(request: Any, db: None) -> Any:
    return request.param()


@pytest.fixture
def page() -> ChapteredPage:
    return make_chaptered()


@pytest.fixture
def before(page: ChapteredPage) -> list[Any]:
    found = chapters_of(page)
    assert [title for title, _rows in found] == ["One", "Two"]
    assert json.dumps(found).count(CANARY) == 4
    return found


class TestTeaserOnly:
    @pytest.mark.parametrize("source", LOOPS)
    def test_for_templates(self, owner: Any, source: str) -> None:
        try:
            html = Template(source.replace("page.body", "page.text")).render(Context({"page": owner}))
        except (LockedValueError, TypeError) as error:
            html = str(error)
        assert CANARY not in html

    def test_shows_no_wall_that_nothing_could_open(self, owner: Any) -> None:
        assert "Everybody reads this." in str(owner.text)
        assert "wpr-slot" not in str(owner.text)
        assert "data-wpr-wall" not in str(owner.text)

    def test_no_decision_opens_it(self, owner: Any) -> None:
        page = make_chaptered()
        set_access(page, "free")
        granted = decide(Reader.visitor(), page)
        assert granted.granted
        with pytest.raises((LockedValueError, AttributeError)):
            open_body(owner.text, granted)

    @pytest.mark.parametrize("access", ["metered", "free"])
    def test_on_the_page_of_the_rows(self, client: Any, page: ChapteredPage, access: str) -> None:
        set_access(page, access)
        for _reader in ("visitor", client.force_login(make_subscriber())):
            html = client.get(page.url).content.decode()
            assert html.count("Everybody reads this.") == 5
        assert html.count(CANARY) == 2  # the page's own body, to the subscriber

    def test_at_the_api(self, client: Any, page: ChapteredPage) -> None:
        set_access(page, "free")
        answer = client.get(f"/api/v2/pages/{page.pk}/?fields=*")
        chapters = answer.json()["chapters"]
        assert [[row["type"] for row in chapter["text"]] for chapter in chapters] == [["paragraph", "wpr_break"]] * 2
        assert CANARY not in answer.content.decode()


class TestNothingOfARowIsLost:
    def test_save_of_a_page_that_was_read(self, page: ChapteredPage, before: list[Any]) -> None:
        for row in page.chapters.all():
            list(row.text), str(row.text), list(row.text.raw_data)
        page.save()
        for row in page.chapters.all():
            row.save()
        assert chapters_of(page) == before

    def test_draft_publish_and_revert(self, page: ChapteredPage, before: list[Any]) -> None:
        first = page.save_revision()
        draft = page.get_latest_revision_as_object()
        assert CANARY not in "".join(str(row.text) for row in draft.chapters.all())
        draft.chapters = [Chapter(title="Else", text=[("heading", "Else")])]
        draft.save_revision().publish()
        assert [title for title, _rows in chapters_of(page)] == ["Else"]
        first.as_object().save_revision().publish()
        assert chapters_of(page) == before

    def test_copy_alias_and_translation(self, page: ChapteredPage, before: list[Any]) -> None:
        german, _created = Locale.objects.get_or_create(language_code="de")
        home().copy_for_translation(german)
        made = [
            page.copy(update_attrs={"slug": "copied"}),
            page.create_alias(update_slug="alias"),
            page.copy_for_translation(german),
        ]
        assert [chapters_of(other) for other in made] == [before] * 3

    def test_json_and_pickle(self, page: ChapteredPage, before: list[Any]) -> None:
        again = ChapteredPage.from_json(page.to_json())
        assert [list(open_whole(row.text).get_prep_value()) for row in again.chapters.all()] == [r for _t, r in before]
        list(page.chapters.all())
        pickle.loads(pickle.dumps(page)).save()  # noqa: S301
        assert chapters_of(page) == before

    def test_the_form_of_the_page(self, client: Any, page: ChapteredPage) -> None:
        client.force_login(make_user("editor", is_superuser=True))
        url = reverse("wagtailadmin_pages:edit", args=[page.pk])
        assert client.get(url).content.decode().count(CANARY) == 6
        blocks = streamfield([("paragraph", rich_text("<p>Public</p>")), ("wpr_break", ""), ("heading", CANARY)])
        rows = [{"id": row.pk, "title": row.title, "text": blocks} for row in page.chapters.all()]
        data = nested_form_data(
            {
                "title": page.title,
                "slug": page.slug,
                "body": blocks,
                "chapters": inline_formset(rows, initial=2),
                "comments": inline_formset([]),
                "action-publish": "1",
            }
        )
        answer = client.post(url, data)
        assert answer.status_code == 302
        found = chapters_of(page)
        assert [[row["type"] for row in rows] for _title, rows in found] == [["paragraph", "wpr_break", "heading"]] * 2
        assert json.dumps(found).count(CANARY) == 2


class TestNothingOfASnippetIsLost:
    def test_save_revision_and_publish(self) -> None:
        leaflet = make_leaflet()
        before = rows_of(leaflet)
        str(leaflet.text)
        leaflet.save()
        assert rows_of(leaflet) == before
        leaflet.save_revision().publish()
        assert rows_of(leaflet) == before
        draft = leaflet.get_latest_revision_as_object()
        assert CANARY not in str(draft.text)
        draft.save_revision().publish()
        assert rows_of(leaflet) == before
        assert json.dumps(before).count(CANARY) == 2

    def test_the_form_of_the_snippet(self, client: Any) -> None:
        leaflet = make_leaflet()
        client.force_login(make_user("editor", is_superuser=True))
        url = reverse(leaflet.snippet_viewset.get_url_name("edit"), args=[leaflet.pk])
        assert client.get(url).content.decode().count(CANARY) == 2
        blocks = streamfield([("heading", "Public"), ("wpr_break", ""), ("heading", CANARY)])
        answer = client.post(url, nested_form_data({"title": "New", "text": blocks, "action-publish": "1"}))
        assert answer.status_code == 302
        assert [row["value"] for row in rows_of(leaflet)] == ["Public", None, CANARY]


class TestTagsOfPages:
    @pytest.mark.parametrize(
        "tag",
        [
            "{% wpr_metered page template='testapp/part.html' %}",
            "{% wpr_wall page %}",
            "{% wpr_meter page %}",
            "{% wpr_related page %}",
            "{% wpr_structured_data page %}",
        ],
    )
    def test_show_nothing_of_what_is_no_page(self, owner: Any, tag: str, caplog: Any) -> None:
        """Its id is some page's id too: a slot of that page must not stand for it."""
        assert Template("{% load wpr_tags %}" + tag).render(Context({"page": owner})) == ""
        assert "which is no page" in caplog.text

    def test_a_view_that_shows_a_snippet_leaks_nothing(self) -> None:
        request = RequestFactory().get("/")
        request.user = make_subscriber()
        html = Template("{% load wagtailcore_tags %}{% include_block leaflet.text %}").render(
            Context({"leaflet": make_leaflet(), "request": request})
        )
        assert "Everybody reads this." in html
        assert CANARY not in html
