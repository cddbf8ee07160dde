"""Law 2 and law 3 at the doors beside templates: blocks' own methods, feeds, sitemaps, mails, other pages."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import model_to_dict
from django.http import HttpResponse
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse
from wagtail.blocks import BoundBlock, StreamValue
from wagtail.contrib.sitemaps import Sitemap

from tests.content.test_locked_value import LOOPS, make_nested
from tests.factories import CANARY, make_article, make_subscriber, make_user, text
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access.models import Read
from wagtail_wpr.content.door import LockedStreamValue, open_whole
from wagtail_wpr.content.errors import LockedValueError
from wagtail_wpr.slots.filling import mark_reading
from wagtail_wpr.slots.middleware import SlotMiddleware


pytestmark = pytest.mark.django_db


@pytest.fixture(params=[make_article, make_nested], ids=["flat", "nested"])
def page(request: Any, db: None) -> Any:
    return request.param()


def bound(body: Any) -> BoundBlock:
    return body.stream_block.bind(body)


class TestMethodsOfBlocks:
    @pytest.mark.parametrize(
        "reach",
        [
            lambda body: body.render_as_block(),
            lambda body: body.render_as_block({"page": None}),
            lambda body: body.stream_block.render(body),
            lambda body: body.stream_block.render_basic(body),
            lambda body: body.stream_block.get_context(body),
            lambda body: bound(body).render(),
            lambda body: bound(body).value,
            lambda body: str(bound(body)),
            lambda body: [child.render() for child in body],
            lambda body: [child.render_as_block() for child in body],
            lambda body: [child.block.get_context(child.value) for child in body],
            lambda body: [child.block.render(child.value) for child in body],
            lambda body: [child.get_prep_value() for child in body if child.block_type == "wpr_break"],
            lambda body: [repr(child.value) for child in body],
            lambda body: body.stream_block.get_api_representation(body),
            lambda body: body.stream_block.normalize(body),
            lambda body: body.stream_block.get_searchable_content(body),
            lambda body: body.raw_data,
            lambda body: list(body.raw_data),
            lambda body: body.blocks_by_name(),
            lambda body: [list(found) for found in body.blocks_by_name().values()],
            lambda body: body[:],
            lambda body: list(reversed(body)),
            lambda body: copy.copy(body),
            lambda body: copy.deepcopy(body),
            lambda body: pickle.loads(pickle.dumps(body)),  # noqa: S301
            lambda body: f"{body}{body!r}{body!s}",
        ],
    )
    def test_tell_the_teaser_only(self, page: Any, reach: Any) -> None:
        found = reach(page.body)
        told = [str(found), repr(found)]
        if isinstance(found, dict):
            told += [str(value) for value in found.values()]
        if isinstance(found, list):
            told += [str(getattr(item, "value", item)) for item in found]
        assert CANARY not in "".join(told)

    @pytest.mark.parametrize("dump", [json.dumps, DjangoJSONEncoder().encode])
    def test_no_encoder_takes_it(self, page: Any, dump: Any) -> None:
        with pytest.raises(TypeError):
            dump(page.body)

    def test_loaded_again_it_is_locked_and_belongs_to_nobody(self, page: Any) -> None:
        again = pickle.loads(pickle.dumps(page.body))  # noqa: S301
        assert type(again) is LockedStreamValue
        assert "wpr-slot" not in str(again)
        assert [child.block_type for child in again] == [child.block_type for child in page.body]

    def test_opened_copies_cannot_be_pickled(self, page: Any) -> None:
        with pytest.raises(LockedValueError, match="Pickle the page instead"):
            pickle.dumps(open_whole(page.body))

    def test_value_made_by_hand_is_locked_by_the_field(self) -> None:
        page = ArticleLikePage(title="Hand")
        rows = [{"type": "heading", "value": "a"}, {"type": "wpr_break", "value": None}]
        hidden = {"type": "heading", "value": CANARY}
        page.body = StreamValue(page.body.stream_block, [*rows, hidden], is_lazy=True)
        assert CANARY not in str(page.body)
        assert len(open_whole(page.body)) == 3

    def test_a_form_of_the_model_reads_an_opened_copy(self) -> None:
        """For those who edit; it is named in the documentation as what Python can reach."""
        assert str(model_to_dict(make_article())["body"]).count(CANARY) == 3


class TestTemplatesWithARequest:
    @pytest.mark.parametrize("source", [*LOOPS, "{% load wagtailcore_tags %}{% include_block page.body with a=1 %}"])
    def test_never_reach_the_body(self, page: Any, source: str) -> None:
        request = RequestFactory().get("/")
        request.user = make_subscriber()
        try:
            html = Template(source).render(RequestContext(request, {"page": page, "self": page}))
        except (LockedValueError, TypeError) as error:
            html = str(error)
        # What holds the body is the slot that the middleware fills, even for who may read it.
        assert CANARY not in html


class TestValueOfAnotherPage:
    def sent(self, html: str, reading: Any, user: Any = None) -> str:
        request = RequestFactory().get(reading.url)
        request.user = user or AnonymousUser()
        mark_reading(request, reading)
        return SlotMiddleware(lambda asked: HttpResponse(html))(request).content.decode()

    def test_a_free_page_does_not_open_it(self) -> None:
        free, other = make_article("Free", access="free"), make_article("Other")
        other.body = [("heading", "Open"), ("wpr_break", None), ("heading", "quillwort")]
        other.save()
        source = "{% load wagtailcore_tags %}{% include_block free.body %}{% include_block other.body %}"
        html = self.sent(Template(source).render(Context({"free": free, "other": other})), free)
        assert html.count(CANARY) == 3
        assert "quillwort" not in html
        assert 'data-wpr-wall="register"' in html

    def test_a_read_is_spent_for_the_page_read_alone(self) -> None:
        page, other = make_article("Page"), make_article("Other")
        other.body = [("heading", "Open"), ("wpr_break", None), ("heading", "quillwort")]
        other.save()
        html = self.sent(f"{page.body}{other.body}", page, make_user())
        assert html.count(CANARY) == 3
        assert "quillwort" not in html
        assert Read.objects.get().content == str(page.translation_key)


class ArticlesFeed(Feed):
    """A feed as hosts write one: the body as its description."""

    title = description = "Articles"
    link = "/"

    def items(self) -> Any:
        return ArticleLikePage.objects.live()

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.body)

    def item_link(self, item: Any) -> str:
        return str(item.url)


class TestFeedsAndSitemaps:
    @pytest.mark.parametrize("delivery", ["inline", "null"])
    def test_feed_holds_the_teaser(self, settings: Any, delivery: str) -> None:
        settings.WPR_DELIVERY = delivery
        make_article()
        request = RequestFactory().get("/feed/")
        request.user = make_subscriber()
        answer = SlotMiddleware(ArticlesFeed())(request)
        assert "The teaser says this much." in answer.content.decode()
        assert CANARY not in answer.content.decode()

    def test_sitemap_names_the_page_and_nothing_of_it(self) -> None:
        make_article()
        request = RequestFactory().get("/sitemap.xml")
        told = str([page.get_sitemap_urls(request) for page in Sitemap(request).items()])
        assert "/tides/" in told
        assert CANARY not in told
        assert "teaser" not in told


class TestCollectionsOfTheApi:
    def test_spend_nothing(self, client: Any) -> None:
        client.force_login(make_user())
        page = make_article()
        client.get("/api/v2/pages/?type=testapp.ArticleLikePage&fields=*")
        client.get(f"/api/v2/pages/{page.pk}/?fields=*")
        assert Read.objects.count() == 0


class TestComparing:
    def test_shows_what_changed_in_a_nested_body(self, client: Any) -> None:
        page = make_nested()
        client.force_login(make_user("editor", is_superuser=True))
        first = page.save_revision()
        whole = open_whole(page.body)
        whole[1].value["body"].append(("paragraph", text("A quillwort behind the wall.")))
        page.body = whole
        second = page.save_revision()
        answer = client.get(reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk]))
        assert "quillwort" in answer.content.decode()

    def test_says_nothing_changed_where_nothing_did(self, client: Any) -> None:
        page = make_article()
        client.force_login(make_user("editor", is_superuser=True))
        first, second = page.save_revision(), page.save_revision()
        answer = client.get(reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk]))
        assert "There are no differences" in answer.content.decode()
