"""Law 12: no body is lost by the door."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from django.core import serializers
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from tests.factories import CANARY, home, make_article, make_user, text
from tests.testapp.models import ArticleLikePage, PlainPage
from wagtail_wpr.content.door import open_whole
from wagtail_wpr.content.errors import LockedValueError


pytestmark = pytest.mark.django_db


def stored(page: Any) -> list[dict[str, Any]]:
    """Return the rows of the body as the database has them."""
    return list(open_whole(type(page).objects.get(pk=page.pk).body).get_prep_value())


def fresh(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


@pytest.fixture
def page() -> ArticleLikePage:
    return make_article()


@pytest.fixture
def rows(page: ArticleLikePage) -> list[dict[str, Any]]:
    found = stored(page)
    assert len(found) == 6
    assert json.dumps(found).count(CANARY) == 3
    return found


class TestSaving:
    def test_save_of_a_page_that_was_read(self, page, rows):
        list(page.body), str(page.body), page.body.raw_data[0], page.body.blocks_by_name("paragraph")
        page.save()
        assert stored(page) == rows

    def test_save_without_reading(self, page, rows):
        fresh(page).save()
        assert stored(page) == rows

    def test_assignment_to_itself(self, page, rows):
        page.body = page.body
        page.save()
        assert stored(page) == rows

    def test_assignment_from_another_page_is_an_independent_copy(self, page, rows):
        other = make_article("Other")
        other.body = page.body
        assert other.body._owner is other
        assert page.body._owner is page
        other.save()
        assert stored(other) == rows
        other.body = [("heading", "New")]
        other.save()
        assert stored(page) == rows

    def test_change_of_a_teaser_block_in_place_is_kept(self, page, rows):
        page.body[0].value = "Changed heading"
        page.save()
        rows[0]["value"] = "Changed heading"
        assert stored(page) == rows

    def test_change_through_an_opened_copy(self, page, rows):
        whole = open_whole(page.body)
        whole.append(("heading", "At the end"))
        page.body = whole
        page.save()
        assert stored(page)[:6] == rows
        assert stored(page)[6]["value"] == "At the end"

    def test_full_clean(self, page, rows):
        page.full_clean()
        page.save()
        assert stored(page) == rows

    def test_refresh_from_db_and_deferred_loading(self, page, rows):
        page.refresh_from_db()
        page.save()
        deferred = ArticleLikePage.objects.defer("body").get(pk=page.pk)
        assert len(deferred.body) == 3
        deferred.save()
        ArticleLikePage.objects.only("title").get(pk=page.pk).save()
        assert stored(page) == rows

    def test_bulk_update_and_update(self, page, rows):
        found = fresh(page)
        ArticleLikePage.objects.bulk_update([found], ["body"])
        assert stored(page) == rows
        ArticleLikePage.objects.filter(pk=page.pk).update(body=found.body)
        assert stored(page) == rows

    def test_specific_deferred(self, page, rows):
        Page.objects.get(pk=page.pk).specific_deferred.save()
        assert stored(page) == rows


class TestWhatCameOutOfALockedStreamIsRefused:
    @pytest.mark.parametrize(
        "taken",
        [
            lambda body: list(body),
            lambda body: [(child.block_type, child.value) for child in body],
            lambda body: list(body.raw_data),
            lambda body: json.dumps(list(body.raw_data)),
            lambda body: body.stream_block.get_api_representation(body),
            lambda body: json.dumps(body.stream_block.get_api_representation(body)),
        ],
        ids=["list", "tuples", "raw data", "raw JSON", "API data", "API JSON"],
    )
    def test_on_assignment_and_on_saving(self, page, rows, taken):
        value = taken(page.body)
        other = make_article("Other")
        with pytest.raises(LockedValueError, match="open_whole"):
            other.body = value
        with pytest.raises(LockedValueError, match="open_whole"):
            page.body = value
        page.save()
        assert stored(page) == rows

    def test_update_with_raw_data(self, page, rows):
        with pytest.raises(LockedValueError), transaction.atomic():
            ArticleLikePage.objects.filter(pk=page.pk).update(body=list(page.body.raw_data))
        assert stored(page) == rows

    def test_assignment_to_an_ordinary_stream_field(self, page):
        with pytest.raises(LockedValueError):
            plain = PlainPage(title="Plain", body=page.body)
            home().add_child(instance=plain)


class TestCopies:
    def test_pickle_and_cache(self, page, rows):
        again = pickle.loads(pickle.dumps(page))  # noqa: S301
        assert again.body._owner is again
        again.save()
        cache.set("page", page)
        cache.get("page").save()
        assert stored(page) == rows

    def test_deepcopy_and_copy(self, page, rows):
        for again in (copy.deepcopy(page), copy.copy(page)):
            assert again.body._owner is again
            again.save()
        assert page.body._owner is page
        assert stored(page) == rows

    def test_page_copy(self, page, rows):
        copied = page.copy(update_attrs={"slug": "copied", "title": "Copied"})
        assert stored(copied) == rows

    def test_alias_and_its_sync(self, page, rows):
        alias = page.create_alias(update_slug="alias")
        assert stored(alias) == rows
        page.title = "Changed"
        page.save_revision().publish()
        assert stored(alias) == rows

    def test_copy_for_translation(self, page, rows):
        german, _ = Locale.objects.get_or_create(language_code="de")
        home().copy_for_translation(german)
        translated = page.copy_for_translation(german)
        assert stored(translated) == rows
        translated.save_revision().publish()
        assert stored(translated) == rows

    def test_serializers(self, page, rows):
        for form in ("json", "python"):
            dumped = serializers.serialize(form, [page])
            for loaded in serializers.deserialize(form, dumped):
                loaded.save()
        assert stored(page) == rows

    def test_to_json_and_back(self, page, rows):
        again = ArticleLikePage.from_json(page.to_json())
        assert open_whole(again.body).get_prep_value() == rows


class TestRevisions:
    def test_revision_publish_and_revert(self, page, rows):
        first = page.save_revision()
        page.body = [("heading", "Something else")]
        page.save_revision().publish()
        assert len(stored(page)) == 1
        first.as_object().save_revision().publish()
        assert stored(page) == rows

    def test_latest_revision_as_object(self, page, rows):
        page.save_revision()
        draft = page.get_latest_revision_as_object()
        assert open_whole(draft.body).get_prep_value() == rows
        draft.save_revision().publish()
        assert stored(page) == rows

    def test_unpublish_and_publish(self, page, rows):
        page.unpublish()
        page.save_revision().publish()
        assert stored(page) == rows


class TestPlainStreamFieldsData:
    def test_is_read_and_written_back(self, page, rows):
        """What the plain field wrote before: the same rows, with no ids in old data."""
        old = [{key: value for key, value in row.items() if key != "id"} for row in rows]
        field = ArticleLikePage._meta.get_field("body")
        assert field.deconstruct()[1] == "wagtail.fields.StreamField"
        ArticleLikePage.objects.filter(pk=page.pk).update(body=old)
        found = fresh(page)
        assert [child.block_type for child in found.body] == ["heading", "paragraph", "wpr_break"]
        found.save()
        again = [{key: value for key, value in row.items() if key != "id"} for row in stored(page)]
        assert [row["type"] for row in again] == [row["type"] for row in old]
        assert json.dumps(again).count(CANARY) == 3


class TestAdmin:
    @pytest.fixture
    def editor(self, client):
        user = make_user("editor", is_superuser=True, is_staff=True)
        client.force_login(user)
        return client

    def post_data(self, page: Any, **changes: Any) -> dict[str, Any]:
        items = {"count": "1", "0-deleted": "", "0-order": "0", "0-id": "", "0-value": f"item {CANARY}"}
        blocks = [
            ("heading", "An opening heading"),
            ("paragraph", rich_text("<p>The teaser says this much.</p>")),
            ("wpr_break", ""),
            ("paragraph", rich_text(f"<p>Behind the wall {CANARY}</p>")),
            ("items", items),
        ]
        return nested_form_data(
            {
                "title": page.title,
                "slug": page.slug,
                "body": streamfield(blocks),
                "wpr_access": inline_formset([]),
                "comments": inline_formset([]),
                **changes,
            }
        )

    def test_edit_view_holds_the_body(self, editor, page):
        answer = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.status_code == 200
        assert answer.content.decode().count(CANARY) >= 3

    def test_post_saves_the_body(self, editor, page):
        answer = editor.post(
            reverse("wagtailadmin_pages:edit", args=[page.pk]),
            {**self.post_data(page), "action-publish": "1"},
        )
        assert answer.status_code == 302
        assert [row["type"] for row in stored(page)] == [
            "heading",
            "paragraph",
            "wpr_break",
            "paragraph",
            "items",
        ]
        assert json.dumps(stored(page)).count(CANARY) == 2

    def test_invalid_post_keeps_what_was_typed(self, editor, page, rows):
        answer = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), self.post_data(page, title=""))
        assert answer.status_code == 200
        assert answer.content.decode().count(CANARY) >= 2
        assert stored(page) == rows

    def test_autosave_keeps_the_body(self, editor, page, rows):
        url = reverse("wagtailadmin_pages:edit", args=[page.pk])
        answer = editor.post(url, self.post_data(page), headers={"Accept": "application/json"})
        assert answer.json()["success"] is True
        assert stored(page) == rows
        draft = fresh(page).get_latest_revision_as_object()
        assert json.dumps(open_whole(draft.body).get_prep_value()).count(CANARY) == 2

    def test_copy_in_the_admin(self, editor, page, rows):
        data = {
            "new_title": "Copied",
            "new_slug": "copied-in-admin",
            "new_parent_page": str(home().pk),
            "copy_subpages": "",
            "publish_copies": "on",
            "alias": "",
        }
        editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
        assert stored(ArticleLikePage.objects.get(slug="copied-in-admin")) == rows

    def test_compare_shows_what_changed_in_the_body(self, editor, page):
        first = page.save_revision()
        whole = open_whole(page.body)
        whole[3] = ("paragraph", text("A brand new sentence behind the wall."))
        page.body = whole
        second = page.save_revision()
        answer = editor.get(reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk]))
        assert "brand new sentence" in answer.content.decode()

    def test_revert_in_the_admin(self, editor, page, rows):
        first = page.save_revision()
        page.body = [("heading", "Else")]
        page.save_revision().publish()
        answer = editor.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk]))
        assert answer.content.decode().count(CANARY) >= 3

    def test_simple_translation(self, editor, page, rows):
        german, _ = Locale.objects.get_or_create(language_code="de")
        home().copy_for_translation(german)
        url = reverse("simple_translation:submit_page_translation", args=[page.pk])
        assert editor.post(url, {"locales": [german.pk], "include_subtree": ""}).status_code == 302
        assert stored(page.get_translation(german)) == rows


class TestReferences:
    def test_references_in_the_body_are_indexed(self, page):
        target = make_article("Target")
        whole = open_whole(page.body)
        whole.append(("link", Page.objects.get(pk=target.pk)))
        page.body = whole
        page.save()
        ReferenceIndex.create_or_update_for_object(fresh(page))
        assert ReferenceIndex.get_references_to(target).filter(object_id=str(page.pk)).exists()


class TestNested:
    def test_save_revision_and_copy(self):
        from tests.content.test_locked_value import make_nested

        page = make_nested()
        before = stored(page)
        assert json.dumps(before).count(CANARY) == 3
        str(page.body)
        page.save()
        assert stored(page) == before
        page.save_revision().publish()
        assert stored(page) == before
        assert stored(page.copy(update_attrs={"slug": "nested-copy"})) == before
        again = pickle.loads(pickle.dumps(page))  # noqa: S301
        again.save()
        assert stored(page) == before
        page.body[1].value["teaser"] = page.body[1].value["teaser"]
        page.save()
        assert stored(page) == before

    def test_edit_form_holds_nested_bodies(self, client):
        from tests.content.test_locked_value import make_nested

        page = make_nested()
        client.force_login(make_user("editor", is_superuser=True))
        answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.content.decode().count(CANARY) == 3


WALKS = {
    "save": lambda page: page.save(),
    "read and save": lambda page: (str(page.body), list(page.body), page.save()),
    "self": lambda page: (setattr(page, "body", page.body), page.save()),
    "publish": lambda page: page.save_revision().publish(),
    "draft": lambda page: page.get_latest_revision_as_object().save_revision().publish(),
    "pickle": lambda page: pickle.loads(pickle.dumps(page)).save(),  # noqa: S301
    "deepcopy": lambda page: copy.deepcopy(page).save(),
    "json": lambda page: [
        loaded.save() for loaded in serializers.deserialize("json", serializers.serialize("json", [page]))
    ],
    "open": lambda page: (setattr(page, "body", open_whole(page.body)), page.save()),
    "bulk": lambda page: ArticleLikePage.objects.bulk_update([page], ["body"]),
    "raw": lambda page: (list(page.body.raw_data), page.body.blocks_by_name("heading"), page.save()),
    "clean": lambda page: (page.full_clean(), page.save()),
    "value": lambda page: (page._meta.get_field("body").value_from_object(page), page.save()),
}


class TestAnyWalk:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(st.sampled_from(sorted(WALKS)), min_size=1, max_size=6), position=st.integers(0, 4))
    def test_carries_the_whole_value(self, db, steps, position):
        page = ArticleLikePage(title="Walk", slug=f"walk-{Page.objects.count()}")
        blocks = [("heading", "a"), ("paragraph", text("b", "c")), ("items", ["d", "e"]), ("heading", CANARY)]
        page.body = [*blocks[:position], ("wpr_break", None), *blocks[position:]]
        home().add_child(instance=page)
        page = fresh(page)
        before = stored(page)
        for step in steps:
            WALKS[step](page)
            page = fresh(page)
        assert stored(page) == before
