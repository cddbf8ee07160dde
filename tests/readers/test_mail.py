from __future__ import annotations

import email
import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.core import mail
from django.test import override_settings
from wagtail.models import Locale, Site

from tests.readers.conftest import Window, code_in, link_in, newest_mail
from wagtail_wpr.readers.models import SignIn


pytestmark = pytest.mark.django_db


class TestSignInMail:
    @override_settings(DEFAULT_FROM_EMAIL="The Delta <post@delta.example>")
    def test_headers(self, article):
        Window().register(article)
        message = newest_mail().message()
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["From"] == "The Delta <post@delta.example>"
        assert message["To"] == "anna@example.org"
        assert message["Reply-To"] is None
        assert message["List-Unsubscribe"] is None
        assert message["Message-ID"]
        assert message["Subject"] == f"The Delta: your code is {code_in(newest_mail())}"

    def test_text_part(self, article):
        Window().register(article)
        message = newest_mail()
        assert link_in(message).startswith("/wpr/sign-in/")
        assert "http://testserver/wpr/sign-in/" in message.body
        assert "About rivers" in message.body
        assert "anna@example.org" in message.body
        assert "\n\n\n" not in message.body
        assert "&" not in message.body
        assert "<" not in message.body

    def test_html_part_says_the_same_without_pictures(self, article):
        Window().register(article)
        message = newest_mail()
        html, kind = message.alternatives[0]
        assert kind == "text/html"
        assert f'href="http://testserver{link_in(message)}"' in html
        assert code_in(message) in html
        assert "prefers-color-scheme: dark" in html
        assert "max-width:600px" in html
        assert "<img" not in html
        assert "{{" not in html and "{%" not in html
        assert "mj-" not in html.replace("mj-column", "").replace("mj-outlook", "")

    def test_what_is_filled_in_is_escaped(self, site, article):
        article.title = '<b>A & "B"</b>'
        article.save()
        site.site_name = "<i>Sea</i>\nBcc: x@example.org"
        site.save()
        Window().register(article)
        message = newest_mail()
        assert '“<b>A & "B"</b>”' in message.body
        assert "&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;" in message.alternatives[0][0]
        assert "<b>A" not in message.alternatives[0][0]
        assert "\n" not in message.subject
        assert message.message()["Bcc"] is None

    def test_link_leads_to_our_site_whatever_host_the_form_named(self, site, article):
        window = Window()
        window.client.defaults["HTTP_HOST"] = "evil.example"
        window.client.post("/wpr/log-in/", {"email": "anna@example.org"}, headers={"sec-fetch-site": "same-origin"})
        assert "evil.example" not in newest_mail().body
        assert "http://testserver/wpr/sign-in/" in newest_mail().body

    def test_language_and_direction_of_the_page(self, article):
        article.locale, _created = Locale.objects.get_or_create(language_code="ar")
        article.save()
        Window().register(article)
        html = newest_mail().alternatives[0][0]
        assert SignIn.objects.get().language == "ar"
        assert 'dir="rtl"' in html
        assert 'lang="ar"' in html
        assert "text-align:right" in html

    def test_failing_server_changes_nothing_for_the_reader(self, article):
        with override_settings(**_smtp(_free_port())):
            window = Window()
            answer = window.register(article)
        assert (answer.status_code, answer["Location"]) == (303, "/rivers/#wpr-continue")
        assert window.reads(article)

    def test_over_a_real_connection(self, article):
        received = []

        class Inbox:
            async def handle_DATA(self, server, session, envelope):
                received.append((envelope.rcpt_tos, envelope.content))
                return "250 OK"

        port = _free_port()
        controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
        controller.start()
        try:
            with override_settings(**_smtp(port)):
                Window().register(article)
        finally:
            controller.stop()
        (recipients, content), *others = received
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert others == []
        assert recipients == ["anna@example.org"]
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert "/wpr/sign-in/" in message.get_body(("plain",)).get_content()
        assert len(mail.outbox) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _smtp(port: int) -> dict:
    """Settings that send through a server on loopback, in the words of the Django that runs."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    if getattr(settings, "MAILERS", None):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": port}}}}
    return {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}


class TestAddressOfTheLink:
    """Where a mail leads is the site's business, not that of whoever posted the form."""

    def asked(self, host: str, **more: str) -> str:
        Window().client.post("/wpr/log-in/", {"email": "anna@example.org"}, headers={"host": host}, **more)
        return newest_mail().body

    def test_foreign_host_is_not_believed(self, site):
        assert "http://testserver/wpr/sign-in/" in self.asked("evil.example")

    def test_foreign_host_is_not_believed_where_no_site_is_the_default(self, site):
        Site.objects.update(is_default_site=False, hostname="delta.example")
        assert "http://delta.example/wpr/sign-in/" in self.asked("evil.example")

    def test_foreign_port_is_not_believed(self, site):
        assert "http://testserver/wpr/sign-in/" in self.asked("testserver:6666")

    def test_port_that_the_server_listens_at_is(self, site):
        assert "http://testserver:8000/wpr/sign-in/" in self.asked("testserver:8000", SERVER_PORT="8000")
