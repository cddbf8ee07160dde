from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from wagtail_wpr.access.network import client_address, client_network
from wagtail_wpr.access.origin import require_same_origin, same_origin


def request(**headers: str) -> Any:
    return RequestFactory().post("/", headers=headers, HTTP_HOST="news.example")


class TestClientAddress:
    """REMOTE_ADDR, or what the outermost trusted proxy wrote."""

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "found"),
        [
            (0, "", "192.0.2.1"),
            (0, "198.51.100.7", "192.0.2.1"),
            (1, "198.51.100.7", "198.51.100.7"),
            (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
            (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
            (2, "198.51.100.7", "192.0.2.1"),
            (1, "", "192.0.2.1"),
            (1, "unknown", "192.0.2.1"),
            (1, "198.51.100.7:4711", "198.51.100.7"),
            (1, "[2001:DB8::1]:443", "2001:db8::1"),
            (1, "::ffff:198.51.100.7", "198.51.100.7"),
        ],
    )
    def test_counted_from_the_right(self, settings: Any, proxies: int, forwarded: str, found: str) -> None:
        settings.WPR_TRUSTED_PROXIES = proxies
        asked = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
        assert client_address(asked) == found

    def test_nothing_known(self) -> None:
        asked = RequestFactory().get("/", REMOTE_ADDR="")
        assert (client_address(asked), client_network(asked)) == ("", "")

    def test_networks(self) -> None:
        assert client_network(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"
        six = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
        assert client_network(six) == "2001:db8:1:2::/64"


class TestSameOrigin:
    """Did a page of this host post this?"""

    @pytest.mark.parametrize(
        ("headers", "ours"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Sec-Fetch-Site": "none"}, True),
            ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.news.example"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://news.example"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://trusted.example"}, True),
            ({"Origin": "https://news.example"}, True),
            ({"Origin": "http://NEWS.example"}, True),
            ({"Origin": "https://news.example:8443"}, False),
            ({"Origin": "https://news.example.evil.example"}, False),
            ({"Origin": "https://www.partner.example"}, True),
            ({"Origin": "null"}, False),
            ({"Origin": "null", "Referer": "https://news.example/"}, False),
            ({"Origin": "https://[broken"}, False),
            ({"Referer": "https://news.example/article/"}, True),
            ({"Referer": "https://evil.example/?news.example"}, False),
            ({"Referer": "https://news.example@evil.example/"}, False),
            ({}, False),
        ],
    )
    def test_headers(self, settings: Any, headers: dict[str, str], ours: bool) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example", "https://*.partner.example"]
        assert same_origin(request(**headers)) is ours

    def test_the_decorator(self) -> None:
        view = require_same_origin(lambda request: HttpResponse("done"))
        assert view(request(Origin="https://news.example")).status_code == 200
        assert view(RequestFactory().get("/")).status_code == 200
        refused = view(request(Origin="https://evil.example"))
        assert (refused.status_code, refused["Cache-Control"]) == (403, "private, no-store")
