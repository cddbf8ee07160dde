"""System checks of who may read what. Ids 200 to 299."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks

from wagtail_wpr.access.memory import UNSHARED_SECONDS, cache_is_shared
from wagtail_wpr.conf import settings


@checks.register(checks.Tags.caches)
def check_cache_exists(**kwargs: Any) -> list[checks.CheckMessage]:
    """``WPR_CACHE`` must name a cache that there is."""
    if settings.cache in django_settings.CACHES:
        return []
    return [
        checks.Error(
            f"WPR_CACHE is {settings.cache!r}, which CACHES does not have.",
            hint="Name one of CACHES; without a cache every process reads settings every few seconds.",
            id="wagtail_wpr.E200",
        )
    ]


@checks.register(checks.Tags.caches, deploy=True)
def check_cache_is_shared(**kwargs: Any) -> list[checks.CheckMessage]:
    """Say how fast other processes see a change of access."""
    if settings.cache not in django_settings.CACHES or cache_is_shared():
        return []
    return [
        checks.Warning(
            f"The cache {settings.cache!r} is not shared between processes, so a change of access may take "
            f"{UNSHARED_SECONDS:.0f} seconds to reach all of them.",
            hint="Point WPR_CACHE at Redis, Memcached, a database or a file cache to have it at once.",
            id="wagtail_wpr.W200",
        )
    ]


@checks.register()
def check_apps(**kwargs: Any) -> list[checks.CheckMessage]:
    """The meter's settings are edited through ``wagtail.contrib.settings``."""
    if apps.is_installed("wagtail.contrib.settings"):
        return []
    return [
        checks.Error(
            "wagtail.contrib.settings is not installed, so nobody can edit the meter.",
            hint='Add "wagtail.contrib.settings" to INSTALLED_APPS.',
            id="wagtail_wpr.E201",
        )
    ]


@checks.register()
def check_time_zones(**kwargs: Any) -> list[checks.CheckMessage]:
    """Periods and schedules are aware times; naive ones would make every decision fail."""
    if django_settings.USE_TZ:
        return []
    return [
        checks.Error(
            "USE_TZ is off, so no decision can be made and every article shows its teaser only.",
            hint="Set USE_TZ = True.",
            id="wagtail_wpr.E202",
        )
    ]
