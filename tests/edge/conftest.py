from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.edge.origin import Origin, edge_middleware
from tests.edge.servers import SERVERS, Server
from tests.races.conftest import shared_database as shared_database  # the same: processes on one database
from wagtail_wpr.access import memory
from wagtail_wpr.slots.deliveries import DELIVERIES


@pytest.fixture(params=DELIVERIES)
def delivery(request: pytest.FixtureRequest) -> str:
    """Each way of filling slots that there is."""
    return str(request.param)


@pytest.fixture
def site(shared_database: None, settings: Any, tmp_path: Path, delivery: str) -> Iterator[None]:
    """The settings of a site behind a cache, with a cache of its own that several processes share."""
    settings.WPR_DELIVERY = delivery
    settings.MIDDLEWARE = edge_middleware(settings.MIDDLEWARE)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
    memory.forget()
    yield
    cache.clear()


@pytest.fixture
def origin(site: None) -> Iterator[Origin]:
    """The site, running; what the test changes in the database it sees."""
    with Origin() as running:
        yield running


@pytest.fixture(params=list(SERVERS))
def server(request: pytest.FixtureRequest, origin: Origin, delivery: str, tmp_path: Path) -> Iterator[Server]:
    """Each of the servers, in front of the site."""
    with SERVERS[request.param](origin.port, tmp_path / request.param, delivery) as running:
        yield running
