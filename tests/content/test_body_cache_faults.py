"""A cache that is down, full or filled by somebody else costs time, and opens and loses nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.test import Client

from tests.content.kept_bodies import HEADING, ask, kept, renders_of
from tests.factories import CANARY, make_article, make_subscriber, make_user
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.access.models import Read
from wagtail_wpr.content.slot import BodySlot
from wagtail_wpr.slots.tokens import SlotRef


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_headings(host: Any) -> None:
    host.shows_headings_with("<h2>{{ value }}</h2>")


class CrippledCache(LocMemCache):
    """A cache one of whose calls raises: ``OPTIONS["down"]`` names it."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        down = params["OPTIONS"]["down"]
        setattr(self, down, self._fail)

    def _fail(self, *args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("the cache server is down")


class FullCache(LocMemCache):
    """A cache that takes nothing any more and does not say so."""

    def set(self, *args: Any, **kwargs: Any) -> None:
        pass

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return True


class TestCacheThatIsDown:
    @pytest.mark.parametrize("down", ["get", "set", "add", "delete"])
    def test_by_one_call(self, settings: Any, down: str) -> None:
        page, reader = make_article(), make_subscriber()
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
            "bodies": {
                "BACKEND": "tests.content.test_body_cache_faults.CrippledCache",
                "LOCATION": f"crippled {down}",
                "OPTIONS": {"down": down},
            },
        }
        settings.WPR_CACHE = "bodies"
        for _time in range(2):
            assert ask(page, reader).count(CANARY) == 3
        assert CANARY not in ask(page)

    def test_altogether(self, settings: Any, caplog: Any) -> None:
        page = make_article()
        url = page.url  # Wagtail's own lookup of addresses stands on the cache
        subscriber, visitor = Client(), Client()
        subscriber.force_login(make_subscriber())
        settings.CACHES = {"default": {"BACKEND": "tests.access.dead_cache.DeadCache"}}
        with caplog.at_level(logging.WARNING, logger="wagtail_wpr.content"):
            answer = subscriber.get(url)
        assert (answer.status_code, answer.content.decode().count(CANARY)) == (200, 3)
        assert "The cache is down" in caplog.text
        assert CANARY not in visitor.get(url).content.decode()

    def test_that_is_full(self, settings: Any) -> None:
        page, reader = make_article(), make_subscriber()
        settings.CACHES = {"default": {"BACKEND": "tests.content.test_body_cache_faults.FullCache"}}
        with renders_of(HEADING) as renders:
            for _time in range(2):
                assert ask(page, reader).count(CANARY) == 3
        assert renders.number == 4

    def test_that_does_not_exist(self, settings: Any) -> None:
        page, reader = make_article(), make_subscriber()
        settings.WPR_CACHE = "nowhere"
        assert ask(page, reader).count(CANARY) == 3


class TestForeignData:
    def entry(self, page: Any, reader: Any) -> tuple[str, dict[str, Any]]:
        ask(page, reader)
        ((name, entry),) = kept().items()
        return name, entry

    @pytest.mark.parametrize(
        "garbage",
        [
            "<p>planted</p>",
            b"<p>planted</p>",
            7,
            ["planted"],
            {},
            {"html": "<p>planted</p>", "shared": True},
            {"of": [], "html": "<p>planted</p>", "shared": True},
            {"of": "planted", "html": "<p>planted</p>", "shared": True},
        ],
        ids=repr,
    )
    def test_of_another_shape_is_no_hit_and_is_replaced(self, garbage: Any) -> None:
        page, reader = make_article(), make_subscriber()
        name, entry = self.entry(page, reader)
        cache.set(name, garbage)
        html = ask(page, reader)
        assert html.count(CANARY) == 3
        assert "planted" not in html
        assert cache.get(name) == entry

    @pytest.mark.parametrize(
        "more",
        [{"html": None}, {"html": 7}, {"html": ["planted"]}, {"shared": None}, {"shared": "yes"}, {"of": None}],
        ids=repr,
    )
    def test_of_our_shape_and_a_wrong_type(self, more: dict[str, Any]) -> None:
        page, reader = make_article(), make_subscriber()
        name, entry = self.entry(page, reader)
        cache.set(name, {**entry, **more})
        assert ask(page, reader).count(CANARY) == 3
        assert cache.get(name) == entry

    def test_entry_of_another_page_is_not_shown(self) -> None:
        """As where a cache server mixes up names, or somebody copies entries about."""
        page, reader = make_article(), make_subscriber()
        name, _entry = self.entry(page, reader)
        secret = make_article("Secret", access="subscribers")
        secret.body = [("wpr_break", None), ("heading", "top secret")]
        secret.save()
        ask(secret, reader)
        other = next(entry for found, entry in kept().items() if found != name)
        assert "top secret" in other["html"]
        cache.set(name, other)
        html = ask(page, make_user())
        assert "top secret" not in html
        assert html.count(CANARY) == 3

    def test_entry_that_came_back_from_json(self) -> None:
        """Some cache servers' clients write JSON."""
        import json

        page, reader = make_article(), make_subscriber()
        name, entry = self.entry(page, reader)
        cache.set(name, json.loads(json.dumps(entry)))
        with renders_of(HEADING) as renders:
            ask(page, reader)
        assert renders.number == 1  # the teaser's


class TestErrorInABlock:
    def test_is_kept_nowhere_and_costs_no_read(self, host: Any, caplog: Any) -> None:
        host.sets("items", template=host.writes("broken_of_the_host.html", "{% if %}"))
        page, reader = make_article(), make_user()
        html = ask(page, reader)
        assert "The teaser says this much." in html
        assert CANARY not in html
        assert "TemplateSyntaxError" in caplog.text
        assert Read.objects.count() == 0
        assert kept() == {}

    def test_that_is_mended_is_rendered(self, host: Any) -> None:
        host.sets("items", template=host.writes("broken_of_the_host.html", "{% if %}"))
        page, reader = make_article(), make_user()
        ask(page, reader)
        host.sets("items", template=host.writes("mended_of_the_host.html", "{{ value }}"))
        assert CANARY in ask(page, reader)
        assert len(kept()) == 1


class TestWhatNoNameFollowsFrom:
    """A body whose name cannot be told is rendered for each reader, and somebody can read why."""

    def test_setting_that_is_no_number(self, settings: Any, caplog: Any) -> None:
        settings.WPR_BODY_CACHE_SECONDS = "five minutes"
        assert ask(make_article(), make_subscriber()).count(CANARY) == 3
        assert kept() == {}
        assert "five minutes" in caplog.text

    def test_request_without_an_address(self, caplog: Any) -> None:
        page = make_article()
        ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
        decision = decide(Reader.for_user(make_subscriber()), page)
        assert BodySlot().render(ref, page, decision, HttpRequest()).count(CANARY) == 3
        assert kept() == {}
        assert "cannot be kept" in caplog.text

    def test_text_that_is_no_json(self, caplog: Any) -> None:
        page = make_article()
        page.body._whole._raw_data[0]["value"] = object()  # the teaser's, which this does not show
        ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
        decision = decide(Reader.for_user(make_subscriber()), page)
        assert BodySlot().render(ref, page, decision, None).count(CANARY) == 3
        assert kept() == {}
