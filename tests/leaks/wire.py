"""Requests as they go over the wire: whatever bytes a case names, with no client that would put them right."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.leaks.detector import Hit, decoded, find


#: Seconds that one answer may take.
PATIENCE = 20

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back. ``status`` is 0 where it was no HTTP at all."""

    status: int
    headers: HTTPMessage
    raw: bytes

    @property
    def encoding(self) -> str:
        return self.headers.get("Content-Encoding", "")

    @property
    def text(self) -> str:
        return decoded(self.raw, self.encoding).decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_html(self) -> bool:
        return self.headers.get_content_type() == "text/html"

    @property
    def may_be_stored(self) -> bool:
        """Whether a cache that many share may keep it: it does not forbid it, or speaks to such caches alone."""
        told = self.headers.get("Cache-Control", "").lower()
        allowed = any(word in told for word in ("public", "s-maxage"))
        forbidden = "private" in told or "no-store" in told
        beside = any(name in self.headers for name in ("Surrogate-Control", "CDN-Cache-Control"))
        return allowed or beside or not forbidden

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Return which of the words it holds, in its body or its headers, in any disguise."""
        return [*find(self.raw, words, encoding=self.encoding), *find(str(self.headers), words)]


class _Received:
    """What a socket gave, for ``HTTPResponse`` to read."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, *_args: Any) -> io.BytesIO:
        return io.BytesIO(self.data)


def received(address: str, sent: bytes, *, at_most: int | None = None) -> bytes:
    """Send bytes to ``host:port`` and return what comes back until the end, or the first ``at_most`` bytes."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        parts: list[bytes] = []
        while at_most is None or sum(map(len, parts)) < at_most:
            try:
                part = connection.recv(65536 if at_most is None else at_most)
            except ConnectionResetError:
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts)[:at_most]


def parsed(data: bytes, method: str = "GET") -> Answer:
    """Return the bytes of an answer as one."""
    response = HTTPResponse(_Received(data), method=method)  # type: ignore[arg-type]
    try:
        response.begin()
        return Answer(response.status, response.msg, response.read())
    except (HTTPException, ValueError):
        return Answer(0, HTTPMessage(), data)


def request_bytes(method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes = b"") -> bytes:
    """Return a request as it is sent; the target and the headers go out as they are."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Browser:
    """One client with its cookies. ``address`` is ``host:port`` of the server that it speaks to."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    #: What it sends with everything.
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, target: str, *, method: str = "GET", headers: Headers = (), body: bytes = b"") -> Answer:
        """Send one request, keep the cookies that come back, and return the answer."""
        return self._asked(parsed(received(self.address, self.bytes_of(target, method, headers, body)), method))

    def bytes_of(self, target: str, method: str = "GET", headers: Headers = (), body: bytes = b"") -> bytes:
        """Return the request that ``ask`` would send. A header that the case names replaces what is usual."""
        extra = list(headers.items() if isinstance(headers, Mapping) else headers)
        named = {name.lower() for name, _value in extra}
        usual = {"Host": self.address, "Connection": "close", **self.headers}
        if self.cookies:
            usual["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            usual["Content-Length"] = str(len(body))
        kept = [(name, value) for name, value in usual.items() if name.lower() not in named]
        return request_bytes(method, target, [*kept, *extra], body)

    def post(self, path: str, values: Mapping[str, Any], *, headers: Headers = ()) -> Answer:
        """Post a form as a page of this very site does."""
        ours = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        return self.ask(path, method="POST", headers={**ours, **dict(headers)}, body=urlencode(values).encode())

    def post_json(self, path: str, value: Any, *, headers: Headers = ()) -> Answer:
        """Post JSON as the script of a page of this very site does."""
        ours = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.address}"}
        return self.ask(path, method="POST", headers={**ours, **dict(headers)}, body=json.dumps(value).encode())

    def _asked(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if str(morsel["max-age"]) == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


def path_of(target: str) -> str:
    """Return the path of a target, as the address bar of a browser would have it."""
    return urlsplit(target).path or "/"
