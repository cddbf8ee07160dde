from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections

from wagtail_wpr.access import memory


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """The test database as other processes can open it: SQLite's lives in memory, so it becomes a file."""
    memory.forget()
    cache.clear()
    if connection.vendor != "sqlite":
        yield
        return
    original = connection.settings_dict["NAME"]
    file = tmp_path / "race.sqlite3"
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    kept: Any = connections["default"].connection
    connection.connection = None
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        if connection.connection is not None:
            connection.connection.close()
        connection.settings_dict["NAME"] = original
        connection.connection = kept
        memory.forget()
