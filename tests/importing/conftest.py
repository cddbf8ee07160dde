from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from wagtail.models import Page

from tests.factories import home
from tests.importing.sources import write
from wagtail_wpr.access import memory
from wagtail_wpr.pages.models import SectionPage


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    cache.clear()
    memory.forget()
    yield
    cache.clear()
    memory.forget()


@pytest.fixture
def library(db: None) -> Page:
    return home().add_child(instance=SectionPage(title="Library", slug="library"))


class Outcome:
    """What a run of the command said, and whether it ended with an error."""

    def __init__(self, out: str, err: str, failure: str) -> None:
        self.out, self.err, self.failure = out, err, failure

    @property
    def counts(self) -> str:
        return self.out.splitlines()[0]


@pytest.fixture
def run(library: Page, tmp_path: Path) -> Callable[..., Outcome]:
    """Write lines to ``news.jsonl`` and import it; keyword arguments are the command's options."""

    def run(*lines: Any, **options: Any) -> Outcome:
        file = write(tmp_path / "news.jsonl", *lines)
        out, err, failure = StringIO(), StringIO(), ""
        try:
            call_command("wpr_import", str(file), stdout=out, stderr=err, **options)
        except CommandError as error:
            failure = str(error)
        return Outcome(out.getvalue(), err.getvalue().replace(str(file), "news.jsonl"), failure)

    return run
