"""System checks of what readers need from a host's settings."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.apps import apps
from django.conf import global_settings
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from wagtail_wpr.conf import settings


@register()
def check_readers(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what stands in the way of registration and signing in."""
    return [*_adapter(), *_sessions(), *_sender(), *_backends(), *_numbers()]


def _adapter() -> list[CheckMessage]:
    path = settings.reader_adapter
    from wagtail_wpr.readers.adapter import ReaderAdapter

    try:
        found = import_string(path)
    except ImportError as error:
        return [
            Error(
                f"WPR_READER_ADAPTER names {path!r}, which cannot be imported: {error}.",
                hint="Name a class that extends wagtail_wpr.readers.adapter.ReaderAdapter.",
                id="wagtail_wpr.E101",
            )
        ]
    if not (isinstance(found, type) and issubclass(found, ReaderAdapter)):
        return [
            Error(
                f"WPR_READER_ADAPTER names {path!r}, which is not a ReaderAdapter.",
                hint="Let the class extend wagtail_wpr.readers.adapter.ReaderAdapter.",
                id="wagtail_wpr.E102",
            )
        ]
    return []


def _sessions() -> list[CheckMessage]:
    missing = []
    if "sessions.middleware" not in " ".join(django_settings.MIDDLEWARE).lower() or not any(
        path.endswith("AuthenticationMiddleware") for path in django_settings.MIDDLEWARE
    ):
        missing.append("SessionMiddleware and AuthenticationMiddleware in MIDDLEWARE")
    if django_settings.SESSION_ENGINE.endswith(".db") and not apps.is_installed("django.contrib.sessions"):
        missing.append("django.contrib.sessions in INSTALLED_APPS")
    return [
        Error(f"Readers cannot be signed in without {name}.", hint="Add it.", id="wagtail_wpr.E103") for name in missing
    ]


def _sender() -> list[CheckMessage]:
    sender = django_settings.DEFAULT_FROM_EMAIL
    if sender and sender != global_settings.DEFAULT_FROM_EMAIL and "@" in parseaddr(sender)[1]:
        return []
    return [
        Warning(
            f"Sign-in mails would come from {sender!r}, and readers are told to look for that address.",
            hint="Set DEFAULT_FROM_EMAIL to an address of the publication.",
            id="wagtail_wpr.W101",
        )
    ]


def _backends() -> list[CheckMessage]:
    if django_settings.AUTHENTICATION_BACKENDS:
        return []
    return [
        Error(
            "AUTHENTICATION_BACKENDS is empty, so no reader can be signed in.",
            hint="Name at least django.contrib.auth.backends.ModelBackend.",
            id="wagtail_wpr.E104",
        )
    ]


def _numbers() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.code_tries > 10:
        found.append(
            Warning(
                f"WPR_CODE_TRIES is {settings.code_tries}: six digits do not stand many guesses.",
                hint="Leave it at 5.",
                id="wagtail_wpr.W102",
            )
        )
    if settings.sign_in_minutes > 24 * 60:
        found.append(
            Warning(
                "WPR_SIGN_IN_MINUTES lets links live for more than a day; whoever finds an old mail gets in.",
                hint="Leave it at 60.",
                id="wagtail_wpr.W103",
            )
        )
    return found
