"""Asking a server over the network, one by one and as a crowd."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from typing import TypeVar
from urllib.parse import urlsplit


#: Seconds that one answer may take.
PATIENCE = 60

#: How many of a crowd ask at the same time.
AT_ONCE = 16

#: The site's name, whatever port a server happens to have: caches and purges know pages by it.
HOST = "localhost"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    text: str

    @property
    def from_cache(self) -> bool:
        """Whether a cache gave it without asking the site."""
        return self.headers.get("X-Cache") == "HIT"

    @property
    def kept_by_nobody(self) -> bool:
        """Whether it says that no cache may keep it."""
        return self.headers.get("Cache-Control") == "private, no-store"


def ask(
    address: str,
    path: str,
    *,
    cookie: str = "",
    method: str = "GET",
    body: str | None = None,
    headers: dict[str, str] | None = None,
    source: str = "127.0.0.1",
) -> Answer:
    """Send one request to the server at ``address`` over a connection of its own, from the address ``source``."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE, source_address=(source, 0))
    sent = {"Host": HOST, **({"Cookie": cookie} if cookie else {}), **(headers or {})}
    try:
        connection.request(method, path, body=body.encode() if body is not None else None, headers=sent)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    finally:
        connection.close()


def crowd(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Do the work for all items, some at the same time; return the results in the same order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))
