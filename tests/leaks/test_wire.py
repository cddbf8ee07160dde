"""Requests that no browser would send, and answers that are not read to their end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.leaks.site import Leak, Reading, Site
from tests.leaks.wire import Browser, parsed, received, request_bytes


def raw(site: Site, sent: bytes) -> Reading:
    return Reading(parsed(received(site.address, sent)))


class TestRequests:
    @pytest.mark.leak_case("PW-113")
    def test_old_and_odd(self, site: Site) -> None:
        path, host = site.path("gated"), site.address
        body = b'8\r\n{"a": 1}\r\n0\r\n\r\n'
        chunked = [("Host", host), ("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
        requests = [
            f"GET {path} HTTP/1.0\r\n\r\n".encode(),
            f"GET {path}\r\n\r\n".encode(),
            request_bytes("GET", f"http://{host}{path}", [("Host", host), ("Connection", "close")]),
            request_bytes("GET", f"http://other.example{path}", [("Host", host), ("Connection", "close")]),
            request_bytes("GET", path, [*chunked, ("Connection", "close")], body),
            request_bytes("GET", path, [("Host", host), ("Host", "other.example"), ("Connection", "close")]),
        ]
        for sent in requests:
            reading = raw(site, sent)
            site.must_hide(reading, what=repr(sent[:60]))
            site.must_answer(reading, (0, 200, 400, 404, 505), what=repr(sent[:60]))
        site.control("gated")

    @pytest.mark.leak_case("PW-085")
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_cut_short(self, site: Site, share: float) -> None:
        sent = Browser(site.address).bytes_of(site.path("gated"), headers={"Accept-Encoding": "identity"})
        whole = received(site.address, sent)
        part = received(site.address, sent, at_most=int(len(whole) * share))
        assert len(part) == int(len(whole) * share)
        site.must_hide(Reading(parsed(part)), what=f"{share:.0%} of the answer")
        site.must_hide(Reading(parsed(whole)))
        site.control("gated")


class TestAddresses:
    @pytest.mark.leak_case("PW-115")
    @pytest.mark.parametrize("urlconf", ["tests.leaks.urls", "tests.leaks.urls_without_slash"])
    def test_slashes(self, site: Site, settings: Any, urlconf: str) -> None:
        settings.ROOT_URLCONF = urlconf
        settings.WAGTAIL_APPEND_SLASH = urlconf == "tests.leaks.urls"
        path = site.path("gated")
        spellings = [
            path,
            path.rstrip("/"),
            f"/{path}",
            f"{path}/",
            f"{path}//",
            f"//{site.address}{path}",
            f"{path}./",
            f"{path}x/../",
            f"/.{path}",
        ]
        for spelling in spellings:
            reading = site.try_everything(site.browser(), spelling)
            site.must_hide(reading, what=spelling)
            site.must_answer(reading, (200, 301, 302, 308, 400, 404), what=spelling)
        site.control("gated")

    @pytest.mark.leak_case("PW-118")
    def test_endings_of_static_files(self, site: Site) -> None:
        path, bare = site.path("gated"), site.path("gated").rstrip("/")
        spellings = [
            f"{path};a=b",
            f"{path};.css",
            f"{bare};/",
            f"{path}style.css",
            f"{path}x.js",
            f"{path}favicon.ico",
            f"{bare}.css",
            f"{path}%3b.jpg",
            f"{path}..%2fstatic/x.css",
            f"/static/..%2f{path}",
            f"/static/..{path}",
            f"/media/..%2f..%2f{path}",
        ]
        for spelling in spellings:
            for reader in ("visitor", "subscriber"):
                reading = site.try_everything(site.browser(reader), spelling)
                # Below these two, Django's own server of files for development gives up on such a path.
                server_of_files = (500,) if spelling.startswith(("/static/", "/media/")) else ()
                site.must_answer(reading, (200, 301, 400, 403, 404, *server_of_files), what=spelling)
                if reader == "visitor":
                    site.must_hide(reading, what=spelling)
                elif any(answer.may_be_stored for answer in reading.holding()):
                    raise Leak(f"A subscriber's answer to {spelling} may be stored by a shared cache.")
        site.control("gated")
