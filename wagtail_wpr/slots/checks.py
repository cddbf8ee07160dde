"""System checks of delivery: the middleware, its place in the order, the setting, the mounted URLs."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from wagtail_wpr.conf import settings
from wagtail_wpr.slots.deliveries import DELIVERIES
from wagtail_wpr.slots.middleware import SlotMiddleware


ABOVE = ("django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware")
BELOW = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.locale.LocaleMiddleware",
)
WHY = {
    ABOVE[0]: "it compresses the page before its slots are filled, and subscribers get the teaser",
    ABOVE[1]: "it answers a subscriber who sends the visitor's ETag with 304, and the teaser stays",
    BELOW[0]: "it stores the page with a reader's body in it",
}


@register(Tags.security)
def check_delivery(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what keeps slots from being filled, or lets a cache keep what they were filled with."""
    return [*_setting(), *_middleware(), *_urls()]


def _setting() -> list[CheckMessage]:
    if settings.delivery in DELIVERIES:
        return []
    return [
        Error(
            f"WPR_DELIVERY is {settings.delivery!r}, which is no way of filling slots.",
            hint=f"Use one of {', '.join(repr(name) for name in DELIVERIES)}.",
            id="wagtail_wpr.E002",
        )
    ]


def _middleware() -> list[CheckMessage]:
    names = list(django_settings.MIDDLEWARE)
    ours = next((position for position, name in enumerate(names) if _is_ours(name)), None)
    if ours is None:
        return [
            Error(
                "No middleware fills the slots: every reader gets the teaser, and free articles are not opened.",
                hint="Add 'wagtail_wpr.slots.middleware.SlotMiddleware' to MIDDLEWARE, above page cache and sessions.",
                id="wagtail_wpr.E001",
            )
        ]
    wrong = [(name, "above") for name in ABOVE if name in names and names.index(name) > ours]
    wrong += [(name, "below") for name in BELOW if name in names and names.index(name) < ours]
    return [
        Error(
            f"In MIDDLEWARE {name} must stand {place} SlotMiddleware"
            + (f", because otherwise {WHY[name]}." if name in WHY else "."),
            hint="Order: GZip, conditional GET, SlotMiddleware, page cache, sessions, locale, authentication.",
            id="wagtail_wpr.E003",
        )
        for name, place in wrong
    ]


def _is_ours(name: str) -> bool:
    try:
        found = import_string(name)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, SlotMiddleware)


def _urls() -> list[CheckMessage]:
    try:
        reverse("wagtail_wpr:register")
    except NoReverseMatch:
        return [
            Warning(
                "The package's URLs are not mounted, so that a wall has no form and nobody can register or log in.",
                hint='Add path("wpr/", include("wagtail_wpr.urls")) to the root URL configuration, above Wagtail\'s.',
                id="wagtail_wpr.W004",
            )
        ]
    return []
