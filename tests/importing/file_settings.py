"""Settings for tests with a process and a database file of their own; tables are made without migrations."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403


class NoMigrations:
    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


MIGRATION_MODULES = NoMigrations()
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["WPR_IMPORT_DATABASE"]}}
