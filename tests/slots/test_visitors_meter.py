"""Where the site's settings give visitors free articles, they are counted by browser."""

from __future__ import annotations

import pytest
from wagtail.models import Site

from tests.factories import CANARY, home, make_article
from wagtail_wpr.access.models import MeterSettings, Read


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_for_visitors():
    home()
    MeterSettings.objects.create(site=Site.objects.get(is_default_site=True), visitor_limit=2)


class TestVisitor:
    def test_reads_two_and_meets_the_wall(self, client):
        pages = [make_article(f"Article {n}") for n in range(3)]
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, True, False]
        assert CANARY in client.get(pages[0].url).content.decode()
        assert Read.objects.filter(seat__isnull=False).count() == 2

    def test_first_answer_is_private_and_names_the_browser(self, client):
        answer = client.get(make_article().url)
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.cookies["wpr_browser"]["httponly"] is True

    def test_who_refuses_cookies_reads_no_more_than_the_network_may(self, client, settings):
        settings.WPR_BROWSERS_PER_NETWORK = 3
        pages = [make_article(f"Article {n}") for n in range(5)]
        seen = []
        for page in pages:
            client.cookies.clear()
            seen.append(CANARY in client.get(page.url).content.decode())
        assert seen == [True, True, True, False, False]

    def test_id_from_a_form_is_no_way_around_that(self, client, settings):
        """Every post to a form gives a fresh id; the free articles are for browsers that were let in."""
        settings.WPR_BROWSERS_PER_NETWORK = 2
        pages = [make_article(f"Article {n}") for n in range(5)]
        seen = []
        for number, page in enumerate(pages):
            client.cookies.clear()
            form = {"email": f"nobody{number}@example.org"}
            answer = client.post("/wpr/log-in/", form, headers={"Origin": "http://testserver"})
            assert answer.cookies["wpr_browser"].value
            seen.append(CANARY in client.get(page.url).content.decode())
        assert seen == [True, True, False, False, False]

    def test_browser_with_an_id_keeps_it_when_it_is_let_in(self, client):
        client.post("/wpr/log-in/", {"email": "anna@example.org"}, headers={"Origin": "http://testserver"})
        pages = [make_article(f"Article {n}") for n in range(3)]
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, True, False]
        assert len(set(Read.objects.values_list("holder", flat=True))) == 1

    def test_head_and_prefetch_name_no_browser(self, client):
        page = make_article()
        assert "wpr_browser" not in client.head(page.url).cookies
        answer = client.get(page.url, headers={"Sec-Purpose": "prefetch"})
        assert "wpr_browser" not in answer.cookies
        assert CANARY not in answer.content.decode()

    def test_free_articles_of_a_visitor_are_not_a_second_allowance(self, client):
        from tests.factories import make_user
        from wagtail_wpr.access.ledger import merge_browser
        from wagtail_wpr.access.models import Read as Ledger

        pages = [make_article(f"Article {n}") for n in range(4)]
        for page in pages[:2]:
            client.get(page.url)
        user = make_user()
        browser = Ledger.objects.values_list("holder", flat=True).first().removeprefix("b:")
        merge_browser(browser, user)
        client.force_login(user)
        seen = [CANARY in client.get(page.url).content.decode() for page in pages]
        assert seen == [True, True, True, False]
