"""Caches inside the site: the page cache and the fragment tags keep nothing of anybody, whoever comes first."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client

from tests.edge.publication import Publication, Somebody, personal_words, publication, reads, word_of
from tests.factories import CANARY
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.slots.deliveries import DELIVERIES, INLINE


pytestmark = pytest.mark.django_db

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

#: How a host keeps parts of a page; what stands in the middle is all that depends on the reader.
FRAGMENTS = {
    "cache": "{% load cache %}{% cache 600 'article' page.pk %}PARTS{% endcache %}",
    "wagtailcache": "{% load wagtail_cache %}{% wagtailcache 600 'article' page.pk %}PARTS{% endwagtailcache %}",
    "wagtailpagecache": "{% load wagtail_cache %}{% wagtailpagecache 600 'article' %}PARTS{% endwagtailpagecache %}",
}
PARTS = "{% wpr_account %}<h1>{{ page.title }}</h1>{% wpr_meter %}{% include_block page.body %}"
PAGE = "{% load wagtailcore_tags wpr_tags %}<!doctype html><html lang='en'><body>FRAGMENT</body></html>"

KINDS = ("visitor", "registered", "used up", "subscriber", "editor")


LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
FILES = "django.core.cache.backends.filebased.FileBasedCache"


@pytest.fixture
def stored(kept_by: str, settings: Any, tmp_path: Path) -> Callable[[], list[str]]:
    """Reads everything that the site's own cache holds: in memory, and once in files.

    The package's entries, bodies behind the door among them, have a cache of their own here.
    """
    in_files = kept_by == "page in files"
    settings.WPR_CACHE = "ours"
    settings.CACHES = {
        "default": {"BACKEND": FILES if in_files else LOCMEM, "LOCATION": str(tmp_path / "cache")},
        "ours": {"BACKEND": LOCMEM, "LOCATION": "ours"},
    }
    caches["ours"].clear()
    if in_files:
        return lambda: [_text_in(path) for path in (tmp_path / "cache").iterdir()]
    return lambda: [value.decode(errors="replace") for value in cache._cache.values()]


def _text_in(path: Path) -> str:
    with path.open("rb") as file:
        pickle.load(file)  # noqa: S301  (when it expires)
        return zlib.decompress(file.read()).decode(errors="replace")


@pytest.fixture(params=["page", "page in files", *FRAGMENTS])
def kept_by(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way in which a site keeps pages or parts of them."""
    if request.param not in FRAGMENTS:
        above = settings.MIDDLEWARE[: settings.MIDDLEWARE.index(OURS) + 1]
        settings.MIDDLEWARE = [
            *above,
            "django.middleware.cache.UpdateCacheMiddleware",
            *settings.MIDDLEWARE[len(above) :],
            "django.middleware.cache.FetchFromCacheMiddleware",
        ]
        settings.CACHE_MIDDLEWARE_SECONDS = 600
        return str(request.param)
    templates = tmp_path / "templates"
    templates.mkdir()
    fragment = FRAGMENTS[request.param].replace("PARTS", PARTS)
    (templates / "kept.html").write_text(PAGE.replace("FRAGMENT", fragment))
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(templates)]}]
    monkeypatch.setattr(ArticleLikePage, "template", "kept.html")
    return str(request.param)


@pytest.fixture(params=DELIVERIES)
def delivery(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.WPR_DELIVERY = request.param
    return str(request.param)


@pytest.fixture
def made(stored: Any, kept_by: str, delivery: str) -> Publication:
    return publication(of_each=1)


def page_of(somebody: Somebody, path: str) -> str:
    return Client(headers={"cookie": somebody.cookie}).get(path).content.decode()


class TestWhoeverComesFirst:
    def test_everybody_gets_what_is_theirs_and_nothing_of_it_is_kept(
        self, made: Publication, stored: Callable[[], list[str]], delivery: str, kept_by: str
    ) -> None:
        for access, path in made.paths.items():
            for first in ("visitor", "subscriber"):
                cache.clear()
                for kind in (first, *KINDS):
                    somebody = made.some(kind)[0]
                    page = page_of(somebody, path)
                    opened = reads(kind, access) if delivery == INLINE else access == "free"
                    assert (word_of(access) in page) is opened, (kind, access, first)
                texts = stored()
                assert any("wpr-slot" in text for text in texts)
                assert [personal_words(text) for text in texts if personal_words(text)] == []
                # Behind the door there are bodies; but of no reader, and nothing of whoever asked for them first.
                ours = [value.decode(errors="replace") for value in caches["ours"]._cache.values()]
                assert {word for text in ours for word in personal_words(text)} <= {CANARY}

    def test_no_body_is_kept_not_even_a_free_one(self, made: Publication, stored: Callable[[], list[str]]) -> None:
        for somebody in made.people:
            page_of(somebody, made.paths["free"])
        assert [text for text in stored() if word_of("free") in text] == []
