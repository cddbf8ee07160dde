"""A page that closes by schedule is closed behind a cache too, at that very time."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.edge.asking import ask
from tests.edge.origin import Origin
from tests.edge.publication import FREE_WORD, publication
from tests.edge.servers import Server
from tests.factories import set_access


pytestmark = pytest.mark.edge

#: Seconds until the page closes, and seconds that a cache, which counts whole ones, may be late.
OPEN, LATE = 4, 2


@pytest.mark.parametrize("delivery", ["fetch", "inline"], indirect=True)
def test_what_is_free_until_then_is_in_no_copy_after(server: Server, origin: Origin) -> None:
    made = publication(of_each=0)
    path = made.paths["free"]
    closes = timezone.now() + timedelta(seconds=OPEN)
    set_access(made.pages["free"], "subscribers", free_until=closes)
    assert FREE_WORD in ask(server.address, path).text
    assert ask(server.address, path).from_cache
    deadline = time.monotonic() + OPEN + LATE
    while FREE_WORD in ask(server.address, path).text:
        assert time.monotonic() < deadline, "The cache still gives the body."
    assert timezone.now() >= closes
    assert origin.renders(path) >= 2
