"""The language of a page, which its walls speak, and the mails and forms that follow from them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import get_language, override


logger = logging.getLogger("wagtail_wpr")

#: Seconds after which a process sees that another one gave a locale another code, which hardly ever happens.
REMEMBERED_SECONDS = 60.0

_codes: Mapping[int, str] = {}
_read_at = float("-inf")


def language_of(page: Any) -> str:
    """Return the code of the language in which ``page`` speaks to its readers, ``""`` where none is active.

    Where pages have languages (``WAGTAIL_I18N_ENABLED``) it is the page's own, whatever the browser asks for
    and with or without Django's ``LocaleMiddleware``; elsewhere the one that is active. Never raises.
    """
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        code = code_of(getattr(page, "locale_id", None))
        if code:
            return code
    return get_language() or ""


_AS_IT_IS = nullcontext()


def speaking(language: str) -> AbstractContextManager[None]:
    """Return a ``with`` in which ``language`` is active; ``""`` leaves the one that is."""
    return override(language) if language and language != get_language() else _AS_IT_IS


def code_of(locale_id: int | None) -> str:
    """Return the language code of a locale, ``""`` where there is none; no query but now and then. Never raises."""
    if locale_id is None:
        return ""
    if locale_id not in _codes or time.monotonic() - _read_at > REMEMBERED_SECONDS:
        _read()
    return _codes.get(locale_id, "")


def forget(**kwargs: Any) -> None:
    """Drop what is remembered: a locale was saved or deleted."""
    global _codes
    _codes = {}


def _read() -> None:
    """Read all locales, of which there are few. Where the database is gone what is remembered goes on to hold."""
    global _codes, _read_at
    from wagtail.models import Locale

    try:
        _codes = dict(Locale.objects.values_list("pk", "language_code"))
        _read_at = time.monotonic()
    except DatabaseError:
        logger.exception("The languages of the site cannot be read; pages speak the active one.")


for _signal in (post_save, post_delete):
    _signal.connect(forget, sender="wagtailcore.Locale", dispatch_uid="wpr_languages")
post_migrate.connect(forget, dispatch_uid="wpr_languages")
