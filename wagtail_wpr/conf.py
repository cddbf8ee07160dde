"""Every setting of the package, typed, read when asked so that ``override_settings`` works.

A host writes ``WPR_<NAME>`` in its settings; the attribute here is ``<name>``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings


def _read(name: str, default: Any) -> Any:
    return getattr(django_settings, name, default)


class Settings:
    """The package's settings. ``from wagtail_wpr.conf import settings``."""

    @property
    def delivery(self) -> str:
        """How slots are filled: ``"inline"`` (default), ``"fetch"`` or ``"null"`` (free bodies only)."""
        return str(_read("WPR_DELIVERY", "inline"))

    @property
    def cache(self) -> str:
        """Alias in ``CACHES`` that our own entries go to."""
        return str(_read("WPR_CACHE", "default"))

    @property
    def body_cache_seconds(self) -> int:
        """Seconds that a rendered body is kept; 0 for never. With ``DEBUG`` never, unless it is set."""
        return int(_read("WPR_BODY_CACHE_SECONDS", 0 if django_settings.DEBUG else 300))

    @property
    def template_version(self) -> str:
        """Whatever changes with the host's templates: bodies rendered by others are not used any more."""
        return str(_read("WPR_TEMPLATE_VERSION", ""))

    @property
    def count_walls(self) -> bool:
        """Whether walls that were shown are counted by day, article and kind of wall."""
        return bool(_read("WPR_COUNT_WALLS", True))

    @property
    def reader_adapter(self) -> str:
        """Dotted path of the class that finds, creates and signs in users."""
        return str(_read("WPR_READER_ADAPTER", "wagtail_wpr.readers.adapter.ReaderAdapter"))

    @property
    def trusted_proxies(self) -> int:
        """How many proxies stand before the site; 0 means that ``REMOTE_ADDR`` is the client."""
        return int(_read("WPR_TRUSTED_PROXIES", 0))

    @property
    def grant_hours(self) -> int:
        """Hours that an instant unlock lasts in the browser that asked for it."""
        return int(_read("WPR_GRANT_HOURS", 24))

    @property
    def sign_in_minutes(self) -> int:
        """Minutes that a sign-in link and its code last."""
        return int(_read("WPR_SIGN_IN_MINUTES", 60))

    @property
    def code_tries(self) -> int:
        """How often a code may be typed wrong before it is worth nothing."""
        return int(_read("WPR_CODE_TRIES", 5))

    @property
    def unlocks_per_network(self) -> int:
        """Instant unlocks that one network gets a day."""
        return int(_read("WPR_UNLOCKS_PER_NETWORK", 10))

    @property
    def browsers_per_network(self) -> int:
        """New browsers a day in one network that get the free articles of a visitor, where there are any."""
        return int(_read("WPR_BROWSERS_PER_NETWORK", 20))

    @property
    def posts_per_network(self) -> int:
        """Posts to the register and log-in forms that one network may make an hour before it gets 429."""
        return int(_read("WPR_POSTS_PER_NETWORK", 100))

    @property
    def mails_per_address(self) -> int:
        """Sign-in mails that one address gets an hour; further ones are silently not sent."""
        return int(_read("WPR_MAILS_PER_ADDRESS", 5))

    @property
    def grace_days(self) -> int:
        """Days that a subscription with a failed or open payment goes on after its period."""
        return int(_read("WPR_GRACE_DAYS", 7))

    @property
    def disposable_domains(self) -> frozenset[str]:
        """Domains whose addresses are refused, in lower case."""
        return frozenset(str(domain).lower() for domain in _read("WPR_DISPOSABLE_DOMAINS", ()))


settings = Settings()
