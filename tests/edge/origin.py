"""The site behind the caches: in a process of its own, on the database of the test, counting what reaches it."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control

from tests.edge.asking import ask


OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

#: Where the counts are read; asked of the origin itself, never through a cache.
COUNTS = "/counts-of-the-tests/"

#: What the host says of its pages.
PUBLIC = {"public": True, "max_age": 60, "s_maxage": 600}

#: A request with this header waits at the site until ``TOGETHER`` of its kind are there.
MEET = "X-Meet"
TOGETHER = 8

#: Seconds that they wait for each other.
MEETING = 10

_counts: Counter[str] = Counter()
_meeting = threading.Barrier(TOGETHER)
_lock = threading.Lock()


class Counting:
    """The outermost middleware: counts the requests that reach the site, ``METHOD /path/`` and who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == COUNTS:
            return JsonResponse(_counts)
        who = "reader" if "sessionid" in request.COOKIES else "visitor"
        with _lock:
            _counts[f"{request.method} {request.get_full_path()} {who}"] += 1
        if MEET in request.headers:
            try:
                _meeting.wait(MEETING)
            except threading.BrokenBarrierError:
                return HttpResponse("The others did not come.", status=504)
        return self.get_response(request)


class PublicPages:
    """What a host does that wants its pages cached: it says so of each, whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 200 and not response.has_header("Cache-Control"):
            patch_cache_control(response, **PUBLIC)
        return response


def edge_middleware(names: list[str]) -> list[str]:
    """Return the middleware of the tests' site with the two above in their places."""
    ours = names.index(OURS)
    return [
        f"{__name__}.Counting",
        *names[: ours + 1],
        f"{__name__}.PublicPages",
        *names[ours + 1 :],
    ]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    request_queue_size = 256


class Origin:
    """The site, forked from the test with its settings and its database: runs between entering and leaving."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Quiet)
        self.port = int(self._server.server_address[1])
        self._process: Any = None

    @property
    def address(self) -> str:
        """Where it listens, as ``http://host:port``."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Origin:
        # A connection must not live on both sides of a fork.
        connections.close_all()
        self._process = multiprocessing.get_context("fork").Process(
            target=self._serve, args=(os.getpid(),), daemon=True
        )
        self._process.start()
        self._server.socket.close()
        assert ask(self.address, COUNTS).status == 200
        return self

    def __exit__(self, *args: Any) -> None:
        self._process.kill()
        self._process.join(10)

    def _serve(self, parent: int) -> None:
        try:
            threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
            self._server.set_app(WSGIHandler())
            self._server.serve_forever()
        finally:
            # Without the test runner's farewells, which are the parent's.
            os._exit(1)

    def counts(self) -> Counter[str]:
        """Return how often each ``METHOD /path/ visitor|reader`` has reached the site."""
        return Counter(json.loads(ask(self.address, COUNTS).text))

    def renders(self, path: str) -> int:
        """Return how often the page at ``path`` has been asked of the site, by whomever."""
        counts = self.counts()
        return counts[f"GET {path} visitor"] + counts[f"GET {path} reader"]


def _end_with(parent: int) -> None:
    """A test run that is killed leaves no site behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
