"""The reference names everything that a host may set or meet."""

from __future__ import annotations

import re
from pathlib import Path

from wagtail_wpr.conf import Settings


PROJECT = Path(__file__).resolve().parents[1]


def page(name: str) -> str:
    return (PROJECT / "docs" / "reference" / name).read_text()


class TestSettings:
    def test_each_has_a_row(self):
        names = {f"WPR_{name.upper()}" for name, value in vars(Settings).items() if isinstance(value, property)}
        rows = set(re.findall(r"^\| `(WPR_\w+)` \|", page("settings.md"), re.MULTILINE))
        assert names == rows


class TestChecks:
    def test_each_id_has_a_row(self):
        sources = (path.read_text() for path in (PROJECT / "wagtail_wpr").rglob("checks.py"))
        ids = {found for source in sources for found in re.findall(r'id="wagtail_wpr\.(\w+)"', source)}
        rows = set(re.findall(r"\b([EIW]\d{3})\b", page("extending.md")))
        assert len(ids) > 10
        assert ids == rows


class TestTags:
    def test_each_has_a_row(self):
        source = (PROJECT / "wagtail_wpr" / "templatetags" / "wpr_tags.py").read_text()
        tags = set(re.findall(r"^def (wpr_\w+)", source, re.MULTILINE))
        assert tags == set(re.findall(r"^\| `\{% (wpr_\w+)", page("tags.md"), re.MULTILINE))


class TestSignals:
    def test_each_has_a_row(self):
        source = (PROJECT / "wagtail_wpr" / "signals.py").read_text()
        signals = set(re.findall(r"^(\w+) = Signal", source, re.MULTILINE))
        assert signals and all(f"| `{name}` |" in page("extending.md") for name in signals)
