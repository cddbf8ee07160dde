"""An advertisement in a page for everybody: inert until the script knows that its reader may be shown it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import Client
from django.urls import path
from playwright.sync_api import expect

from tests import urls
from tests.factories import make_user
from wagtail_wpr.access.models import Entitlement


if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOURCE = """{% load wpr_tags %}<!doctype html><html lang="en"><title>Barges</title><body>
{% wpr_account %}<main><p>Text</p></main>
{% wpr_ad "column" %}<p class="ad">Barges to let</p><img src="/static/wagtail_wpr/counted.gif" alt="">
<script>window.adsRun = (window.adsRun || 0) + 1;</script>{% endwpr_ad %}</body></html>"""


def advertisement(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template(SOURCE).render(RequestContext(request)))


urlpatterns = [path("advertisement/", advertisement), *urls.urlpatterns]

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=["inline", "fetch"])
def page(request: Any, settings: Any, chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A page of Chromium that counts the pictures of advertisements it loads."""
    settings.WPR_DELIVERY = request.param
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


@pytest.fixture
def pictures(page: Page) -> list[str]:
    """The pictures of advertisements that the page asks for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "counted.gif" in request.url else None)
    return asked


@pytest.fixture
def sign_in(page: Page, live_server: Any) -> Callable[[Any], None]:
    """Makes the browser that of a signed-in reader."""

    def sign_in(user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        for name, value in ((django_settings.SESSION_COOKIE_NAME, session), ("wpr_reader", "1")):
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return sign_in


class TestAdvertisement:
    def test_is_shown_to_a_visitor_once(self, page: Page, pictures: list[str]) -> None:
        page.goto("/advertisement/")
        expect(page.locator(".ad")).to_be_visible()
        assert page.evaluate("window.adsRun") == 1
        assert len(pictures) == 1

    def test_is_shown_to_a_reader_who_is_not_entitled(self, page: Page, sign_in: Callable[[Any], None]) -> None:
        sign_in(make_user())
        page.goto("/advertisement/")
        expect(page.locator(".ad")).to_be_visible()
        expect(page.locator("nav.wpr-account")).to_have_attribute("data-wpr-account", "reader")
        assert page.evaluate("window.adsRun") == 1

    def test_nothing_of_it_loads_for_who_is(
        self, page: Page, pictures: list[str], sign_in: Callable[[Any], None]
    ) -> None:
        user = make_user()
        Entitlement.objects.create(user=user, name="ad_free", source="test")
        sign_in(user)
        page.goto("/advertisement/")
        expect(page.locator("nav.wpr-account")).to_have_attribute("data-wpr-account", "reader")
        expect(page.locator(".ad")).to_have_count(0)
        assert page.evaluate("window.adsRun") is None
        assert pictures == []
