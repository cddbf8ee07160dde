from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from wagtail_wpr.access import memory


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Each test begins and ends like a fresh process."""
    cache.clear()
    memory.forget()
    yield
    cache.clear()
    memory.forget()
