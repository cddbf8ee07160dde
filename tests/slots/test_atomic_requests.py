"""A host with ``ATOMIC_REQUESTS``: views run in a transaction, spending and signing in do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from tests.factories import CANARY, make_article, make_user
from wagtail_wpr.access.models import Read
from wagtail_wpr.signals import read_spent


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def atomic_requests() -> Iterator[None]:
    before = connection.settings_dict["ATOMIC_REQUESTS"]
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = before


class TestReading:
    def test_is_spent_outside_of_the_views_transaction(self) -> None:
        inside: list[bool] = []

        def look(**kwargs: object) -> None:
            inside.append(connection.in_atomic_block)

        client = Client()
        client.force_login(make_user())
        read_spent.connect(look)
        try:
            assert CANARY in client.get(make_article().url).content.decode()
        finally:
            read_spent.disconnect(look)
        assert inside == [False]
        assert Read.objects.count() == 1


class TestForms:
    @pytest.mark.parametrize("name", ["register", "resend", "enter_code", "log_in", "log_out", "sign_in", "account"])
    def test_views_are_left_out_of_it(self, name: str) -> None:
        from wagtail_wpr.readers import views

        assert "default" in getattr(views, name)._non_atomic_requests
