"""An editor changes something, and the very next visitor gets the new page: the real cache was told."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Locale, Site

from tests.edge.asking import ask
from tests.edge.origin import Origin
from tests.edge.publication import FREE_WORD, Publication, publication
from tests.edge.servers import Server
from tests.factories import CANARY, home, set_access
from wagtail_wpr.access.models import MeterSettings
from wagtail_wpr.slots.models import WallCopy


pytestmark = [
    pytest.mark.edge,
    pytest.mark.parametrize("server", ["varnish"], indirect=True),
    pytest.mark.parametrize("delivery", ["fetch", "inline"], indirect=True),
]


@pytest.fixture
def made(origin: Origin) -> Publication:
    return publication(of_each=1)


@pytest.fixture
def kept(server: Server, made: Publication, settings: Any) -> Publication:
    """The publication, with each page in the cache, which is told of changes by the site."""
    settings.WAGTAILFRONTENDCACHE = {
        "varnish": {"BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend", "LOCATION": server.address}
    }
    for path in [*made.paths.values(), "/"]:
        ask(server.address, path)
        assert ask(server.address, path).from_cache
    return made


class TestNextVisitor:
    def test_does_not_get_the_body_of_a_page_that_was_free(self, server: Server, kept: Publication) -> None:
        assert FREE_WORD in ask(server.address, kept.paths["free"]).text
        set_access(kept.pages["free"], "subscribers")
        answer = ask(server.address, kept.paths["free"])
        assert not answer.from_cache
        assert FREE_WORD not in answer.text

    def test_gets_the_body_of_a_page_that_is_free_now(self, server: Server, kept: Publication) -> None:
        assert CANARY not in ask(server.address, kept.paths["metered"]).text
        set_access(kept.pages["metered"], "free")
        assert CANARY in ask(server.address, kept.paths["metered"]).text

    def test_gets_what_the_section_says_now(self, server: Server, kept: Publication) -> None:
        # The front page is the section of all of them; those with a setting of their own keep it, and are asked anew.
        set_access(home(), "subscribers")
        assert [ask(server.address, path).from_cache for path in kept.paths.values()] == [False] * 4

    def test_gets_the_new_words_of_the_wall(self, server: Server, kept: Publication) -> None:
        WallCopy.objects.create(headline="Come aboard", wall="register", locale=Locale.objects.get())
        assert "Come aboard" in ask(server.address, kept.paths["metered"]).text

    def test_gets_the_new_promise_of_the_meter(self, server: Server, kept: Publication) -> None:
        assert "2 free articles every month" in ask(server.address, kept.paths["metered"]).text
        settings = MeterSettings.objects.get(site=Site.objects.get())
        settings.registered_limit = 11
        settings.save()
        assert "11 free articles every month" in ask(server.address, kept.paths["metered"]).text

    def test_gets_a_copy_of_what_has_not_changed(self, server: Server, kept: Publication) -> None:
        set_access(kept.pages["free"], "subscribers")
        assert ask(server.address, kept.paths["metered"]).from_cache


class TestStrangers:
    def test_may_not_purge(self, server: Server, kept: Publication) -> None:
        answer = ask(server.address, kept.paths["metered"], method="PURGE", source="127.0.0.2")
        assert answer.status == 405
        assert ask(server.address, kept.paths["metered"]).from_cache
