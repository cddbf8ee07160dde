from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from wagtail import hooks

from tests.access.publication import make_page
from wagtail_wpr.access import Reader, decide


PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "access-rule.md"


@pytest.mark.django_db
class TestDocumentedRule:
    """The first example of the how-to does what the text says."""

    def test_is_ten_lines(self) -> None:
        example = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
        assert len([line for line in example.splitlines() if line.strip()]) <= 10

    def test_authors_read_what_they_own(self, home: Any, reader: Any) -> None:
        example = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
        names: dict[str, Any] = {}
        before = list(hooks.get_hooks("register_wpr_access_rule"))
        exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102
        registered = [fn for fn in hooks.get_hooks("register_wpr_access_rule") if fn not in before]
        entries = hooks._hooks["register_wpr_access_rule"]
        try:
            page = make_page(home, "a", "subscribers")
            other = make_page(home, "b", "subscribers")
            page.owner = reader
            page.save()
            decision = decide(Reader.for_user(reader), page)
            assert (decision.reason, decision.cost) == ("author", 0)
            assert (decision.trace[-1].rule, decision.trace[-1].said) == ("authors", "granted")
            assert not decide(Reader.for_user(reader), other).granted
        finally:
            entries[:] = [entry for entry in entries if entry[0] not in registered]
