"""Visitors who come without anything by which a browser is known again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.leaks.site import Site


ALLOWED = 3


@pytest.fixture
def visitors_read(site: Site, settings: Any) -> Site:
    settings.WPR_BROWSERS_PER_NETWORK = ALLOWED
    site.publication.let_visitors_read(1)
    return site


class TestNetwork:
    @pytest.mark.leak_case("PW-063")
    def test_forged_addresses_give_no_fresh_allowance(self, visitors_read: Site) -> None:
        site, bodies = visitors_read, 0
        for number in range(30):
            headers = {"X-Forwarded-For": f"185.{number}.{number + 7}.{255 - number}", "X-Real-IP": f"185.1.1.{number}"}
            bodies += not site.open("metered", headers=headers).shows_nothing
        assert bodies <= ALLOWED
        site.control("metered")

    @pytest.mark.leak_case("PW-075")
    def test_keeping_no_cookie_is_not_unlimited_reading(self, visitors_read: Site) -> None:
        site = visitors_read
        bodies = sum(not site.open(f"race{number}").shows_nothing for number in range(20))
        assert bodies <= ALLOWED
        site.control("race0")
