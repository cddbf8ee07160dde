"""The tags that hosts drop into their templates, with a request and without one."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from tests.factories import CANARY, make_article, make_subscriber, make_user
from tests.testapp.models import ArticleLikePage, SectionLikePage
from wagtail_wpr.access.models import Read
from wagtail_wpr.slots.collecting import collecting
from wagtail_wpr.slots.filling import mark_reading
from wagtail_wpr.slots.middleware import SlotMiddleware


pytestmark = pytest.mark.django_db


def render(source: str, **context) -> str:
    return Template("{% load wpr_tags %}" + source).render(Context(context))


def delivered(html: str, page=None, user=None, path="/") -> str:
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    if page is not None:
        mark_reading(request, page)
    return SlotMiddleware(lambda asked: HttpResponse(html))(request).content.decode()


class TestBody:
    SOURCE = "{% wpr_body page 'body' %}"

    def test_shows_teaser_and_wall(self):
        html = delivered(render(self.SOURCE, page=make_article()))
        assert html.index('class="wpr-teaser"') < html.index('class="wpr-gated"') < html.index('class="wpr-wall"')

    def test_shows_the_body_to_a_subscriber(self):
        page = make_article()
        html = delivered(render(self.SOURCE, page=page), page, make_subscriber())
        assert html.count(CANARY) == 3
        assert "wpr-wall" not in html
        assert html.index('class="wpr-gated"') < html.index('class="wpr-body"')

    @pytest.mark.parametrize("page", [None, ""])
    def test_without_a_page_shows_nothing(self, page):
        assert render(self.SOURCE, page=page) == ""

    def test_with_an_unknown_field_shows_nothing(self):
        assert render("{% wpr_body page 'text' %}", page=make_article()) == ""


class TestMeteredPart:
    @pytest.fixture(autouse=True)
    def part(self, tmp_path, settings):
        (tmp_path / "video.html").write_text("<video data-of='{{ page.title }}'>" + CANARY + "</video>")
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]

    SOURCE = '{% wpr_metered page template="video.html" %}'

    def test_visitor_meets_the_wall(self):
        html = delivered(render(self.SOURCE, page=make_article()))
        assert CANARY not in html
        assert 'data-wpr-wall="register"' in html

    def test_works_on_a_page_of_any_type(self):
        from tests.factories import home

        page = home().add_child(instance=SectionLikePage(title="Any page"))
        html = delivered(render(self.SOURCE, page=page), page, make_subscriber())
        assert f"<video data-of='Any page'>{CANARY}</video>" in html

    def test_reading_is_spent_once_for_body_and_part(self):
        page, user = make_article(), make_user()
        html = render("{% wpr_body page 'body' %}" + self.SOURCE, page=page)
        assert delivered(html, page, user).count(CANARY) == 4
        assert Read.objects.count() == 1

    def test_beside_the_body_its_wall_is_one_line(self):
        with collecting():
            html = render("{% wpr_body page 'body' %}" + self.SOURCE, page=make_article())
        sent = delivered(html)
        assert sent.count("data-wpr-wall") == 2
        assert sent.count('type="email"') == 1
        assert sent.count('id="wpr-continue"') == 1


class TestWall:
    def test_stands_for_a_visitor(self):
        assert 'data-wpr-wall="register"' in delivered(render("{% wpr_wall page %}", page=make_article()))

    def test_says_subscribe_on_a_subscribers_page(self):
        page = make_article(access="subscribers")
        assert 'data-wpr-wall="subscribe"' in delivered(render("{% wpr_wall page %}", page=page))

    def test_is_gone_for_a_subscriber_and_on_a_free_page(self):
        page = make_article()
        assert delivered(render("{% wpr_wall page %}", page=page), page, make_subscriber()).strip() == ""
        free = make_article("Free", access="free")
        assert delivered(render("{% wpr_wall page %}", page=free)).strip() == ""

    def test_without_a_page_shows_nothing(self):
        assert render("{% wpr_wall page %}", page=None) == ""


class TestMeter:
    def test_says_nothing_to_a_visitor(self):
        assert delivered(render("{% wpr_meter %}", page=make_article())) == ""

    def test_tells_a_reader_what_was_used(self):
        page, user = make_article(), make_user()
        html = delivered(render("{% wpr_meter %}{% wpr_body page 'body' %}", page=page), page, user)
        assert re.search(r'class="wpr-meter"[^>]*role="status"|role="status"[^>]*class="wpr-meter"', html)
        assert "1 of 3" in " ".join(html.split())

    def test_says_nothing_to_a_subscriber(self):
        page = make_article()
        assert delivered(render("{% wpr_meter %}", page=page), page, make_subscriber()) == ""

    def test_without_a_page_shows_nothing(self):
        assert render("{% wpr_meter %}") == ""


class TestAccount:
    def test_visitor_sees_the_way_to_log_in(self):
        html = delivered(render("{% wpr_account %}"))
        assert 'class="wpr-account"' in html
        assert 'href="/wpr/log-in/"' in html

    def test_reader_sees_the_name_and_the_way_out(self):
        html = delivered(render("{% wpr_account %}"), user=make_user("ada"))
        assert 'action="/wpr/log-out/"' in html
        assert "csrfmiddlewaretoken" not in html
        assert "ada" in html


class TestStructuredData:
    def data(self, page, **context):
        html = render("{% wpr_structured_data page %}", page=page, **context)
        return json.loads(re.search(r'<script type="application/ld\+json">(.*)</script>', html, re.S)[1])

    def test_says_where_the_gated_part_stands(self):
        data = self.data(make_article())
        assert data["@type"] == "NewsArticle"
        assert data["isAccessibleForFree"] is False
        assert data["hasPart"] == {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".wpr-gated",
        }

    def test_describes_by_the_teaser_alone(self):
        text = json.dumps(self.data(make_article()))
        assert "The teaser says this much." in text
        assert CANARY not in text
        assert "articleBody" not in text

    def test_free_page_has_no_gated_part(self):
        data = self.data(make_article(access="free"))
        assert data["isAccessibleForFree"] is True
        assert "hasPart" not in data

    def test_cannot_end_its_own_element(self):
        page = make_article("</script><script>alert(1)</script>")
        html = render("{% wpr_structured_data page %}", page=page)
        assert html.count("</script>") == 1
        assert self.data(page)["headline"] == "</script><script>alert(1)</script>"

    def test_without_a_page_writes_nothing(self):
        assert render("{% wpr_structured_data page %}", page=None) == ""


class TestRelated:
    def test_without_a_page_shows_nothing(self):
        assert render("{% wpr_related page %}", page=None) == ""

    def test_page_outside_the_catalogue_has_none(self):
        assert CANARY not in render("{% wpr_related page %}", page=make_article())


class TestClassNamesThatHostsRelyOn:
    def test_gated_is_there_around_wall_and_body(self):
        page = make_article()
        html = render("{% wpr_body page 'body' %}", page=page)
        for user in (None, make_subscriber()):
            assert delivered(html, page, user).count('class="wpr-gated"') == 1

    def test_body_is_only_there_with_a_body(self):
        page = ArticleLikePage.objects.get(pk=make_article().pk)
        assert 'class="wpr-body"' not in delivered(render("{% wpr_body page 'body' %}", page=page))
