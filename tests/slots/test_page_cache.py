"""Django's page cache below the filler: what it keeps, and who is answered from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from wagtail.models import Site

from tests.factories import CANARY, home, make_article, make_subscriber, make_user, set_access
from tests.urls import urlpatterns as of_the_tests
from wagtail_wpr.access.models import MeterSettings, Read
from wagtail_wpr.content import bodies
from wagtail_wpr.slots.filling import page_of_cached_answer


pytestmark = pytest.mark.django_db


def shop(request: HttpRequest) -> HttpResponse:
    return HttpResponse("A view of the host's own.")


urlpatterns = [path("tides/", shop, name="shop"), *of_the_tests]


@pytest.fixture(autouse=True)
def cached(settings: Any) -> None:
    ours = "wagtail_wpr.slots.middleware.SlotMiddleware"
    above = settings.MIDDLEWARE[: settings.MIDDLEWARE.index(ours) + 1]
    settings.MIDDLEWARE = [
        *above,
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE[len(above) :],
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    settings.CACHE_MIDDLEWARE_SECONDS = 600


class TestAnswersFromThePageCache:
    def test_reader_with_free_articles_left_reads_and_is_counted_once(self, client):
        page = make_article()
        client.get(page.url)  # a visitor warms the cache
        client.force_login(make_user())
        seen = [CANARY in client.get(page.url).content.decode() for _ in range(2)]
        assert seen == [True, True]
        assert Read.objects.count() == 1

    def test_meter_is_exact(self, client):
        pages = [make_article(f"Article {n}") for n in range(4)]
        for page in pages:
            client.get(page.url)
        client.force_login(make_user())
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, True, True, False]

    def test_visitor_with_free_articles_reads_and_is_counted(self, client):
        pages = [make_article(f"Article {n}") for n in range(2)]
        for page in pages:
            client.head(page.url)
            client.get(page.url)
        assert Read.objects.count() == 0
        site = Site.objects.get(is_default_site=True)
        MeterSettings.objects.create(site=site, visitor_limit=1)
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, False]

    def test_head_and_prefetch_spend_nothing(self, client):
        page = make_article()
        client.get(page.url)
        client.force_login(make_user())
        client.head(page.url)
        assert client.get(page.url, headers={"Sec-Purpose": "prefetch"}).status_code == 503
        assert Read.objects.count() == 0

    def test_subscribers_body_is_in_no_page_cache_and_reaches_no_visitor(self, client):
        page = make_article(access="subscribers")
        client.force_login(make_subscriber())
        answer = client.get(page.url)
        assert CANARY in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
        for key, value in cache._cache.items():
            assert CANARY.encode() not in value or bodies.PREFIX in key
        client.logout()
        assert CANARY not in client.get(page.url).content.decode()

    def test_free_page_that_was_closed_or_unpublished_is_closed_at_once(self, client):
        page, other = make_article(access="free"), make_article("Other", access="free")
        assert CANARY in client.get(page.url).content.decode()
        assert CANARY in client.get(other.url).content.decode()
        set_access(page, "subscribers")
        other.unpublish()
        assert CANARY not in client.get(page.url).content.decode()
        assert CANARY not in client.get(other.url).content.decode()


class TestPageOfCachedAnswer:
    def test_is_found_by_the_address(self):
        page = make_article()
        assert page_of_cached_answer(RequestFactory().get(page.url)) == page

    def test_is_none_for_a_view_of_the_hosts_own(self, settings):
        settings.ROOT_URLCONF = "tests.slots.test_page_cache"
        page = make_article()
        assert page.url == "/tides/"
        assert page_of_cached_answer(RequestFactory().get("/tides/")) is None

    @pytest.mark.parametrize("address", ["/nothing/like/it/", "/wpr/log-in/", "/no.such-thing"])
    def test_is_none_where_no_page_is(self, address):
        home()
        assert page_of_cached_answer(RequestFactory().get(address)) is None

    def test_is_none_after_routing(self):
        request = RequestFactory().get(make_article().url)
        request._wagtail_route_for_request = None
        assert page_of_cached_answer(request) is None
