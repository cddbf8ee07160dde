"""System checks of delivery: the middleware, its place in the order, the setting, the mounted URLs, the caches.

With ``--deploy`` one of them says which mode the site is in, and what a cache in front of it must be told.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError, router
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from wagtail_wpr.access.memory import UNSHARED_SECONDS, cache_is_shared
from wagtail_wpr.conf import settings
from wagtail_wpr.slots import purging
from wagtail_wpr.slots.deliveries import DELIVERIES, FETCH, INLINE, NULL
from wagtail_wpr.slots.middleware import SlotMiddleware


ABOVE = ("django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware")
BELOW = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.locale.LocaleMiddleware",
)
#: What each mode means for a cache in front of the site.
MODES = {
    INLINE: "each page is filled for its reader as it leaves: caches keep visitors' pages, by Vary: Cookie",
    FETCH: "a page is the same for everybody: caches keep one copy of it, and readers fetch what is theirs",
    NULL: "a page is the same for everybody and nobody's slots are filled: caches keep one copy of it",
}
TOLD = {
    INLINE: "A cache in front of the site must honour Vary and Cache-Control, or pass whoever has a cookie; that it "
    "does, no check can see.",
    FETCH: "A cache in front of the site must not have cookies in its key, and must pass /wpr/ (wherever the "
    "package's URLs are mounted), POST and ?wpr-inline=.",
    NULL: "A cache in front of the site must not have cookies in its key.",
}
WHY = {
    ABOVE[0]: "it compresses the page before its slots are filled, and subscribers get the teaser",
    ABOVE[1]: "it answers a subscriber who sends the visitor's ETag with 304, and the teaser stays",
    BELOW[0]: "it stores the page with a reader's body in it",
}


@register(Tags.security)
def check_delivery(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what keeps slots from being filled, or lets a cache keep what they were filled with."""
    return [*_setting(), *_middleware(), *(_fetch() if settings.delivery == FETCH else _urls())]


@register(Tags.database)
def check_sites(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return the sites that ask for a way of delivery that there is not, or that cannot work here."""
    from wagtail_wpr.slots.models import DeliverySettings

    using = router.db_for_read(DeliverySettings)
    if using not in (databases or ()):
        return []
    try:
        chosen = list(DeliverySettings.objects.using(using).exclude(delivery="").values_list("site_id", "delivery"))
    except DatabaseError:
        return []  # not migrated yet
    found: list[CheckMessage] = [
        Error(
            f"The delivery of site {site_id} is {delivery!r}, which is no way of filling slots: nobody's are filled.",
            hint=f"Choose another in the admin, or one of {', '.join(repr(name) for name in DELIVERIES)} in the code.",
            id="wagtail_wpr.E005",
        )
        for site_id, delivery in chosen
        if delivery not in DELIVERIES
    ]
    if settings.delivery != FETCH and any(delivery == FETCH for _site, delivery in chosen):
        found += _fetch()
    return found


@register(Tags.caches, deploy=True)
def check_caches(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Say which mode the site is in, and what its caches would do wrong."""
    return [*_mode(), *_retired_setting(), *_late_processes()]


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


def _mounted() -> bool:
    try:
        reverse("wagtail_wpr:register")
    except NoReverseMatch:
        return False
    return True


def _urls() -> list[CheckMessage]:
    if not _mounted():
        return [
            Warning(
                "The package's URLs are not mounted, so that a wall has no form and nobody can register or log in.",
                hint='Add path("wpr/", include("wagtail_wpr.urls")) to the root URL configuration, above Wagtail\'s.',
                id="wagtail_wpr.W004",
            )
        ]
    return []


def _fetch() -> list[CheckMessage]:
    """Return what breaks pages that are the same for everybody."""
    found: list[CheckMessage] = []
    if not _mounted():
        found.append(
            Error(
                "The package's URLs are not mounted, so that the script of a page cannot fetch what belongs to its "
                "reader: subscribers see walls.",
                hint='Add path("wpr/", include("wagtail_wpr.urls")) to the root URL configuration, above Wagtail\'s.',
                id="wagtail_wpr.E006",
            )
        )
    if django_settings.SESSION_SAVE_EVERY_REQUEST:
        found.append(
            Warning(
                "SESSION_SAVE_EVERY_REQUEST puts the session's cookie on every page that a reader asks for, so that "
                "no cache can keep these answers.",
                hint="Set SESSION_SAVE_EVERY_REQUEST = False, or let readers' sessions be prolonged by a view that is "
                "not cached.",
                id="wagtail_wpr.W007",
            )
        )
    return found


def _mode() -> list[CheckMessage]:
    if settings.delivery not in MODES:
        return []
    purged = (
        "Caches are told of changes through wagtail.contrib.frontend_cache."
        if purging.is_configured()
        else "No cache is told of changes: what it keeps is right when its time is over. "
        "wagtail.contrib.frontend_cache would tell it."
    )
    return [
        Info(
            f"WPR_DELIVERY is {settings.delivery!r}: {MODES[settings.delivery]}.",
            hint=f"{TOLD[settings.delivery]} {purged}",
            id="wagtail_wpr.I001",
        )
    ]


def _retired_setting() -> list[CheckMessage]:
    if not hasattr(django_settings, "CACHE_MIDDLEWARE_ANONYMOUS_ONLY"):
        return []
    return [
        Warning(
            "CACHE_MIDDLEWARE_ANONYMOUS_ONLY does nothing: Django does not know it any more, and its page cache keeps "
            "the pages of whoever asks.",
            hint="Take it out. Below SlotMiddleware the page cache keeps nothing of anybody.",
            id="wagtail_wpr.W008",
        )
    ]


def _late_processes() -> list[CheckMessage]:
    if not purging.is_configured() or settings.cache not in django_settings.CACHES or cache_is_shared():
        return []
    return [
        Warning(
            f"The cache {settings.cache!r} is not shared between processes: for {UNSHARED_SECONDS:.0f} seconds after a "
            "change of access another process may make the old page, and a cache in front of the site keep it again.",
            hint="Point WPR_CACHE at Redis, Memcached, a database or a file cache.",
            id="wagtail_wpr.W009",
        )
    ]
