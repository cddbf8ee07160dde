"""The page for everybody: what it holds, what it says to caches, and what follows ``?wpr-inline=1``."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.factories import CANARY, make_article, make_subscriber, make_user, set_access
from wagtail_wpr.access.models import MeterSettings, Read
from wagtail_wpr.slots import markers, tokens
from wagtail_wpr.slots.middleware import SlotMiddleware
from wagtail_wpr.slots.models import DeliverySettings


pytestmark = pytest.mark.django_db

SCRIPT = re.compile(r"<script[^>]*wpr-slots\.js[^>]*>")


@pytest.fixture(autouse=True)
def fetch(settings: Any) -> None:
    settings.WPR_DELIVERY = "fetch"


class TestPage:
    @pytest.mark.parametrize("access", ["metered", "registered", "subscribers", "free"])
    def test_is_the_same_for_everybody(self, access):
        page = make_article(access=access)
        sent = set()
        for user in (None, make_user(), make_subscriber(), make_user("chief", is_superuser=True)):
            client = Client()
            if user is not None:
                client.force_login(user)
            answer = client.get(page.url)
            sent.add(answer.content)
            assert not answer.cookies
        assert len(sent) == 1
        assert (CANARY.encode() in sent.pop()) == (access == "free")

    def test_keeps_its_slots_around_what_suits_a_visitor(self, client):
        html = client.get(make_article().url).content.decode()
        (token,) = [token for token in markers.tokens(html) if tokens.read(token).kind == "body"]
        start = html.index(f'<wpr-slot token="{token}">')
        inside = html[start : html.index("</wpr-slot>", start)]
        assert 'data-wpr-wall="register"' in inside
        assert '<a href="?wpr-inline=1#wpr-continue" rel="nofollow">' in inside

    def test_brings_the_script_once_before_the_first_slot(self, client):
        html = client.get(make_article().url).content.decode()
        (script,) = SCRIPT.findall(html)
        assert ' defer data-wpr-slots="/wpr/slots/" data-wpr-shown="/wpr/shown/">' in script
        assert html.index(script) + len(script + "</script>") == html.index("<wpr-slot ")

    def test_free_body_is_in_the_page_and_no_slot(self, client):
        html = client.get(make_article(access="free").url).content.decode()
        assert html.count(CANARY) == 3
        assert {tokens.read(token).kind for token in markers.tokens(html)} == {"account", "meter"}
        assert "wpr-inline" not in html

    def test_without_a_slot_there_is_no_script(self):
        html = str(make_article(access="free").body)
        sent = SlotMiddleware(lambda asked: HttpResponse(html))(RequestFactory().get("/")).content.decode()
        assert sent.count(CANARY) == 3
        assert not SCRIPT.search(sent)

    def test_script_always_asks_where_visitors_have_free_articles(self, client):
        page = make_article()
        MeterSettings.objects.create(site_id=page.get_site().pk, visitor_limit=2)
        (script,) = SCRIPT.findall(client.get(page.url).content.decode())
        assert "data-wpr-always" in script

    def test_does_not_count_where_counting_is_off(self, client, settings):
        settings.WPR_COUNT_WALLS = False
        (script,) = SCRIPT.findall(client.get(make_article().url).content.decode())
        assert "data-wpr-shown" not in script

    def test_nothing_is_spent_and_no_session_is_looked_at(self, client):
        client.force_login(make_user())
        answer = client.get(make_article().url)
        assert Read.objects.count() == 0
        assert "Cookie" not in answer.get("Vary", "")


class TestHeaders:
    def sent(self, page: Any, **headers: str) -> Any:
        response = HttpResponse(str(page.body), headers=headers)
        request = RequestFactory().get("/")
        request.user = make_subscriber()
        return SlotMiddleware(lambda asked: response)(request)

    def test_of_the_host_stay(self):
        sent = self.sent(make_article(), **{"Cache-Control": "public, s-maxage=600", "ETag": '"x"'})
        assert sent["Cache-Control"] == "public, s-maxage=600"
        # The host's ETag knows nothing of access: in its place there is one of what is sent.
        assert sent.has_header("ETag") and sent["ETag"] != '"x"'
        assert not sent.has_header("Vary")

    def test_freshness_ends_at_the_next_change_of_access(self):
        page = make_article()
        set_access(page, "metered", free_from=timezone.now() + timedelta(seconds=90))
        sent = self.sent(type(page).objects.get(pk=page.pk), **{"Cache-Control": "public, s-maxage=600"})
        assert 80 <= int(sent["Cache-Control"].rpartition("=")[2]) <= 90


class TestWithoutScript:
    def test_link_opens_the_article_inline_and_uncached(self, client):
        client.force_login(make_subscriber())
        answer = client.get(make_article().url + "?wpr-inline=1")
        html = answer.content.decode()
        assert html.count(CANARY) == 3
        assert markers.OPENING not in html
        assert answer["Cache-Control"] == "private, no-store"
        assert "Cookie" in answer["Vary"]

    def test_visitor_who_follows_it_gets_the_wall_uncached(self, client):
        answer = client.get(make_article().url + "?wpr-inline=1")
        assert CANARY not in answer.content.decode()
        assert 'data-wpr-wall="register"' in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"

    def test_prefetch_of_it_spends_nothing(self, client):
        client.force_login(make_user())
        answer = client.get(make_article().url + "?wpr-inline=1", headers={"Sec-Purpose": "prefetch"})
        assert answer.status_code == 503
        assert Read.objects.count() == 0


class TestSitesOwnWay:
    def test_goes_before_the_installations(self, client, settings):
        settings.WPR_DELIVERY = "inline"
        page = make_article()
        assert markers.OPENING not in client.get(page.url).content.decode()
        DeliverySettings.objects.create(site=page.get_site(), delivery="fetch")
        assert markers.OPENING in client.get(page.url).content.decode()
        DeliverySettings.objects.all().delete()
        assert markers.OPENING not in client.get(page.url).content.decode()

    def test_may_be_inline_on_an_installation_that_fetches(self, client):
        page = make_article()
        DeliverySettings.objects.create(site=page.get_site(), delivery="inline")
        assert markers.OPENING not in client.get(page.url).content.decode()


class TestAdvertisement:
    SOURCE = '{% load wpr_tags %}{% wpr_ad "column" %}<p>Buy barges</p>{% endwpr_ad %}'

    def sent(self, user: Any = None) -> str:
        from django.contrib.auth.models import AnonymousUser

        request = RequestFactory().get("/")
        request.user = user or AnonymousUser()
        html = Template(self.SOURCE).render(Context())
        return SlotMiddleware(lambda asked: HttpResponse(html))(request).content.decode()

    def entitled(self) -> Any:
        from wagtail_wpr.access.models import Entitlement

        user = make_user("entitled")
        Entitlement.objects.create(user=user, name="ad_free", source="test")
        return user

    def test_is_inert_in_a_page_for_everybody(self):
        for user in (None, make_user(), self.entitled()):
            assert "<template><p>Buy barges</p></template></wpr-slot>" in self.sent(user)

    def test_inline_it_is_there_for_visitors_and_readers(self, settings):
        settings.WPR_DELIVERY = "inline"
        assert self.sent() == "<p>Buy barges</p>"
        assert self.sent(make_user()) == "<p>Buy barges</p>"

    def test_inline_nothing_of_it_is_sent_to_who_is_entitled(self, settings):
        settings.WPR_DELIVERY = "inline"
        assert self.sent(self.entitled()) == ""

    def test_wants_a_name(self):
        from django.template import TemplateSyntaxError

        with pytest.raises(TemplateSyntaxError, match="Name the advertisement and nothing else"):
            Template("{% load wpr_tags %}{% wpr_ad %}{% endwpr_ad %}")


class TestScript:
    def test_is_small_and_needs_no_inline_code(self):
        source = Path(finders.find("wagtail_wpr/wpr-slots.js")).read_bytes()
        assert len(gzip.compress(source, 9)) <= 2048
        assert b"eval(" not in source
