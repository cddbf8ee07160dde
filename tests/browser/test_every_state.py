"""Every page in every state: accessible in light and dark, as wide as its window, its lines not stretched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.reader import Reader
from tests.browser.states import STATES


if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.example.demo import Demo

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Text for reading long is held to a higher measure than the rest.
READING = ".wpr-teaser, .wpr-body, .introduction, .findings"
WIDTHS = (320, 390, 820, 1280, 1600)

#: Where the window at its present width is too narrow for the page.
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? []
  : [`at ${innerWidth} px the page is ${document.documentElement.scrollWidth} px wide`]"""
#: 70 characters of a book face are about 34 times the size of its letters.
STRETCHED = """() => [...document.querySelectorAll(".wpr-teaser p, .wpr-body p")]
  .filter((line) => line.getBoundingClientRect().width > 40 * parseFloat(getComputedStyle(line).fontSize))
  .map((line) => `stretched: ${line.innerText.slice(0, 40)}`)"""


def breaches(page: Page, scheme: str, rules: list[str], within: str | None = None) -> list[str]:
    """Return what axe finds in a page that holds it, each with its rule and the elements."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": rules}
    found = page.evaluate("([within, options]) => axe.run(within || document, options)", [within, options])[
        "violations"
    ]
    return [
        f"{scheme}: {one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize("state", STATES)
def test_every_state(open_context: Open, demo: Demo, state: str) -> None:
    reader = Reader(open_context())
    STATES[state](reader, demo)
    page = reader.page
    page.evaluate(AXE_SCRIPT)
    problems = breaches(page, "light", RULES)
    # The dark page has the same elements: its colours alone can differ.
    problems += breaches(page, "dark", ["color-contrast", "link-in-text-block"])
    if page.locator(READING).count():
        problems += breaches(page, "light", ["color-contrast-enhanced"], READING)
        problems += breaches(page, "dark", ["color-contrast-enhanced"], READING)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems += page.evaluate(SIDEWAYS)
    problems += page.evaluate(STRETCHED)
    assert problems == []
