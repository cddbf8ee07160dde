"""A running demonstration, and contexts of Chromium in which nothing may go wrong unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.example.demo import Demo, seeded_folder


if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, Response

Open = Callable[..., "BrowserContext"]

#: Chromium's own word on a page that answers 4xx; the tests that ask for such pages look at the status themselves.
EXPECTED = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")


@pytest.fixture(scope="session")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, running on a free port with data of its own; one for each worker."""
    seeded = seeded_folder(tmp_path_factory)
    with Demo(seeded, tmp_path_factory.mktemp("demo") / "var") as running:
        yield running


class Watch:
    """Everything that a page must not do: errors in the console, requests to others, failures of the server."""

    def __init__(self, context: BrowserContext, demo: Demo) -> None:
        self.host = urlsplit(demo.address).netloc
        self.found: list[str] = []
        context.set_default_timeout(10_000)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A breach of the Content-Security-Policy is an error in the console too.
        if message.type == "error" and not EXPECTED.match(message.text):
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.found.append(f"request to somebody else: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.found.append(f"{response.status}: {response.url}")


@pytest.fixture
def open_context(chromium: Browser, demo: Demo) -> Iterator[Open]:
    """Opens a context at a width: a browser of its own, with Playwright's options.

    What its pages, or the server meanwhile, did wrong fails the test; the contexts end with it.
    """
    demo.forget_limits()
    said = len(demo.errors())
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_context(*, width: int = 1280, height: int = 900, **options: Any) -> BrowserContext:
        context = chromium.new_context(
            base_url=demo.address, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        opened.append((context, Watch(context, demo)))
        return context

    yield open_context
    for context, _watch in opened:
        context.close()
    assert [line for _context, watch in opened for line in watch.found] == []
    assert demo.errors()[said:] == ""
