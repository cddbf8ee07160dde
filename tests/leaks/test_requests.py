"""The cases that are a request: whatever it says of itself, what must not be in the answer is not."""

from __future__ import annotations

from tests.leaks.cases import Case
from tests.leaks.site import Site


class TestRequests:
    def test_hold_nothing(self, site: Site, case: Case) -> None:
        site.run(case)
