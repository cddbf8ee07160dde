"""The test project with wagtail-localize, for the row that has it installed."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _APPS


# It takes the place of Wagtail's own simple translation.
INSTALLED_APPS = [
    "wagtail_localize",
    "wagtail_localize.locales",
    *(app for app in _APPS if app not in ("wagtail.contrib.simple_translation", "wagtail.locales")),
]
