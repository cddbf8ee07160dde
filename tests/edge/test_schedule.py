"""A page that closes by schedule is closed behind a cache too."""

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

#: Seconds until the page closes, and seconds that a cache, which counts whole ones from when it got it, may be late.
OPEN, LATE = 4, 2


@pytest.mark.parametrize("delivery", ["fetch", "inline"], indirect=True)
def test_what_is_free_until_then_is_in_no_copy_after(server: Server, origin: Origin) -> None:
    made = publication(of_each=0)
    path = made.paths["free"]
    closes = timezone.now() + timedelta(seconds=OPEN)
    set_access(made.pages["free"], "subscribers", free_until=closes)
    assert FREE_WORD in ask(server.address, path).text
    assert ask(server.address, path).from_cache
    # Nobody asks meanwhile: the first one after it must not be given what was kept while the new page is made.
    while timezone.now() <= closes + timedelta(seconds=LATE):
        time.sleep(0.05)
    answer = ask(server.address, path)
    assert not answer.from_cache
    assert FREE_WORD not in answer.text
    assert origin.renders(path) == 2
