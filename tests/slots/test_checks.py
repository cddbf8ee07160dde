"""What ``manage.py check`` says of delivery and caches: whole sentences, and what mends it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from wagtail.models import Site

from tests.factories import home
from wagtail_wpr.slots.checks import check_caches, check_delivery, check_sites
from wagtail_wpr.slots.deliveries import DELIVERIES
from wagtail_wpr.slots.models import DeliverySettings


VARNISH = {"varnish": {"BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend", "LOCATION": "http://cache"}}


def ids(messages: list[CheckMessage]) -> list[str]:
    for message in messages:
        assert message.msg[0].isupper() and message.msg.endswith(".")
        assert message.hint and message.hint.endswith(".")
    return [str(message.id) for message in messages]


class TestFetch:
    @pytest.fixture(autouse=True)
    def delivered(self, settings: Any) -> None:
        settings.WPR_DELIVERY = "fetch"

    def test_on_a_sound_site_is_fine(self) -> None:
        assert check_delivery() == []

    def test_without_the_urls_is_an_error(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "wagtail.urls"
        assert ids(check_delivery()) == ["wagtail_wpr.E006"]

    def test_with_a_cookie_on_every_page_warns(self, settings: Any) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True
        assert ids(check_delivery()) == ["wagtail_wpr.W007"]

    def test_with_the_page_cache_above_is_the_error_that_it_is_in_any_mode(self, settings: Any) -> None:
        settings.MIDDLEWARE = ["django.middleware.cache.UpdateCacheMiddleware", *settings.MIDDLEWARE]
        assert ids(check_delivery()) == ["wagtail_wpr.E003"]


class TestInline:
    def test_does_not_mind_a_cookie_on_every_page(self, settings: Any) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True
        assert check_delivery() == []


@pytest.mark.django_db
class TestSites:
    @pytest.fixture
    def site(self) -> Site:
        return Site.objects.get(root_page=home())

    def test_are_not_looked_at_without_a_database(self, site: Site) -> None:
        DeliverySettings.objects.create(site=site, delivery="esi")
        assert check_sites(databases=None) == []

    def test_with_an_unknown_delivery_are_an_error(self, site: Site) -> None:
        DeliverySettings.objects.create(site=site, delivery="esi")
        (error,) = check_sites(databases=["default"])
        assert ids([error]) == ["wagtail_wpr.E005"]
        assert f"site {site.pk} is 'esi'" in error.msg

    def test_that_fetch_are_looked_at_as_an_installation_that_does(self, site: Site, settings: Any) -> None:
        settings.ROOT_URLCONF = "wagtail.urls"
        assert check_sites(databases=["default"]) == []
        DeliverySettings.objects.create(site=site, delivery="fetch")
        assert ids(check_sites(databases=["default"])) == ["wagtail_wpr.E006"]


class TestMode:
    @pytest.mark.parametrize(
        ("delivery", "says", "told"),
        [
            ("inline", "caches keep visitors' pages, by Vary: Cookie", "no check can see"),
            ("fetch", "caches keep one copy of it, and readers fetch what is theirs", "must pass /wpr/"),
            ("null", "nobody's slots are filled", "must not have cookies in its key"),
        ],
    )
    def test_is_said_with_what_a_cache_must_be_told(self, settings: Any, delivery: str, says: str, told: str) -> None:
        settings.WPR_DELIVERY = delivery
        (info,) = check_caches()
        assert ids([info]) == ["wagtail_wpr.I001"]
        assert says in info.msg
        assert told in str(info.hint)

    def test_is_said_of_every_delivery(self, settings: Any) -> None:
        for delivery in DELIVERIES:
            settings.WPR_DELIVERY = delivery
            assert repr(delivery) in check_caches()[0].msg

    def test_says_whether_caches_are_told_of_changes(self, settings: Any) -> None:
        assert "No cache is told of changes" in str(check_caches()[0].hint)
        settings.WAGTAILFRONTENDCACHE = VARNISH
        assert "told of changes through wagtail.contrib.frontend_cache" in str(check_caches()[0].hint)

    def test_is_printed_for_a_deployment_and_is_no_failure(self) -> None:
        out, plain = StringIO(), StringIO()
        call_command("check", deploy=True, tags=["caches"], stderr=out)
        call_command("check", tags=["caches"], stderr=plain)
        assert "wagtail_wpr.I001" in out.getvalue()
        assert "wagtail_wpr" not in plain.getvalue()


class TestCaches:
    def test_setting_that_django_has_forgotten_warns(self, settings: Any) -> None:
        settings.CACHE_MIDDLEWARE_ANONYMOUS_ONLY = True
        assert ids(check_caches()) == ["wagtail_wpr.I001", "wagtail_wpr.W008"]

    def test_purging_with_processes_that_hear_of_changes_late_warns(self, settings: Any) -> None:
        settings.WAGTAILFRONTENDCACHE = VARNISH
        assert ids(check_caches()) == ["wagtail_wpr.I001", "wagtail_wpr.W009"]
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kept"}}
        assert ids(check_caches()) == ["wagtail_wpr.I001"]

    def test_error_stops_the_command(self, settings: Any) -> None:
        settings.WPR_DELIVERY = "esi"
        with pytest.raises(SystemCheckError, match="wagtail_wpr.E002"):
            call_command("check", tags=["security"])
