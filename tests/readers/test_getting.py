"""Law 11: fetching any address of ours, as scanners and prefetchers do, changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.readers.conftest import Window, link_in, newest_mail
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.urls import urlpatterns


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def addresses(link: str) -> list[str]:
    """Return every address of the package; the mailed link for the one that takes a token."""
    names = [pattern.name for pattern in urlpatterns]
    assert {"register", "resend", "enter_code", "log_in", "log_out", "sign_in", "account"} <= set(names)
    return [link if name == "sign_in" else reverse(f"wagtail_wpr:{name}") for name in names]


class TestGetting:
    @pytest.mark.parametrize("method", ["get", "head", "options"])
    @pytest.mark.parametrize("purpose", ["", "prefetch"])
    def test_writes_nothing_mails_nothing_and_sets_no_cookie(self, article: Any, method: str, purpose: str) -> None:
        Window().register(article)
        link = link_in(newest_mail())
        mail.outbox.clear()
        query = {"email": "bert@example.org", "code": "123456", "article": sign_article(article)}
        for address in addresses(link):
            scanner = Window()
            with CaptureQueriesContext(connection) as captured:
                answer = getattr(scanner.client, method)(address, query, headers={"Sec-Purpose": purpose})
            written = [q["sql"] for q in captured.captured_queries if q["sql"].upper().startswith(WRITES)]
            assert written == [], address
            assert not answer.cookies, address
            assert answer.status_code in (200, 302, 303, 405), address
        assert mail.outbox == []
        assert Window().press(link).status_code == 303
