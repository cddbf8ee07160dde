"""Preview modes: the draft as each kind of reader sees it; nothing is spent."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.factories import CANARY, home, make_article, make_user, text
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access.models import Read
from wagtail_wpr.content.door import open_whole


pytestmark = pytest.mark.django_db

DRAFT = "draughtsman"


@pytest.fixture
def draft():
    """A live page with a draft whose body says something new."""
    page = make_article()
    whole = open_whole(page.body)
    whole.append(("paragraph", text(f"Only in the draft: {DRAFT}")))
    page.body = whole
    page.save_revision()
    return ArticleLikePage.objects.get(pk=page.pk).get_latest_revision_as_object()


def previewed(page, mode: str) -> str:
    request = RequestFactory().get("/")
    request.user = make_user("editor", is_superuser=True)
    return page.make_preview_request(request, mode).content.decode()


class TestModes:
    def test_are_offered_by_name(self):
        assert [name for name, _label in make_article().preview_modes] == [
            "subscriber",
            "visitor",
            "one_left",
            "used_up",
        ]

    def test_subscriber_sees_the_whole_draft(self, draft):
        html = previewed(draft, "subscriber")
        assert DRAFT in html
        assert html.count(CANARY) == 3

    def test_visitor_sees_teaser_and_wall(self, draft):
        html = previewed(draft, "visitor")
        assert DRAFT not in html
        assert CANARY not in html
        assert 'data-wpr-wall="register"' in html

    def test_one_left_sees_the_draft_and_the_meter(self, draft):
        html = previewed(draft, "one_left")
        assert DRAFT in html
        assert "wpr-meter" in html

    def test_used_up_sees_the_subscribe_wall(self, draft):
        html = previewed(draft, "used_up")
        assert DRAFT not in html
        assert 'data-wpr-wall="subscribe"' in html

    @pytest.mark.parametrize("mode", ["subscriber", "visitor", "one_left", "used_up"])
    def test_nothing_is_spent(self, draft, mode):
        previewed(draft, mode)
        assert Read.objects.count() == 0

    def test_page_that_was_never_saved(self):
        page = ArticleLikePage(title="New", slug="new", path=home().path + "0009", depth=3, locale=home().locale)
        page.body = [("paragraph", text("Public.")), ("wpr_break", None), ("paragraph", text(DRAFT))]
        assert DRAFT in previewed(page, "subscriber")

    def test_meter_line_of_a_page_that_was_never_saved(self):
        page = ArticleLikePage(title="New", slug="new", path=home().path + "0009", depth=3, locale=home().locale)
        page.body = [("paragraph", text("Public.")), ("wpr_break", None), ("paragraph", text(DRAFT))]
        assert 'class="wpr-meter"' in previewed(page, "one_left")

    def test_page_that_was_never_saved_before_a_visitor(self):
        page = ArticleLikePage(title="New", slug="new", path=home().path + "0009", depth=3, locale=home().locale)
        page.body = [("paragraph", text("Public.")), ("wpr_break", None), ("paragraph", text(DRAFT))]
        html = previewed(page, "visitor")
        assert "Public." in html
        assert DRAFT not in html


class TestAdminViews:
    @pytest.fixture
    def editor(self, client):
        client.force_login(make_user("admin", is_superuser=True, is_staff=True))
        return client

    def test_view_draft(self, editor, draft):
        answer = editor.get(f"/admin/pages/{draft.pk}/view_draft/")
        assert answer.status_code == 200
        assert DRAFT in answer.content.decode()
        assert "private" in answer["Cache-Control"]
        assert Read.objects.count() == 0

    def test_revision_view(self, editor, draft):
        revision = draft.latest_revision
        answer = editor.get(f"/admin/pages/{draft.pk}/revisions/{revision.pk}/view/")
        assert DRAFT in answer.content.decode()

    def test_live_page_shows_what_is_live_to_staff_and_spends_nothing(self, editor, draft):
        html = editor.get(draft.url).content.decode()
        assert DRAFT not in html
        assert html.count(CANARY) == 3
        assert Read.objects.count() == 0
