"""The smaller parts: addresses, limits, state, adapter, checks, and hosts' settings."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, override_settings
from django.urls import resolve
from django.utils.functional import SimpleLazyObject
from hypothesis import given
from hypothesis import strategies as st

from tests.readers.conftest import Window, browser, link_in, newest_mail
from wagtail_wpr.readers.adapter import ReaderAdapter
from wagtail_wpr.readers.addresses import (
    AddressProblem,
    address_row,
    canonical_form,
    key_of,
    masked,
    parse_address,
)
from wagtail_wpr.readers.articles import article_from, sign_article
from wagtail_wpr.readers.checks import check_readers
from wagtail_wpr.readers.limits import Limit
from wagtail_wpr.readers.models import LimitCounter
from wagtail_wpr.readers.state import pending_registration


class NamingAdapter(ReaderAdapter):
    """A host's adapter: names its users, and tells when they come in."""

    def user_fields(self, address):
        return {**super().user_fields(address), "first_name": "Reader", "last_name": "One"}


class NotAnAdapter:
    pass


class TestAddresses:
    @pytest.mark.parametrize(
        ("typed", "exact"),
        [
            ("anna@example.org", "anna@example.org"),
            ("  Anna@EXAMPLE.org ", "Anna@example.org"),
            ("anna+news@example.org", "anna+news@example.org"),
            ("anna@xn--mnchen-3ya.example.de", "anna@münchen.example.de"),
        ],
    )
    def test_exact(self, typed, exact):
        assert parse_address(typed) == exact

    @pytest.mark.parametrize(
        "typed", ["", "@", "anna", "anna@localhost", "a@b@c.de", "a b@c.de", "änna@c.de", "a@c.de\nb"]
    )
    def test_problem(self, typed):
        with pytest.raises(AddressProblem):
            parse_address(typed)

    @pytest.mark.parametrize(
        ("exact", "canonical"),
        [
            ("Anna@example.org", "anna@example.org"),
            ("anna+news@example.org", "anna@example.org"),
            ("a.n.na+x@gmail.com", "anna@gmail.com"),
            ("a.nna@googlemail.com", "anna@gmail.com"),
            ("a.nna@example.org", "a.nna@example.org"),
            ("+@example.org", "+@example.org"),
        ],
    )
    def test_canonical(self, exact, canonical):
        assert canonical_form(exact) == canonical

    @pytest.mark.parametrize(
        ("exact", "shown"), [("anna@example.org", "a…a@example.org"), ("al@example.org", "…@example.org")]
    )
    def test_masked(self, exact, shown):
        assert masked(exact) == shown

    @given(st.emails())
    def test_parsing_is_stable(self, text):
        try:
            exact = parse_address(text)
        except AddressProblem:
            return
        assert parse_address(exact) == exact
        assert canonical_form(canonical_form(exact)) == canonical_form(exact)
        assert exact.rpartition("@")[2] == exact.rpartition("@")[2].lower()

    @pytest.mark.django_db
    def test_row_is_found_by_every_letter(self):
        assert address_row("anna@example.org") == address_row("anna@example.org")
        assert address_row("Anna@example.org") != address_row("anna@example.org")
        assert key_of("anna@example.org") != key_of("Anna@example.org")


@pytest.mark.django_db
class TestLimit:
    def test_counts_exactly(self):
        limit = Limit("post", 3, 3600)
        assert [limit.take("a") for _ in range(5)] == [True, True, True, False, False]
        assert limit.take("b")
        assert LimitCounter.objects.get(subject="a").used == 3

    def test_zero_lets_nothing_through(self):
        limit = Limit("post", 0, 3600)
        assert not limit.take("a")
        assert limit.is_full("a")

    def test_windows_end(self):
        limit = Limit("post", 1, 3600)
        limit.take("a")
        start, end = limit.window(LimitCounter.objects.get().window_start)
        assert (end - start).total_seconds() == 3600
        assert 1 <= limit.seconds_left() <= 3600

    def test_forget(self):
        limit = Limit("browser", 1, None)
        assert limit.take("a")
        assert not limit.take("a")
        limit.forget("a")
        assert limit.take("a")


@pytest.mark.django_db
class TestArticleToken:
    def test_names_the_page_and_the_promise(self, article):
        found = article_from(sign_article(article, promise="Read on."))
        assert found.page.pk == article.pk
        assert found.key == str(article.translation_key)
        assert found.promise == "Read on."

    def test_is_the_same_at_every_call(self, article):
        assert sign_article(article) == sign_article(article)

    def test_tampered(self, article):
        token = sign_article(article)
        assert article_from(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
        assert article_from(token.replace("e", "f", 1)) is None


@pytest.mark.django_db
class TestPendingRegistration:
    def request(self, window: Window):
        request = RequestFactory().get("/")
        request.COOKIES = {name: morsel.value for name, morsel in window.client.cookies.items()}
        request.user = AnonymousUser()
        return request

    def test_nobody(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert pending_registration(None) is None
            assert pending_registration(RequestFactory().get("/")) is None

    def test_waiting(self, article, django_assert_num_queries):
        window = Window()
        window.register(article)
        request = self.request(window)
        with django_assert_num_queries(1):
            found = pending_registration(request)
            assert pending_registration(request) is found
        assert (found.address, found.purpose, found.article_page_id, found.tries_left) == (
            "a…a@example.org",
            "register",
            article.pk,
            5,
        )

    def test_signed_in(self, article):
        window = Window()
        window.register(article)
        request = self.request(window)
        request.user = get_user_model()(pk=1)
        assert pending_registration(request) is None


@pytest.mark.django_db
class TestAdapter:
    @override_settings(WPR_READER_ADAPTER="tests.readers.test_room.NamingAdapter")
    def test_by_setting(self, article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        assert get_user_model().objects.get().get_full_name() == "Reader One"
        assert "Reader One" in window.client.get("/wpr/account/").content.decode()

    def test_reads_the_address_of_the_lazy_user_of_a_request(self):
        user = ReaderAdapter().create_user(address_row("anna@example.org"))
        assert ReaderAdapter().email_of(SimpleLazyObject(lambda: user)) == "anna@example.org"
        assert ReaderAdapter().email_of(AnonymousUser()) == ""

    def test_user_names_are_unique_and_tell_nothing(self):
        adapter = ReaderAdapter()
        users = [adapter.create_user(address_row(f"anna{i}@example.org")) for i in range(3)]
        names = {user.username for user in users}
        assert len(names) == 3
        assert not any("anna" in name for name in names)


class TestChecks:
    def ids(self) -> list[str]:
        return [message.id for message in check_readers()]

    @override_settings(DEFAULT_FROM_EMAIL="post@delta.example")
    def test_all_well(self):
        assert self.ids() == []

    @override_settings(DEFAULT_FROM_EMAIL="webmaster@localhost")
    def test_sender(self):
        assert self.ids() == ["wagtail_wpr.W101"]

    @override_settings(DEFAULT_FROM_EMAIL="post@delta.example", WPR_READER_ADAPTER="nowhere.Adapter")
    def test_adapter_that_is_not_there(self):
        assert self.ids() == ["wagtail_wpr.E101"]

    @override_settings(
        DEFAULT_FROM_EMAIL="post@delta.example", WPR_READER_ADAPTER="tests.readers.test_room.NotAnAdapter"
    )
    def test_adapter_that_is_none(self):
        assert self.ids() == ["wagtail_wpr.E102"]

    @override_settings(DEFAULT_FROM_EMAIL="post@delta.example", MIDDLEWARE=[])
    def test_sessions(self):
        assert self.ids() == ["wagtail_wpr.E103"]

    @override_settings(DEFAULT_FROM_EMAIL="post@delta.example", AUTHENTICATION_BACKENDS=[])
    def test_backends(self):
        assert self.ids() == ["wagtail_wpr.E104"]

    @override_settings(DEFAULT_FROM_EMAIL="post@delta.example", WPR_CODE_TRIES=50, WPR_SIGN_IN_MINUTES=5000)
    def test_careless_numbers(self):
        assert self.ids() == ["wagtail_wpr.W102", "wagtail_wpr.W103"]


PATHS = ["register/", "resend/", "code/", "log-in/", "log-out/", "sign-in/x/", "account/"]


class TestEndpoints:
    @pytest.mark.parametrize("path", PATHS)
    def test_marks(self, path):
        view = resolve(f"/wpr/{path}").func
        assert view.csrf_exempt is True
        assert view.login_required is False
        assert "default" in view._non_atomic_requests

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", PATHS)
    def test_every_answer_is_private(self, site, path):
        for answer in (browser().get(f"/wpr/{path}"), browser().post(f"/wpr/{path}")):
            assert answer["Cache-Control"] == "private, no-store"
            assert answer["Referrer-Policy"] == "same-origin"
            assert answer["X-Robots-Tag"] == "noindex"

    @pytest.mark.django_db
    def test_behind_a_login_for_everything(self, article):
        wall = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, wall]):
            window = Window()
            assert window.client.get("/wpr/log-in/").status_code == 200
            assert window.register(article).status_code == 303
            assert window.press(link_in(newest_mail())).status_code == 303

    @pytest.mark.django_db
    def test_templates_hold_no_script_and_no_style(self, article):
        window = Window()
        window.register(article)
        pages = [
            window.client.get("/wpr/log-in/"),
            window.client.get("/wpr/log-in/?sent=1"),
            window.client.get(link_in(newest_mail())),
            window.code("1"),
            window.code("123456"),
            window.register(article, "x"),
            window.client.get("/wpr/sign-in/x/"),
        ]
        for page in pages:
            text = page.content.decode()
            assert "<script" not in text
            assert "style=" not in text
            assert "<style" not in text
            assert text.count("<h1") == 1
            assert '<html lang="en" dir="ltr">' in text
