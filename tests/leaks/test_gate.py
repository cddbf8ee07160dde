"""Nothing of a body can be seen from outside: not scrambled, and not by its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import cache

from tests.leaks.publication import BODY, hidden, stream
from tests.leaks.site import Reading, Site
from wagtail_wpr.content.door import open_whole


@contextmanager
def other_body(site: Site, name: str, **options: object) -> Iterator[None]:
    """The page has another body meanwhile; what everybody may read stays as it is."""
    page = site.page(name)
    before = open_whole(page.body)
    page.body = stream(**options)
    page.save()
    cache.clear()
    try:
        yield
    finally:
        page.body = before
        page.save()
        cache.clear()


def public(reading: Reading) -> tuple[int, str, list[tuple[str, str]]]:
    """What somebody could compare: status, text and headers, but for the clock."""
    page = reading.page
    clock = {"date", "expires", "last-modified"}
    return page.status, page.text, [(name, value) for name, value in page.headers.items() if name.lower() not in clock]


class TestHiddenText:
    @pytest.mark.leak_case("PW-019")
    def test_leaves_no_trace_of_its_length(self, site: Site) -> None:
        reading = site.open("gated")
        site.must_hide(reading)
        with other_body(site, "gated", filler=200):
            long = site.open("gated")
            site.control("gated")
        assert [answer.text for answer in long.answers] == [answer.text for answer in reading.answers]

    @pytest.mark.leak_case("PW-176")
    def test_changes_no_header(self, site: Site) -> None:
        reading = site.open("gated")
        assert not [name for name in reading.page.headers if name.lower() in ("link", "sourcemap", "x-sourcemap")]
        with other_body(site, "gated", words=("ailurophile", *BODY[1:])):
            changed = site.open("gated")
        assert public(changed) == public(reading)
        site.must_hide(reading)
        assert hidden(words=("ailurophile",)) != hidden()
        site.control("gated")
