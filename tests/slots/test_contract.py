"""What every filler keeps: one suite for all ways of delivery, sync and async."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from tests.factories import CANARY, make_article, make_subscriber, make_user, set_access, text
from tests.slots.assembled import read
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access.models import Read
from wagtail_wpr.content.door import open_whole
from wagtail_wpr.slots import markers, tokens
from wagtail_wpr.slots.deliveries import DELIVERIES, FETCH, INLINE
from wagtail_wpr.slots.middleware import SlotMiddleware


pytestmark = pytest.mark.django_db


@pytest.fixture(params=DELIVERIES)
def delivery(request: Any, settings: Any) -> str:
    settings.WPR_DELIVERY = request.param
    return str(request.param)


def answered(response: HttpResponse, **request: Any) -> Any:
    """Send a response through the middleware alone."""
    return SlotMiddleware(lambda asked: response)(RequestFactory().get("/", **request))


class TestEveryFiller:
    def test_visitor_gets_teaser_and_wall(self, client, delivery):
        html = client.get(make_article().url).content.decode()
        assert "The teaser says this much." in html
        assert 'data-wpr-wall="register"' in html
        assert CANARY not in html
        assert (markers.OPENING in html) == (delivery == "fetch")

    def test_free_body_is_there_for_everybody(self, client, delivery):
        answer = client.get(make_article(access="free").url)
        assert answer.content.decode().count(CANARY) == 3
        assert "private" not in answer.get("Cache-Control", "")

    def test_nothing_is_spent_for_a_visitor(self, client, delivery):
        client.get(make_article().url)
        assert Read.objects.count() == 0

    def test_streaming_answers_keep_their_defaults(self, delivery):
        page = make_article(access="free")
        html = str(page.body)
        response = answered(StreamingHttpResponse([html.encode()], content_type="text/html"))
        sent = b"".join(response.streaming_content).decode()
        assert CANARY not in sent
        assert 'data-wpr-wall="register"' in sent or "wpr-gated" in sent

    @pytest.mark.parametrize("status", [201, 301, 304, 403, 404, 500])
    def test_other_statuses_pass_untouched(self, delivery, status):
        html = str(make_article(access="free").body)
        response = answered(HttpResponse(html, status=status))
        assert response.content.decode() == html

    @pytest.mark.parametrize("kind", ["application/json", "application/rss+xml", "text/plain", "image/png"])
    def test_other_content_types_pass_untouched(self, delivery, kind):
        html = str(make_article(access="free").body)
        assert answered(HttpResponse(html, content_type=kind)).content.decode() == html

    def test_compressed_answers_pass_untouched(self, delivery):
        response = HttpResponse(b"\x1f\x8b<wpr-slot ", headers={"Content-Encoding": "gzip"})
        assert answered(response).content == b"\x1f\x8b<wpr-slot "

    def test_page_without_slots_is_left_alone(self, delivery):
        response = answered(HttpResponse("<p>Plain</p>", headers={"Cache-Control": "max-age=60"}))
        assert response.content == b"<p>Plain</p>"
        assert response["Cache-Control"] == "max-age=60"
        assert not response.has_header("Vary")

    @pytest.mark.parametrize("token", ["nonsense", "eyJhIjoxfQ:abc", "a:b:c"])
    def test_unknown_token_keeps_the_default(self, delivery, token):
        html = f'<wpr-slot token="{token}"><p>Default</p></wpr-slot>'
        assert answered(HttpResponse(html)).content == b"<p>Default</p>"

    def test_token_of_a_page_that_is_gone_keeps_the_default(self, delivery):
        page = make_article(access="free")
        html = str(page.body)
        page.delete()
        sent = answered(HttpResponse(html)).content.decode()
        assert CANARY not in sent
        assert 'class="wpr-gated"' in sent

    def test_token_cannot_be_made_by_hand(self, delivery):
        from django.core.signing import Signer

        forged = Signer(key="guessed", salt="wagtail_wpr.slot").sign_object(["body", make_article().pk, "body"])
        assert tokens.read(forged) is None

    def test_marker_is_the_same_at_every_rendering(self, delivery):
        page = make_article()
        assert str(page.body) == str(ArticleLikePage.objects.get(pk=page.pk).body)

    def test_content_length_is_right(self, delivery):
        response = HttpResponse(str(make_article().body))
        response.headers["Content-Length"] = str(len(response.content))
        sent = answered(response)
        assert sent["Content-Length"] == str(len(sent.content))

    def test_cached_fragment_leaks_to_nobody_and_is_filled_for_each(self, client, delivery):
        """A page rendered for a subscriber goes into a fragment cache; a visitor reads that fragment."""
        page = make_article()
        source = "{% load cache wagtailcore_tags %}{% cache 500 fragment %}{% include_block page.body %}{% endcache %}"
        fragment = Template(source).render(Context({"page": page, "request": None}))
        again = Template(source).render(Context({"page": None}))
        assert fragment == again
        assert CANARY not in fragment
        for value in cache._cache.values():
            assert CANARY.encode() not in value

    def test_async_chain(self, delivery):
        html = str(make_article(access="free").body)

        async def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse("<p>No slots</p>" if request.path == "/plain/" else html)

        middleware = SlotMiddleware(view)
        plain: Any = asyncio.run(middleware(RequestFactory().get("/plain/")))
        assert plain.content == b"<p>No slots</p>"


@pytest.mark.django_db(transaction=True)
class TestAsync:
    def test_slots_are_filled(self, delivery):
        html = str(make_article(access="free").body)

        async def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(html)

        sent: Any = asyncio.run(SlotMiddleware(view)(RequestFactory().get("/")))
        assert sent.content.decode().count(CANARY) == 3


class TestWhatReadersGet:
    """Inline and fetched alike: the same bodies, walls and reads spent."""

    @pytest.fixture(autouse=True, params=[INLINE, FETCH])
    def filled_for_readers(self, request: Any, settings: Any) -> None:
        settings.WPR_DELIVERY = request.param

    def test_subscriber_everything(self, client):
        client.force_login(make_subscriber())
        html = read(client, make_article(access="subscribers"))
        assert html.count(CANARY) == 3
        assert "wpr-wall" not in html
        assert Read.objects.count() == 0

    def test_registered_reader_three_and_then_the_wall(self, client):
        client.force_login(make_user())
        pages = [make_article(f"Article {n}") for n in range(4)]
        assert [CANARY in read(client, page) for page in pages] == [True, True, True, False]
        assert 'data-wpr-wall="subscribe"' in read(client, pages[3])
        assert [CANARY in read(client, page) for page in pages] == [True, True, True, False]
        assert Read.objects.count() == 3

    def test_visitor_the_wall_and_the_way_to_log_in(self, client):
        html = read(client, make_article())
        assert CANARY not in html
        assert 'data-wpr-wall="register"' in html
        assert 'data-wpr-account="visitor"' in html

    def test_name_and_meter(self, client):
        client.force_login(make_user("berta"))
        html = " ".join(read(client, make_article()).split())
        assert 'data-wpr-account="reader"' in html
        assert "You have read 1 of 3 free articles." in html

    def test_staff_without_spending(self, client):
        client.force_login(make_user("chief", is_superuser=True, is_staff=True))
        assert CANARY in read(client, make_article())
        assert Read.objects.count() == 0

    def test_disabled_user_the_wall(self, client):
        client.force_login(make_subscriber())
        from django.contrib.auth import get_user_model

        get_user_model().objects.update(is_active=False)
        assert CANARY not in read(client, make_article())

    def test_browser_that_left_an_address_this_article_and_no_other(self, client):
        from wagtail_wpr.readers.articles import sign_article

        page, other = make_article(), make_article("Other")
        form = {"email": "anna@example.org", "article": sign_article(page)}
        client.post("/wpr/register/", form, headers={"Sec-Fetch-Site": "same-origin"})
        assert CANARY in read(client, page)
        html = read(client, other)
        assert CANARY not in html
        assert 'data-wpr-wall="confirm"' in html

    def test_every_part_of_a_page_with_several(self, client):
        from tests.content.test_locked_value import make_nested

        client.force_login(make_user())
        html = read(client, make_nested())
        assert html.count(CANARY) == 3
        assert html.count('id="wpr-continue"') == 1
        assert Read.objects.count() == 1


class TestNullFiller:
    @pytest.fixture(autouse=True)
    def null(self, settings):
        settings.WPR_DELIVERY = "null"

    def test_subscriber_gets_the_visitors_page(self, client):
        page = make_article()
        visitors = client.get(page.url)
        client.force_login(make_subscriber())
        subscribers = client.get(page.url)
        assert subscribers.content == visitors.content
        assert "private" not in subscribers.get("Cache-Control", "")

    def test_nothing_is_spent(self, client):
        client.force_login(make_user())
        client.get(make_article().url)
        assert Read.objects.count() == 0

    def test_free_part_is_made_without_knowing_who_asks(self, settings):
        template = "{{ request.user.username }}{{ user.username }}{% csrf_token %}for everybody"
        loader = ("django.template.loaders.locmem.Loader", {"free.html": template})
        engine = {**settings.TEMPLATES[0], "APP_DIRS": False}
        others = "django.template.loaders.app_directories.Loader"
        engine["OPTIONS"] = {**engine["OPTIONS"], "loaders": [loader, others]}
        settings.TEMPLATES = [engine]
        source = "{% load wpr_tags %}{% wpr_metered page template='free.html' %}"
        html = Template(source).render(Context({"page": make_article(access="free")}))
        request = RequestFactory().get("/")
        request.user = make_user("somebody")
        sent = SlotMiddleware(lambda asked: HttpResponse(html))(request).content.decode()
        assert "for everybody" in sent
        assert "somebody" not in sent
        assert "csrf" not in sent


class TestInlineFiller:
    def test_replaces_the_hosts_cache_control(self):
        page = make_article(access="subscribers")
        request = RequestFactory().get("/")
        request.user = make_subscriber()
        response = HttpResponse(
            str(page.body),
            headers={
                "Cache-Control": "public, s-maxage=600",
                "ETag": '"x"',
                "Last-Modified": "x",
                "Expires": "x",
            },
        )
        sent = SlotMiddleware(lambda asked: response)(request)
        assert sent["Cache-Control"] == "private, no-store"
        assert not any(sent.has_header(name) for name in ("ETag", "Last-Modified", "Expires"))

    def test_list_spends_nothing_and_shows_what_costs_nothing(self):
        reader = make_user()
        pages = [make_article(f"Article {n}") for n in range(3)]
        request = RequestFactory().get("/")
        request.user = reader
        html = "".join(str(page.body) for page in pages)
        sent = SlotMiddleware(lambda asked: HttpResponse(html))(request)
        assert CANARY not in sent.content.decode()
        assert Read.objects.count() == 0

    def test_freshness_ends_at_the_next_change_of_access(self):
        from datetime import timedelta

        from django.utils import timezone

        page = make_article()
        set_access(page, "metered", free_until=timezone.now() + timedelta(seconds=90))
        page = ArticleLikePage.objects.get(pk=page.pk)
        response = answered(HttpResponse(str(page.body), headers={"Cache-Control": "public, max-age=30, s-maxage=600"}))
        assert CANARY in response.content.decode()
        said = response["Cache-Control"]
        assert said.startswith("public, max-age=30, s-maxage=")
        assert 80 <= int(said.rpartition("=")[2]) <= 90

    def test_every_metered_part_of_a_page_is_filled(self, client):
        from tests.content.test_locked_value import make_nested

        page = make_nested()
        # The second half of the page is behind the wall itself, with the two parts that stand in it.
        walled = client.get(page.url).content.decode()
        assert walled.count("data-wpr-wall") == 2
        assert walled.count('type="email"') == 1
        set_access(page, "free")
        sent = client.get(page.url).content.decode()
        assert sent.count(CANARY) == 3
        assert sent.count('class="wpr-gated"') == 4
        assert sent.count('id="wpr-continue"') == 1

    def test_body_with_a_cut_paragraph_is_whole(self):
        page = make_article(access="free")
        page.body = [("paragraph", text("alpha " * 60, "beta " * 60, "gamma"))]
        page.save()
        page = ArticleLikePage.objects.get(pk=page.pk)
        sent = answered(HttpResponse(str(page.body))).content.decode()
        assert (sent.count("alpha"), sent.count("beta"), sent.count("gamma")) == (60, 60, 1)
        assert len(open_whole(page.body)) == 1
