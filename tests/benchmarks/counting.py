"""Counts what one request costs, in this process: ``python -m tests.benchmarks.counting`` in one of the hosts.

Reads from standard input, as JSON, a list of ``{"name", "path", "cookies"}``: with ``"slots"`` the question of that
page's script is meant, and ``"last"`` is asked in the end where the request that counts is another one. Prints for
each name the SQL statements and the Python calls of a request whose caches are warm, the same in every run.
"""

from __future__ import annotations

import gc
import io
import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

from tests.benchmarks import slots


#: Requests before the one that counts; the first ones fill caches.
WARM = 3


#: Makes secret tokens in place of the system's chance, which tries again now and then.
_chance = random.Random()


def getrandbits(self: random.SystemRandom, k: int) -> int:
    return _chance.getrandbits(k)


class Counter:
    """Statements and calls of what runs inside of it."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.calls = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        from django.db import connection

        def statement(execute: Any, sql: str, *rest: Any) -> Any:
            self.statements.append(sql)
            return execute(sql, *rest)

        def event(frame: Any, kind: str, argument: Any) -> None:
            if kind == "call":
                self.calls += 1

        _chance.seed(0)
        gc.collect()
        gc.disable()
        with connection.execute_wrapper(statement):
            sys.setprofile(event)
            try:
                yield
            finally:
                sys.setprofile(None)
                gc.enable()


def ask(application: Any, request: dict[str, Any]) -> tuple[int, str]:
    """Send one request through the WSGI handler, as a server would; return its status and text."""
    body = json.dumps(request["body"]).encode() if request.get("body") else b""
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": request.get("method", "GET"),
        "PATH_INFO": request["path"].partition("?")[0],
        "QUERY_STRING": request["path"].partition("?")[2],
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": request.get("cookies", ""),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json" if body else "",
        "HTTP_SEC_FETCH_SITE": "same-origin",
    }
    answer = application(environ, lambda said, headers, info=None: status.append(said))
    text = b"".join(answer).decode()
    answer.close()
    return int(status[0].split()[0]), text


def count(application: Any, request: dict[str, Any], again: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the last of some equal requests costs, and its answer."""
    if request.get("slots"):
        request, again = (_for_slots(application, one) for one in (request, again or request))
    for _ in range(WARM):
        ask(application, request)
    counter = Counter()
    with counter.counting():
        status, text = ask(application, again or request)
    if status != 200:
        raise SystemExit(f"{request['path']} answered {status}, and 200 was expected: {text[:500]}")
    return {"statements": len(counter.statements), "calls": counter.calls, "sql": counter.statements, "text": text}


def _for_slots(application: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Return what the script of that page would ask for."""
    _status, html = ask(application, {"path": request["path"]})
    question = slots.asked(html, request["path"])
    return {"method": "POST", "path": slots.PATH, "body": question, "cookies": request["cookies"]}


def main(asked: list[dict[str, Any]]) -> dict[str, Any]:
    from django.core.wsgi import get_wsgi_application

    if "wagtail_wpr" in sys.modules and "plain" in os.environ["DJANGO_SETTINGS_MODULE"]:
        raise SystemExit("The plain host has imported wagtail_wpr, and would not be plain any more.")
    _remember_long()
    random.SystemRandom.getrandbits = getrandbits  # type: ignore[method-assign]
    application = get_wsgi_application()
    return {request["name"]: count(application, request, request.get("last")) for request in asked}


def _remember_long() -> None:
    """What is counted must not depend on how long a slow machine takes: what happens now and then does not."""
    if "gated" in os.environ["DJANGO_SETTINGS_MODULE"]:
        from wagtail_wpr.access import memory
        from wagtail_wpr.slots import counting

        memory.UNSHARED_SECONDS = counting.SECONDS = 3600.0
        counting.ENOUGH = 1_000_000


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(json.load(sys.stdin))))
