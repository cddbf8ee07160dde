"""What every test may use: Chromium, and how hard hypothesis tries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings


if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Deadlines measure the machine, not the code; too slow a draw says nothing where two workers share two cores.
settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), max_examples=100, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

#: As root in a container, without a GPU, and silent: no request of the browser's own leaves the machine.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what needs Chromium last: a process that drives it has a loop running, and can fork no racers any more.

    The leak cases stay together, because they share a database; they come late by themselves.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None and "/leaks/" not in item.nodeid)


def chromium_path() -> str | None:
    """The system's Chromium: ``CHROMIUM`` from the environment, or what is on the path."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless; one for the session, contexts and pages are the test's own."""
    path = chromium_path()
    if path is None:
        pytest.skip("There is no Chromium here: install it, or name one with CHROMIUM=/path/to/chromium.")
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface runs a loop in this thread, which Django would take for async code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
