from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from tests.readers.conftest import Window, code_in, link_in, newest_mail
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.readers.models import ReaderProfile, SignIn


pytestmark = pytest.mark.django_db


def expire() -> None:
    SignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


class TestLogIn:
    def test_page(self, site):
        answer = Window().client.get("/wpr/log-in/")
        text = answer.content.decode()
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert text.count('type="email"') == 1
        assert 'autocomplete="email"' in text
        assert '<label for="id_email">' in text

    @override_settings(DEFAULT_FROM_EMAIL="The Delta <post@delta.example>")
    def test_page_after_it(self, site):
        window = Window()
        answer = window.ask_for_link()
        assert answer.status_code == 303
        text = window.client.get(answer["Location"]).content.decode()
        assert "post@delta.example" in text
        assert "a…a@example.org" in text
        assert 'name="code"' in text
        assert "spam folder" in text
        assert newest_mail().from_email == "The Delta <post@delta.example>"

    def test_goes_back_to_the_article(self, article):
        window = Window()
        window.ask_for_link(article=sign_article(article))
        assert window.press(link_in(newest_mail()))["Location"] == "/rivers/#wpr-continue"

    def test_goes_on_to_a_path(self, site):
        window = Window()
        window.ask_for_link(next="/wpr/account/?a=b")
        assert window.press(link_in(newest_mail()))["Location"] == "/wpr/account/?a=b"

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/ /evil.example",
            "/\t/evil.example",
            "http:/evil.example",
            "///evil.example",
            "evil.example",
            "/" + "a" * 600,
        ],
    )
    def test_open_redirects(self, site, target):
        window = Window()
        shown = window.client.get("/wpr/log-in/", {"next": target}).content.decode()
        assert 'name="next"' not in shown
        window.ask_for_link(next=target)
        assert window.press(link_in(newest_mail()))["Location"] == "/wpr/account/"
        assert window.client.post("/wpr/log-out/", {"next": target})["Location"] == "/"

    def test_stored_path_is_looked_at_again(self, site):
        window = Window()
        window.ask_for_link()
        SignIn.objects.update(next_path="//evil.example/")
        assert window.press(link_in(newest_mail()))["Location"] == "/wpr/account/"

    def test_who_is_signed_in_goes_on(self, article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        assert window.client.get("/wpr/log-in/", {"next": "/rivers/"})["Location"] == "/rivers/"

    def test_proving_an_unknown_address_opens_an_account(self, site):
        window = Window()
        window.ask_for_link("new@example.org")
        window.press(link_in(newest_mail()))
        assert get_user_model().objects.get().email == "new@example.org"

    def test_log_in_unlocks_nothing(self, article):
        window = Window()
        window.ask_for_link(article=sign_article(article))
        assert not window.reads(article)

    def test_log_out(self, article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        assert window.client.get("/wpr/log-out/").status_code == 405
        assert window.user_id
        answer = window.client.post("/wpr/log-out/", {"next": "/rivers/"})
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/")
        assert window.user_id is None

    def test_malformed(self, site):
        answer = Window().ask_for_link("anna")
        assert answer.status_code == 400
        assert 'aria-describedby="id_email_error"' in answer.content.decode()


class TestResend:
    def test_same_link_and_code_again(self, article):
        window = Window()
        window.register(article)
        answer = window.client.post("/wpr/resend/", {"article": sign_article(article)})
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/#wpr-continue")
        assert len(mail.outbox) == 2
        assert mail.outbox[0].body == mail.outbox[1].body
        assert SignIn.objects.count() == 1

    def test_another_address(self, article):
        window = Window()
        window.register(article, "ana@example.org")
        window.client.post("/wpr/resend/", {"article": sign_article(article), "email": "anna@example.org"})
        assert [message.to[0] for message in mail.outbox] == ["ana@example.org", "anna@example.org"]
        assert window.code(code_in(newest_mail())).status_code == 303
        assert ReaderProfile.objects.get().address.exact == "anna@example.org"
        assert ReaderProfile.objects.get().source_page_id == article.pk

    def test_from_another_article_leads_back_there_and_the_first_stays_uncounted(self, article, other_article):
        window = Window()
        window.register(article)
        window.client.post("/wpr/resend/", {"article": sign_article(other_article)})
        assert window.press(link_in(newest_mail()))["Location"].startswith("/lakes/")
        assert ReaderProfile.objects.get().source_page_id == article.pk

    def test_nothing_pending(self, site):
        answer = Window().client.post("/wpr/resend/")
        assert (answer.status_code, answer["Location"]) == (303, "/wpr/log-in/")
        assert mail.outbox == []

    def test_after_it_expired_there_is_a_new_one(self, article):
        window = Window()
        window.register(article)
        expire()
        window.client.post("/wpr/resend/", {"article": sign_article(article)})
        assert window.code(code_in(newest_mail())).status_code == 303

    def test_limit_silences_and_the_answer_stays(self, article):
        window = Window()
        window.register(article)
        answers = [window.client.post("/wpr/resend/", {"article": sign_article(article)}) for _ in range(8)]
        assert {answer.status_code for answer in answers} == {303}
        assert len(mail.outbox) == 5
