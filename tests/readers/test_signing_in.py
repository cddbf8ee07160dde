from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.dispatch import Signal
from django.test import override_settings
from django.utils import timezone

from tests.readers.conftest import Window, browser, code_in, link_in, newest_mail, wrong
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.readers.models import ReaderProfile, SignIn
from wagtail_wpr.readers.proof import Refusal, prove
from wagtail_wpr.readers.sign_ins import take_try
from wagtail_wpr.signals import registered, unlocked


pytestmark = pytest.mark.django_db


@contextmanager
def connected(signal: Signal, receiver: Callable[..., None]) -> Iterator[None]:
    signal.connect(receiver)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def expire() -> None:
    SignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


class TestLink:
    def test_fetching_changes_nothing(self, article):
        Window().register(article)
        link = link_in(newest_mail())
        scanner = browser("203.0.113.5")
        before = SignIn.objects.values().get()
        for _ in range(3):
            assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
        assert SignIn.objects.values().get() == before
        assert get_user_model().objects.count() == 0
        assert not scanner.cookies

    def test_page_has_one_posting_form_without_a_field(self, article):
        window = Window()
        window.register(article)
        answer = window.client.get(link_in(newest_mail()))
        text = answer.content.decode()
        assert text.count("<form") == 1
        assert 'method="post"' in text
        assert "<input" not in text
        assert "a…a@example.org" in text
        assert "anna@example.org" not in text
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"

    def test_receiver_that_fails_does_not_cost_the_sign_in(self, article):
        def fail(**kwargs: object) -> None:
            raise RuntimeError("a host's receiver")

        window = Window()
        with connected(unlocked, fail), connected(registered, fail):
            assert window.register(article).status_code == 303
            assert window.reads(article)
            assert window.press(link_in(newest_mail())).status_code == 303
        assert window.user_id

    def test_works_in_another_browser(self, article):
        Window().register(article)
        phone = Window(browser("198.51.100.9"))
        assert phone.press(link_in(newest_mail())).status_code == 303
        assert phone.user_id

    def test_works_once(self, article):
        window, other = Window(), Window(browser("198.51.100.9"))
        window.register(article)
        link = link_in(newest_mail())
        window.press(link)
        answer = other.press(link)
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()
        assert 'name="email"' in answer.content.decode()
        assert other.user_id is None
        assert other.client.get(link).status_code == 410

    def test_used_link_leads_the_reader_on(self, article):
        window = Window()
        window.register(article)
        link = link_in(newest_mail())
        window.press(link)
        assert window.client.get(link)["Location"] == "/rivers/#wpr-continue"

    def test_expired(self, article):
        window = Window()
        window.register(article)
        expire()
        link = link_in(newest_mail())
        assert window.client.get(link).status_code == 410
        assert window.press(link).status_code == 410
        assert window.user_id is None
        assert get_user_model().objects.count() == 0

    @pytest.mark.parametrize("token", ["x", "A" * 43, "'--", "%00", "é"])
    def test_foreign(self, site, token):
        for answer in (
            Window().client.get(f"/wpr/sign-in/{token}/"),
            Window().press(f"/wpr/sign-in/{token}/"),
        ):
            assert answer.status_code == 404
            assert "Ask for a new one" in answer.content.decode()

    def test_token_is_not_in_the_table(self, article):
        Window().register(article)
        row = SignIn.objects.values().get()
        token = link_in(newest_mail()).rstrip("/").rpartition("/")[2]
        assert len(token) == 43
        assert token not in str(row)
        assert code_in(newest_mail()) not in (row["nonce"], row["code_hash"], row["token_hash"])

    def test_token_needs_the_secret_key(self, article):
        from wagtail_wpr.readers.sign_ins import token_of

        Window().register(article)
        row = SignIn.objects.get()
        with override_settings(SECRET_KEY="a third"):
            assert token_of(row) not in newest_mail().body

    def test_other_site_may_not_press(self, article):
        window = Window()
        window.register(article)
        answer = browser().post(
            link_in(newest_mail()), headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        )
        assert answer.status_code == 403
        assert SignIn.objects.get().used_at is None

    def test_of_callers_at_once_one_gets_the_reader(self, article):
        Window().register(article)
        copies = [SignIn.objects.select_related("address").get() for _ in range(5)]
        proofs = [prove(copy) for copy in copies]
        assert [proof.refusal for proof in proofs] == [None] + [Refusal.OVER] * 4
        assert ReaderProfile.objects.count() == 1

    def test_two_challenges_of_one_address_make_one_user(self, article):
        for window in (Window(), Window()):
            window.register(article)
        links = [link_in(message) for message in mail.outbox]
        assert links[0] != links[1]
        assert [Window().press(link).status_code for link in links] == [303, 303]
        assert get_user_model().objects.count() == 1

    def test_article_that_went_offline_leads_to_the_account(self, article):
        window = Window()
        window.register(article)
        article.unpublish()
        assert window.press(link_in(newest_mail()))["Location"] == "/wpr/account/"


class TestCode:
    def test_signs_in_where_the_reading_goes_on(self, article):
        window = Window()
        window.register(article)
        answer = window.code(code_in(newest_mail()), article=sign_article(article))
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/#wpr-continue")
        assert window.user_id
        assert answer["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("pattern", ["{0}{1}", " {0} {1} ", "{0}-{1}", "{0}\u00a0{1}\n"])
    def test_pasted(self, article, pattern):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        assert window.code(pattern.format(code[:3], code[3:])).status_code == 303

    def test_only_in_the_browser_that_asked(self, article):
        Window().register(article)
        other = Window()
        other.register(article, "other@example.org")
        assert other.code(code_in(mail.outbox[0])).status_code == 400
        assert Window().code(code_in(mail.outbox[0])).status_code == 400
        assert SignIn.objects.filter(used_at__isnull=False).count() == 0

    def test_wrong_code_says_what_to_do(self, article):
        window = Window()
        window.register(article)
        answer = window.code(wrong(code_in(newest_mail())), article=sign_article(article))
        text = answer.content.decode()
        assert answer.status_code == 400
        assert "You have 4 more tries." in text
        assert 'name="code"' in text
        assert 'inputmode="numeric"' in text
        assert 'autocomplete="one-time-code"' in text
        assert 'action="/wpr/resend/"' in text

    def test_five_tries(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        for _ in range(5):
            assert window.code(wrong(code)).status_code == 400
        answer = window.code(code)
        assert answer.status_code == 400
        assert "not after five wrong tries" in answer.content.decode()
        assert window.user_id is None
        assert window.press(link_in(newest_mail())).status_code == 303

    def test_fifth_try_may_be_right(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        for _ in range(4):
            window.code(wrong(code))
        assert window.code(code).status_code == 303

    def test_tries_are_counted_in_the_database(self, article):
        Window().register(article)
        stale = [SignIn.objects.get() for _ in range(12)]
        assert [take_try(copy) for copy in stale] == [True] * 5 + [False] * 7

    def test_asking_again_gives_no_tries_back(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        for _ in range(3):
            window.code(wrong(code))
        window.client.post("/wpr/resend/", {"article": sign_article(article)})
        assert code_in(newest_mail()) == code
        for _ in range(2):
            window.code(wrong(code))
        assert window.code(code).status_code == 400

    def test_guesses_over_many_challenges_are_limited(self, article):
        with override_settings(WPR_MAILS_PER_ADDRESS=100, WPR_UNLOCKS_PER_NETWORK=100):
            for _ in range(4):
                window = Window()
                window.register(article)
                for _try in range(5):
                    window.code(wrong(code_in(newest_mail())))
            window = Window()
            window.register(article)
            assert window.code(code_in(newest_mail())).status_code == 400
            assert window.press(link_in(newest_mail())).status_code == 303

    def test_code_of_a_mail_that_was_never_sent_is_no_guess(self, article):
        with override_settings(WPR_MAILS_PER_ADDRESS=0):
            window = Window()
            window.register(article)
        from wagtail_wpr.readers.sign_ins import code_of

        assert window.code(code_of(SignIn.objects.get())).status_code == 400
        assert SignIn.objects.get().tries == 0

    @pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
    def test_not_six_digits_costs_no_try(self, article, text):
        window = Window()
        window.register(article)
        assert window.code(text).status_code == 400
        assert SignIn.objects.get().tries == 0

    def test_expired(self, article):
        window = Window()
        window.register(article)
        expire()
        assert window.code(code_in(newest_mail())).status_code == 400
        assert window.user_id is None

    def test_used_twice(self, article):
        window = Window()
        window.register(article)
        code = code_in(newest_mail())
        cookie = window.client.cookies["wpr_browser"].value
        window.code(code)
        again = Window()
        again.client.cookies["wpr_browser"] = cookie
        assert again.code(code).status_code == 400
        assert again.user_id is None

    def test_of_two_sides_at_once_one_gets_in(self, article):
        window = Window()
        window.register(article)
        found = SignIn.objects.select_related("address").get()
        copies = [SignIn.objects.select_related("address").get(pk=found.pk) for _ in range(2)]
        assert [take_try(copy) for copy in copies] == [True, True]
        assert [prove(copy).refusal for copy in copies] == [None, Refusal.OVER]
