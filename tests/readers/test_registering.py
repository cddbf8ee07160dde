from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.readers.conftest import Window, add_article, browser, code_in, link_in, newest_mail
from wagtail_wpr import signals
from wagtail_wpr.access.models import Read
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.readers.models import Address, ReaderProfile, SignIn


pytestmark = pytest.mark.django_db


class TestInstantUnlock:
    def test_answer_leads_back_to_where_reading_stopped(self, article):
        answer = Window().register(article)
        assert answer.status_code == 303
        assert answer["Location"] == "/rivers/#wpr-continue"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex"

    def test_this_article_opens_and_no_other(self, article, other_article):
        window = Window()
        assert window.wall(article) == "register"
        window.register(article)
        assert window.reads(article)
        assert not window.reads(other_article)
        assert window.wall(other_article) == "confirm"

    def test_no_user_before_proof(self, article):
        Window().register(article)
        assert get_user_model().objects.count() == 0
        assert Address.objects.get().proved_at is None
        assert SignIn.objects.get().purpose == "register"

    def test_article_for_subscribers_stays_shut(self, site):
        page = add_article(site, "archive", "subscribers")
        window = Window()
        assert window.register(page).status_code == 303
        assert not window.reads(page)
        assert len(mail.outbox) == 1

    def test_article_for_registered_readers_opens(self, site):
        page = add_article(site, "members", "registered")
        window = Window()
        window.register(page)
        assert window.reads(page)

    def test_signal(self, article):
        heard = []

        def hear(sender, request, page, **kwargs):
            heard.append(page.pk)

        signals.unlocked.connect(hear)
        try:
            window = Window()
            window.register(article)
            window.register(article)
        finally:
            signals.unlocked.disconnect(hear)
        assert heard == [article.pk]

    def test_confirm_box_beside_the_open_article(self, article):
        window = Window()
        window.register(article)
        text = window.client.get(article.url).content.decode()
        assert 'class="wpr-confirm"' in text
        assert 'name="code"' in text
        assert "a…a@example.org" in text


class TestLimits:
    def test_new_address_in_the_same_browser_unlocks_nothing_more(self, article, other_article):
        window = Window()
        window.register(article)
        answer = window.register(other_article, "berta@example.org")
        assert answer.status_code == 303
        assert answer["Location"] == "/lakes/#wpr-continue"
        assert not window.reads(other_article)
        assert window.wall(other_article) == "confirm"
        assert [message.to for message in mail.outbox] == [["anna@example.org"], ["berta@example.org"]]

    def test_a_cookie_from_before_the_unlock_is_worth_nothing(self, article, other_article):
        window = Window()
        window.ask_for_link()
        before = window.client.cookies["wpr_browser"].value
        window.register(article)
        window.client.cookies.clear()
        window.client.cookies["wpr_browser"] = before
        window.register(other_article)
        assert not window.reads(other_article)
        assert window.wall(other_article) == "confirm"

    def test_a_double_click_whose_first_answer_is_lost_opens_the_article(self, article, other_article):
        window = Window()
        window.ask_for_link()
        before = window.client.cookies["wpr_browser"].value
        for _click in range(2):
            window.client.cookies.clear()
            window.client.cookies["wpr_browser"] = before
            window.register(article)
        assert window.reads(article)
        window.client.cookies.clear()
        window.client.cookies["wpr_browser"] = before
        window.register(other_article)
        assert not window.reads(other_article)

    def test_same_address_in_a_new_browser(self, article):
        first, second = Window(), Window()
        first.register(article)
        second.register(article)
        assert second.reads(article)
        assert Address.objects.count() == 1
        assert SignIn.objects.count() == 2

    def test_twenty_private_windows_on_one_network(self, article):
        windows = [Window() for _ in range(20)]
        answers = [window.register(article, f"w{i}@example.org") for i, window in enumerate(windows)]
        assert {answer.status_code for answer in answers} == {303}
        assert [window.reads(article) for window in windows] == [True] * 10 + [False] * 10
        assert [window.wall(article) for window in windows[10:]] == ["confirm"] * 10
        assert len(mail.outbox) == 20
        elsewhere = Window(browser("198.51.100.7"))
        elsewhere.register(article, "x@example.org")
        assert elsewhere.reads(article)

    def test_one_ipv6_network_is_one_network(self, article):
        windows = [Window(browser(f"2001:db8::{i:x}")) for i in range(1, 13)]
        for i, window in enumerate(windows):
            window.register(article, f"w{i}@example.org")
        assert [window.reads(article) for window in windows] == [True] * 10 + [False] * 2

    def test_mails_to_one_address_fall_silent_and_the_answer_stays(self, article):
        answers = [Window(browser(f"192.0.2.{i}")).register(article, f"anna+{i}@example.org") for i in range(1, 9)]
        assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, "/rivers/#wpr-continue")}
        assert len(mail.outbox) == 5

    @override_settings(WPR_POSTS_PER_NETWORK=3)
    def test_flood(self, article):
        answers = [Window().register(article, f"w{i}@example.org") for i in range(5)]
        assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
        assert 1 <= int(answers[3]["Retry-After"]) <= 3600
        assert "Please wait a little" in answers[3].content.decode()
        assert len(mail.outbox) == 3

    def test_suppressed_address_gets_no_mail_and_the_same_answer(self, article):
        Address.objects.create(key="k", exact="gone@example.org", canonical="gone@example.org")
        Window().register(article, "anna@example.org")
        Address.objects.filter(exact="anna@example.org").update(suppressed=True)
        mail.outbox.clear()
        answer = Window().register(article, "anna@example.org")
        assert answer.status_code == 303
        assert mail.outbox == []


class TestForm:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "anna",
            "anna@",
            "@example.org",
            "a b@example.org",
            "a@b",
            "a@example.org\nBcc: x@example.org",
            "x" * 300 + "@example.org",
        ],
    )
    def test_malformed_address(self, article, text):
        answer = Window().register(article, text)
        page = answer.content.decode()
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in page
        assert 'aria-describedby="id_email_error"' in page
        assert 'id="id_email_error"' in page
        assert 'autocomplete="email"' in page
        assert mail.outbox == []
        assert SignIn.objects.count() == 0

    @override_settings(WPR_DISPOSABLE_DOMAINS=["throwaway.example"])
    def test_disposable_domain(self, article):
        answer = Window().register(article, "x@ThrowAway.example")
        assert answer.status_code == 400
        assert "throw-away" in answer.content.decode()

    def test_honeypot_gets_the_same_answer_and_nothing_else(self, article):
        window = Window()
        answer = window.register(article, website="https://spam.example")
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/#wpr-continue")
        assert not window.reads(article)
        assert mail.outbox == []
        assert Address.objects.count() == 0

    @pytest.mark.parametrize("token", ["", "1", "nonsense:signature", "https://evil.example/", "eyJwYWdlIjoxfQ:x"])
    def test_article_we_did_not_sign(self, article, token):
        answer = Window().client.post("/wpr/register/", {"email": "a@example.org", "article": token})
        assert answer.status_code == 400
        assert "reload" in answer.content.decode()
        assert mail.outbox == []

    def test_article_that_went_offline(self, article):
        token = sign_article(article)
        article.unpublish()
        answer = Window().client.post("/wpr/register/", {"email": "a@example.org", "article": token})
        assert answer.status_code == 400

    def test_other_site_may_not_post(self, article):
        client = browser()
        headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        answer = client.post(
            "/wpr/register/", {"email": "a@example.org", "article": sign_article(article)}, headers=headers
        )
        assert answer.status_code == 403
        assert mail.outbox == []

    def test_get_is_refused(self, article):
        assert Window().client.get("/wpr/register/").status_code == 405

    def test_tampered_grant(self, article, other_article):
        window = Window()
        window.register(article)
        cookie = window.client.cookies["wpr_grant"].value
        window.client.cookies["wpr_grant"] = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
        assert not window.reads(article)
        assert window.wall(article) == "confirm"

    def test_grant_of_another_browser(self, article):
        first, second = Window(), Window()
        first.register(article)
        second.ask_for_link()
        second.client.cookies["wpr_grant"] = first.client.cookies["wpr_grant"].value
        assert not second.reads(article)


class TestSameAnswerForEveryone:
    """What a stranger sees does not depend on whether there is an account."""

    @pytest.fixture
    def addresses(self, article):
        model = get_user_model()
        window = Window(browser("203.0.113.1"))
        window.register(article, "proved@example.org")
        window.press(link_in(newest_mail()))
        model.objects.create_user("old", "host@example.org", "secret")
        model.objects.create_user("chief", "staff@example.org", "secret", is_staff=True)
        model.objects.create_user("gone", "closed@example.org", "secret", is_active=False)
        return [
            "nobody@example.org",
            "proved@example.org",
            "host@example.org",
            "staff@example.org",
            "closed@example.org",
        ]

    def test_registering(self, article, addresses):
        answers = [Window(browser(f"192.0.2.{i}")).register(article, address) for i, address in enumerate(addresses)]
        seen = {
            (a.status_code, a.content, a["Location"], tuple(sorted(a.cookies)), tuple(sorted(a.headers)))
            for a in answers
        }
        assert len(seen) == 1

    def test_logging_in_and_the_page_after_it(self, addresses):
        seen = set()
        for i, address in enumerate(addresses):
            window = Window(browser(f"192.0.2.{i}"))
            answer = window.ask_for_link(address)
            after = window.client.get(answer["Location"])
            body = after.content.decode().replace(f"{address[0]}…{address.partition('@')[0][-1]}@", "@")
            seen.add((answer.status_code, answer["Location"], answer.content, after.status_code, body))
        assert len(seen) == 1

    def test_no_account_is_looked_up(self, article, addresses):
        counts = set()
        for i, address in enumerate(addresses[1:]):
            Address.objects.get_or_create(key=f"seen{i}", defaults={"exact": address, "canonical": address})
            window = Window(browser(f"192.0.2.{i}"))
            with CaptureQueriesContext(
                connection,
            ) as captured:
                window.ask_for_link(address)
            tables = [q["sql"] for q in captured if "auth_user" in q["sql"] or "readerprofile" in q["sql"].lower()]
            counts.add(len(tables))
        assert counts == {0}

    def test_mails_differ_in_nothing_but_secrets(self, article, addresses):
        texts = set()
        mail.outbox.clear()
        for i, address in enumerate(addresses):
            Window(browser(f"192.0.2.{i}")).register(article, address)
            message = newest_mail()
            text = message.subject + message.body
            for secret in (link_in(message), code_in(message), address):
                text = text.replace(secret, "")
            texts.add(text)
        assert len(mail.outbox) == 5
        assert len(texts) == 1


class TestProof:
    def test_link_makes_the_reader_and_leads_back(self, article):
        window = Window()
        window.register(article)
        answer = window.press(link_in(newest_mail()))
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/#wpr-continue")
        user = get_user_model().objects.get()
        assert window.user_id == str(user.pk)
        assert user.email == "anna@example.org"
        assert not user.has_usable_password()
        assert "anna" not in user.username
        profile = ReaderProfile.objects.get()
        assert profile.address.exact == "anna@example.org"
        assert profile.address.proved_at is not None
        assert profile.source_page_id == article.pk
        assert profile.source_key == str(article.translation_key)
        assert profile.consent_network == "192.0.2.1"
        assert profile.consent_at is not None
        assert "Leave your e-mail address" in profile.consent_text

    def test_promise_of_the_wall_is_the_evidence(self, article):
        page = Window().client.get(article.url).content.decode()
        token = re.search(r'name="article" value="([^"]+)"', page)[1]
        window = Window()
        window.client.post("/wpr/register/", {"email": "a@example.org", "article": token})
        assert "Keep reading for free" in SignIn.objects.get().consent_text

    def test_article_of_the_registration_is_not_counted(self, article, other_article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        row = Read.objects.get()
        assert (row.content, row.seat) == (str(article.translation_key), None)
        assert window.reads(article)
        assert window.reads(other_article)
        assert Read.objects.filter(seat__isnull=False).count() == 1

    def test_cookies_of_the_unlock_go(self, article):
        window = Window()
        window.register(article)
        answer = window.press(link_in(newest_mail()))
        assert answer.cookies["wpr_grant"].value == ""
        assert answer.cookies["wpr_browser"].value == ""

    def test_known_reader_registering_again_gets_no_uncounted_article(self, article, other_article):
        first, second = Window(), Window(browser("192.0.2.9"))
        first.register(article)
        first.press(link_in(newest_mail()))
        second.register(other_article)
        second.press(link_in(newest_mail()))
        assert list(Read.objects.values_list("content", flat=True)) == [str(article.translation_key)]
        assert get_user_model().objects.count() == 1

    def test_signal(self, article):
        heard = []

        def hear(sender, request, reader, profile, **kwargs):
            heard.append((reader.email, profile.address.exact))

        signals.registered.connect(hear)
        try:
            window = Window()
            window.register(article)
            window.press(link_in(newest_mail()))
            other = Window(browser("192.0.2.9"))
            other.ask_for_link()
            other.press(link_in(newest_mail()))
        finally:
            signals.registered.disconnect(hear)
        assert heard == [("anna@example.org", "anna@example.org")]

    def test_session_key_changes(self, article):
        window = Window()
        session = window.client.session
        session["before"] = "1"
        session.save()
        window.client.cookies["sessionid"] = session.session_key
        window.register(article)
        window.press(link_in(newest_mail()))
        assert window.client.cookies["sessionid"].value != session.session_key

    def test_one_address_written_in_two_ways_is_two_identities(self, article):
        for address in ("anna@example.org", "Anna@example.org", "anna+x@example.org"):
            window = Window()
            window.register(article, address)
            window.press(link_in(newest_mail()))
        assert get_user_model().objects.count() == 3

    def test_domain_in_capitals_is_the_same_identity(self, article):
        for address in ("anna@example.org", "anna@EXAMPLE.org"):
            window = Window()
            window.register(article, address)
            window.press(link_in(newest_mail()))
        assert get_user_model().objects.count() == 1
