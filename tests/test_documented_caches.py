"""The configurations of caches in the documentation are the files that the tests behind caches run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.edge.servers import documented
from wagtail_wpr.slots.deliveries import DELIVERIES


HOW_TO = Path(__file__).resolve().parents[1] / "docs" / "how-to"


@pytest.mark.parametrize(("language", "name"), [("nginx", "nginx.conf"), ("vcl", "varnish.vcl")])
class TestShown:
    def test_is_the_same_text_as_the_file(self, language: str, name: str) -> None:
        page = (HOW_TO / "caching.md").read_text()
        assert re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL) == [
            (HOW_TO / name).read_text()
        ]

    def test_leaves_one_paragraph_out_for_other_deliveries(self, language: str, name: str) -> None:
        whole = (HOW_TO / name).read_text()
        assert documented(name, "inline") == whole
        for delivery in set(DELIVERIES) - {"inline"}:
            assert "sessionid" in whole
            assert "sessionid" not in documented(name, delivery)
