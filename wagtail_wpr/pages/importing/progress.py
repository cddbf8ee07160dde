"""Shows how far an import is: a bar where rich is installed and somebody looks, otherwise plain lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


#: Lines between two plain messages.
EVERY = 500


@contextmanager
def progress(total: int, stream: Any) -> Iterator[Callable[[int], None]]:
    """Yield a function to be called with the number of lines done since the last call."""
    if stream.isatty():
        try:
            from rich.console import Console
            from rich.progress import Progress
        except ImportError:
            pass
        else:
            with Progress(console=Console(file=stream), transient=True) as bar:
                task = bar.add_task("Importing", total=total)
                yield lambda lines: bar.advance(task, lines)
            return
    yield _plain(total, stream)


def _plain(total: int, stream: Any) -> Callable[[int], None]:
    done = 0

    def advance(lines: int) -> None:
        nonlocal done
        before, done = done, done + lines
        if done // EVERY > before // EVERY and done < total:
            stream.write(f"{done} of {total} lines\n")

    return advance
