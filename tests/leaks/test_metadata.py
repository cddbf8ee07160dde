"""What a page says of itself: to search engines, to networks, to Wagtail's own bar."""

from __future__ import annotations

import re

import pytest

from tests.leaks.publication import FILLER
from tests.leaks.site import Site
from tests.leaks.test_controls import structured_data


class TestStructuredData:
    @pytest.mark.leak_case("PW-171")
    @pytest.mark.parametrize("name", ["gated", "story", "report", "alias"])
    def test_marks_the_closed_part(self, site: Site, name: str) -> None:
        for target in (site.path(name), f"{site.path(name)}?utm_source=x"):
            page = site.browser().ask(target)
            data = structured_data(page.text)
            assert data["isAccessibleForFree"] is False
            part = data["hasPart"]
            assert part["@type"] == "WebPageElement"
            assert part["isAccessibleForFree"] is False
            assert re.fullmatch(r"\.[\w-]+", part["cssSelector"])
            sections = re.findall(rf'<\w+[^>]*class="{part["cssSelector"][1:]}"', page.text)
            assert sections
            assert "hasPart" not in part
        site.control(name)


class TestDescriptions:
    @pytest.mark.leak_case("PW-172")
    @pytest.mark.parametrize("name", ["story", "report", "gated"])
    @pytest.mark.parametrize("reader", ["visitor", "fresh"])
    def test_say_what_everybody_may_read(self, site: Site, name: str, reader: str) -> None:
        reading = site.open(name, reader)
        site.must_hide(reading)
        told = re.findall(r'<meta\b[^>]*\bcontent="([^"]*)"', reading.page.text)
        hidden = FILLER.removeprefix("<p>").removesuffix("</p>")
        assert not [text for text in told if hidden[:40] in text]
        # The same is said to who may read, and nothing more.
        shown = site.control(name).page.text
        assert re.findall(r'<meta\b[^>]*\bcontent="([^"]*)"', shown) == told
        assert structured_data(shown) == structured_data(reading.page.text)


class TestBar:
    @pytest.mark.leak_case("PW-153")
    @pytest.mark.parametrize("reader", ["visitor", "fresh", "used-up", "lapsed"])
    def test_holds_nothing(self, site: Site, reader: str) -> None:
        reading = site.open("gated", reader)
        site.must_hide(reading)
        assert "wagtail-userbar" not in reading.page.text
        assert "wagtail-userbar" in site.open("gated", "editor").page.text
        site.control("gated")
