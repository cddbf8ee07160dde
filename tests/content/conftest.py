from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.content.kept_bodies import Host
from wagtail_wpr.access import memory


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Each test begins and ends like a fresh process."""
    cache.clear()
    memory.forget()
    yield
    cache.clear()
    memory.forget()


@pytest.fixture
def host(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host with templates of blocks of its own."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    return Host(tmp_path, monkeypatch)
