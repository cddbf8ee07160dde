"""What stands between the readers and the site: nothing, or a cache that many share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


def edges() -> list[str]:
    """Return the names of the ways in: ``direct`` always, further ones where this machine can start them."""
    return ["direct"]


@contextmanager
def through(edge: str, origin: str) -> Iterator[str]:
    """Yield ``host:port`` at which a site that listens at ``origin`` is reached through this edge."""
    if edge != "direct":
        raise ValueError(f"There is no edge called {edge!r}; use one of {', '.join(edges())}.")
    yield origin
