from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from wagtail.models import Site

from tests.access.publication import make_page, make_reader, make_site, make_subscriber
from wagtail_wpr.access import memory


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    """Each test begins and ends like a fresh process."""
    cache.clear()
    memory.forget()
    yield
    cache.clear()
    memory.forget()


@pytest.fixture
def site(db: None) -> Site:
    return make_site()


@pytest.fixture
def home(site: Site) -> Any:
    return site.root_page


@pytest.fixture
def article(home: Any) -> Any:
    return make_page(home, "article")


@pytest.fixture
def reader(db: None) -> Any:
    return make_reader()


@pytest.fixture
def subscriber(db: None) -> Any:
    return make_subscriber()
