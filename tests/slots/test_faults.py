"""Law 1: whatever breaks, the teaser goes out, with status 200, and somebody can read why."""

from __future__ import annotations

import logging

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from wagtail import hooks

from tests.factories import CANARY, make_article, make_subscriber, make_user
from wagtail_wpr.access import Rule
from wagtail_wpr.access.models import Read
from wagtail_wpr.content import bodies
from wagtail_wpr.slots import lines


pytestmark = pytest.mark.django_db


class BrokenRule(Rule):
    name = "broken"
    order = 50

    def decide(self, reader, content, prepared):
        raise ZeroDivisionError("a rule of the host's")


class TestRuleThatRaises:
    def test_is_named_in_the_trace_and_grants_nothing(self, client, caplog):
        page = make_article()
        with (
            hooks.register_temporarily("register_wpr_access_rule", BrokenRule),
            caplog.at_level(logging.ERROR),
        ):
            answer = client.get(page.url)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        assert 'data-wpr-wall="register"' in answer.content.decode()
        assert "broken" in caplog.text


class TestDatabaseGoneBehindTheDecision:
    def test_subscriber_gets_the_teaser(self, client, caplog, monkeypatch):
        page = make_article()
        client.force_login(make_subscriber())

        def refuse(execute, sql, params, many, context):
            if "wagtail_wpr_entitlement" in sql or "wagtail_wpr_read" in sql:
                raise DatabaseError("the database has gone away")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse), caplog.at_level(logging.ERROR):
            answer = client.get(page.url)
        assert answer.status_code == 200
        assert "The teaser says this much." in answer.content.decode()
        assert CANARY not in answer.content.decode()
        assert "database" in caplog.text

    def test_spending_that_fails_opens_nothing(self, client, caplog):
        page = make_article()
        client.force_login(make_user())

        def refuse(execute, sql, params, many, context):
            if sql.startswith("INSERT") and "wagtail_wpr_read" in sql:
                raise DatabaseError("disk full")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse), caplog.at_level(logging.ERROR):
            answer = client.get(page.url)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        assert Read.objects.count() == 0


class TestCacheGone:
    def test_is_decided_from_the_database(self, client, settings):
        page = make_article()
        url = page.url  # Wagtail's own lookup of addresses stands on the cache
        client.force_login(make_subscriber())
        settings.CACHES = {"default": {"BACKEND": "tests.access.dead_cache.DeadCache"}}
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.content.decode().count(CANARY) == 3
        client.logout()
        assert CANARY not in client.get(url).content.decode()


class TestTemplateErrorInTheWall:
    @pytest.fixture(autouse=True)
    def broken_wall(self, tmp_path, settings):
        folder = tmp_path / "wagtail_wpr"
        folder.mkdir()
        (folder / "wall.html").write_text("{% if %}")
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]

    def test_page_goes_out_with_the_teaser(self, client, caplog):
        page = make_article()
        with caplog.at_level(logging.ERROR):
            answer = client.get(page.url)
        assert answer.status_code == 200
        assert "The teaser says this much." in answer.content.decode()
        assert CANARY not in answer.content.decode()
        assert "stays empty" in caplog.text

    def test_subscriber_still_reads(self, client):
        page = make_article()
        client.force_login(make_subscriber())
        assert client.get(page.url).content.decode().count(CANARY) == 3


class TestTemplateErrorInTheBody:
    def test_costs_nothing(self, client, tmp_path, settings, caplog):
        folder = tmp_path / "wagtail_wpr"
        folder.mkdir()
        (folder / "body.html").write_text("{% if %}")
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
        client.force_login(make_user())
        answer = client.get(make_article().url)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        assert Read.objects.count() == 0


class TestSlotKindThatRaises:
    def test_shows_its_default(self, client, monkeypatch, caplog):
        client.force_login(make_subscriber())
        page = make_article()

        def fail(self, slots, filling):
            raise RuntimeError("no menu today")

        monkeypatch.setattr(lines.AccountSlot, "fill", fail)
        with caplog.at_level(logging.ERROR):
            html = client.get(page.url).content.decode()
        assert "log-in" in html
        assert html.count(CANARY) == 3
        assert "no menu today" in caplog.text


class TestCleanCache:
    def test_nothing_of_a_reader_is_in_the_cache_and_bodies_stand_behind_the_door_only(self, client):
        client.force_login(make_user("somebody"))
        client.get(make_article().url)
        holding = [key for key, value in cache._cache.items() if CANARY.encode() in value]
        assert len(holding) == 1
        assert bodies.PREFIX in holding[0]
        for value in cache._cache.values():
            assert b"somebody" not in value
