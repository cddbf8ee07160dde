"""What stands between the readers and the site: nothing, or a cache that many share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.edge.servers import SERVERS, program


#: The caches that the cases about caches are asked through, besides directly.
CACHES = ("nginx",)


def edges() -> list[str]:
    """Return the names of the ways in: ``direct`` always, and the caches that are installed here."""
    return ["direct", *(name for name in CACHES if program(SERVERS[name].program))]


@contextmanager
def through(edge: str, origin: str, delivery: str, folder: Path) -> Iterator[str]:
    """Yield ``host:port`` at which a site that listens at ``origin`` is reached through this edge.

    A cache begins empty, and its files are in ``folder``, which is made.
    """
    if edge == "direct":
        yield origin
        return
    with SERVERS[edge](int(origin.rpartition(":")[2]), folder, delivery) as server:
        yield server.address.removeprefix("http://")
