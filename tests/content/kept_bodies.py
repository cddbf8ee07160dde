"""What the tests of kept bodies share: templates of blocks, asking as a reader, and counting renders."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.signals import template_rendered

from tests.testapp.models import ArticleLikePage
from wagtail_wpr.content import bodies
from wagtail_wpr.slots.filling import mark_reading
from wagtail_wpr.slots.middleware import SlotMiddleware


#: The article's template of headings in these tests: it stands once in the teaser and once in the body.
HEADING = "heading_of_the_host.html"


class Host:
    """A host that names templates of its own, in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.block = ArticleLikePage._meta.get_field("body").stream_block

    def writes(self, name: str, source: str) -> str:
        (self.folder / name).write_text(source)
        return name

    def shows_headings_with(self, source: str) -> None:
        """Name a template for headings. The teaser's is rendered by it, too, but not to be kept."""
        meta = self.block.child_blocks["heading"].meta
        self.monkeypatch.setattr(meta, "template", self.writes(HEADING, source), raising=False)

    def shows_links_with(self, source: str) -> None:
        meta = self.block.child_blocks["link"].meta
        self.monkeypatch.setattr(meta, "template", self.writes("link_of_the_host.html", source), raising=False)

    def shows_blocks_with(self, source: str) -> None:
        """Name the inside of the host's loop, ``body_block_template``."""
        name = self.writes("block_of_the_host.html", source)
        self.monkeypatch.setattr(self.block.meta, "body_block_template", name)

    def sets(self, block: str, **options: Any) -> None:
        for name, value in options.items():
            self.monkeypatch.setattr(self.block.child_blocks[block].meta, name, value, raising=False)


def request_for(page: Any, user: Any = None, **more: Any) -> HttpRequest:
    request: Any = RequestFactory(**more).get(page.url_path)
    request.user = user or AnonymousUser()
    mark_reading(request, page)
    return request


def ask(page: Any, user: Any = None, *, before: str = "", **more: Any) -> str:
    """Return the page's body slot, filled for this reader, as if the page had been read for this request."""
    return answer_to(request_for(ArticleLikePage.objects.get(pk=page.pk), user, **more), before=before)


def answer_to(request: Any, *, before: str = "") -> str:
    page = request._wagtail_wpr_reading
    return SlotMiddleware(lambda asked: HttpResponse(f"{before}{page.body}"))(request).content.decode()


def kept() -> dict[str, Any]:
    """The entries of bodies in the cache, by the name they were kept under."""
    names = [key.partition(":1:")[2] for key in cache._cache]
    return {name: cache.get(name) for name in names if name.startswith(bodies.PREFIX) and ":making" not in name}


def kept_html() -> list[str]:
    return [entry["html"] for entry in kept().values() if entry["shared"]]


class Renders:
    """How often a template was rendered, in all threads; each time ``then`` is called first."""

    def __init__(self, template: str, then: Callable[[int], None]) -> None:
        self.template, self.then = template, then
        self.number = 0
        self._lock = threading.Lock()

    def __call__(self, *, template: Any, **kwargs: Any) -> None:
        if template.name != self.template:
            return
        with self._lock:
            self.number += 1
            number = self.number
        self.then(number)


@contextmanager
def renders_of(template: str, then: Callable[[int], None] = lambda number: None) -> Iterator[Renders]:
    renders = Renders(template, then)
    template_rendered.connect(renders, weak=False)
    try:
        yield renders
    finally:
        template_rendered.disconnect(renders)
