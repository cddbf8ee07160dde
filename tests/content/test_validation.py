"""An editor hears of an empty teaser or of a teaser that is the whole text."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from tests.factories import home, make_user, set_access
from tests.testapp.models import ArticleLikePage


pytestmark = pytest.mark.django_db

NOTHING_ABOVE = [("wpr_break", ""), ("heading", "Body")]
NOTHING_BELOW = [("heading", "All of it"), ("wpr_break", "")]
NO_BREAK = [("heading", "One short line")]
GOOD = [("heading", "Teaser"), ("wpr_break", ""), ("heading", "Body")]


@pytest.fixture
def editor(client):
    client.force_login(make_user("editor", is_superuser=True))
    return client


def post(client, blocks, **changes):
    home()
    url = reverse("wagtailadmin_pages:add", args=["testapp", "articlelikepage", home().pk])
    data = {
        "title": "New",
        "slug": "new",
        "body": streamfield(blocks),
        "wpr_access": inline_formset([]),
        "comments": inline_formset([]),
        **changes,
    }
    return client.post(url, nested_form_data(data), follow=True)


def says(answer):
    return " ".join(answer.content.decode().split())


class TestPublishing:
    @pytest.mark.parametrize(
        ("blocks", "sentence"),
        [
            (NOTHING_ABOVE, "nothing stands above the line where the teaser ends"),
            (NOTHING_BELOW, "nothing stands behind the wall"),
            (NO_BREAK, "nothing stands above the line where the teaser ends"),
        ],
    )
    def test_is_refused_with_the_reason(self, editor, blocks, sentence):
        answer = post(editor, blocks, **{"action-publish": "1"})
        assert sentence in says(answer)
        assert not ArticleLikePage.objects.filter(live=True).exists()

    def test_good_teaser_is_published(self, editor):
        post(editor, GOOD, **{"action-publish": "1"})
        assert ArticleLikePage.objects.get().live

    def test_free_section_takes_anything(self, editor):
        set_access(home(), "free")
        post(editor, NO_BREAK, **{"action-publish": "1"})
        assert ArticleLikePage.objects.get().live

    def test_page_made_free_in_the_same_form_takes_anything(self, editor):
        free = {"wpr_access": inline_formset([{"access": "free"}]), "action-publish": "1"}
        post(editor, NO_BREAK, **free)
        assert ArticleLikePage.objects.get().live

    def test_empty_stream_is_fine(self, editor):
        post(editor, [], **{"action-publish": "1"})
        assert ArticleLikePage.objects.get().live


class TestDraft:
    @pytest.mark.parametrize("blocks", [NOTHING_ABOVE, NOTHING_BELOW, NO_BREAK])
    def test_is_saved_with_a_warning(self, editor, blocks):
        answer = post(editor, blocks)
        assert ArticleLikePage.objects.count() == 1
        warnings = [str(message) for message in answer.context["messages"] if message.level_tag == "warning"]
        assert len(warnings) == 1
        assert "or make the page free" in warnings[0]

    def test_good_teaser_is_saved_without_one(self, editor):
        answer = post(editor, GOOD)
        assert [message.level_tag for message in answer.context["messages"]] == ["success"]

    def test_code_that_saves_is_not_stopped(self):
        page = ArticleLikePage(title="Short")
        page.body = [("heading", "All public")]
        home().add_child(instance=page)
        page.save()
