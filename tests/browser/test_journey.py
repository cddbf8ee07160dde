"""The reader's journey, in Chromium: from the first teaser to the used-up meter, and back in by link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.reader import FIFTH, FIRST, FOURTH, SECOND, THIRD, KeyboardReader, Reader


if TYPE_CHECKING:
    from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def meets_the_wall(reader: Reader) -> None:
    page = reader.page
    page.goto("/")
    reader.press(page.get_by_role("link", name="Fifty times a second").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Fifty times a second")
    expect(page.locator(".wpr-teaser").first).to_be_visible()
    expect(reader.wall).to_have_attribute("data-wpr-wall", "register")
    expect(reader.wall).to_contain_text(
        "instant access to the rest of this article, as well as three free articles a month"
    )
    expect(reader.wall.get_by_role("link", name="Log in")).to_be_visible()
    expect(page.get_by_role("heading", name="More from The Tidewaiter")).to_be_visible()
    expect(reader.body).to_have_count(0)


def registers(reader: Reader) -> None:
    reader.leave_address()
    reader.expect_to_read_on()
    expect(reader.page.get_by_role("heading", name="The postcard")).to_be_visible()
    expect(reader.wall).to_have_count(0)
    expect(reader.code_field).to_be_in_viewport()
    # Typing an address signs nobody in.
    expect(reader.account).to_have_attribute("data-wpr-account", "visitor")
    assert reader.newest_mail()["to"] == reader.address


def proves_the_address(reader: Reader) -> None:
    reader.write(reader.code_field, reader.code())
    expect(reader.account).to_have_attribute("data-wpr-account", "reader")
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Fifty times a second")
    reader.expect_to_read_on()
    expect(reader.code_field).to_have_count(0)


def reads_three_and_meets_the_end(reader: Reader) -> None:
    page = reader.page
    for number, path in enumerate((SECOND, THIRD, FOURTH), start=1):
        page.goto(path)
        expect(page.locator(".wpr-meter")).to_contain_text(f"You have read {number} of 3 free articles.")
        expect(reader.body).to_be_visible()
        expect(reader.wall).to_have_count(0)
    page.goto(FIFTH)
    expect(reader.wall).to_have_attribute("data-wpr-wall", "subscribe")
    expect(reader.wall).to_contain_text("You have read your 3 free articles")
    expect(page.locator(".wpr-teaser").first).to_be_visible()
    expect(reader.body).to_have_count(0)


def reads_again_for_nothing(reader: Reader) -> None:
    meter = reader.page.locator(".wpr-meter")
    still_open = reader.wall.get_by_role("navigation", name="Still open for you")
    reader.press(still_open.get_by_role("link", name="A border that floats"))
    expect(reader.body).to_be_visible()
    expect(meter).to_contain_text("You have read 3 of 3 free articles.")
    # What registering opened stays open and does not count.
    reader.page.goto(FIRST)
    expect(reader.body).to_be_visible()
    expect(meter).to_contain_text("You have read 3 of 3 free articles.")


def leaves_and_comes_back(reader: Reader) -> None:
    page = reader.page
    reader.press(reader.account.get_by_role("button", name="Log out"))
    expect(reader.account).to_have_attribute("data-wpr-account", "visitor")
    page.goto(SECOND)
    expect(reader.body).to_have_count(0)
    reader.press(reader.account.get_by_role("link", name="Log in"))
    reader.write(page.get_by_label("E-mail"), reader.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your inbox")
    page.goto(reader.link())
    # To open the link is not enough: mail scanners do that too.
    expect(reader.account).to_have_attribute("data-wpr-account", "visitor")
    reader.press(page.get_by_role("button", name="Sign in and read on"))
    expect(reader.account).to_have_attribute("data-wpr-account", "reader")
    page.goto(SECOND)
    expect(reader.body).to_be_visible()
    page.goto(FIFTH)
    expect(reader.wall).to_have_attribute("data-wpr-wall", "subscribe")


def travel(reader: Reader) -> None:
    meets_the_wall(reader)
    registers(reader)
    proves_the_address(reader)
    reads_three_and_meets_the_end(reader)
    reads_again_for_nothing(reader)
    leaves_and_comes_back(reader)


class TestTheJourney:
    @pytest.mark.parametrize("width", [390, 820, 1280])
    def test_at_three_widths(self, open_context: Open, width: int) -> None:
        travel(Reader(open_context(width=width, has_touch=width < 1000)))

    def test_without_scripts(self, open_context: Open) -> None:
        travel(Reader(open_context(java_script_enabled=False)))

    def test_by_keyboard_alone(self, open_context: Open) -> None:
        reader = KeyboardReader(open_context())
        travel(reader)
        assert reader.wrong == []


class TestTheKeyboard:
    def test_skip_link_comes_first_and_leads_past_the_masthead(self, open_context: Open) -> None:
        reader = KeyboardReader(open_context())
        reader.page.goto(FIRST)
        skip = reader.page.get_by_role("link", name="Skip to the text")
        reader.tab_to(skip, at_most=1)
        expect(skip).to_be_in_viewport()
        reader.page.keyboard.press("Enter")
        reader.tab_to(reader.page.get_by_label("Your e-mail address"), at_most=1)
        assert reader.wrong == []

    def test_field_for_the_code_is_next_after_registering(self, open_context: Open) -> None:
        reader = KeyboardReader(open_context())
        reader.register()
        reader.tab_to(reader.code_field, at_most=1)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_every_stop_of_the_pages_can_be_seen(self, open_context: Open, scheme: str) -> None:
        reader = KeyboardReader(open_context(color_scheme=scheme))
        for path in ("/", FIRST, "/wpr/log-in/"):
            self.tab_through(reader, path)
        reader.register()
        self.tab_through(reader, FIRST)
        reader.become("used-up")
        for path in (FIRST, "/wpr/account/"):
            self.tab_through(reader, path)
        assert reader.wrong == []

    def tab_through(self, reader: KeyboardReader, path: str) -> None:
        reader.page.goto(path)
        reader.tab()
        stops = 1
        while not reader.page.evaluate("document.activeElement.matches('body, .skip')") or stops == 1:
            reader.tab()
            stops += 1
        assert stops > 8


class TestTheBackButton:
    def test_leads_back_to_where_one_came_from(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.page.goto("/analysis/")
        reader.press(reader.page.get_by_role("link", name="Fifty times a second").first)
        reader.leave_address()
        reader.expect_to_read_on()
        reader.page.go_back()
        # The article again, and open: its form is not offered to somebody who has just filled it in.
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("Fifty times a second")
        expect(reader.body).to_be_visible()
        expect(reader.wall).to_have_count(0)
        reader.page.go_back()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("Analysis")
