"""Every kind of page of the publication, in every state that it can be met in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.reader import (
    ACCOUNT,
    FIFTH,
    FIRST,
    FREE,
    GERMAN,
    LOG_IN,
    REGISTERED_ONLY,
    REPORT,
    RIGHT_TO_LEFT,
    SECOND,
    SUBSCRIBERS_ONLY,
    Reader,
)


if TYPE_CHECKING:
    from tests.example.demo import Demo

Reach = Callable[[Reader, "Demo"], None]


def visit(path: str, *, persona: str = "", wall: str = "", bodies: bool = False, heading: str = "") -> Reach:
    """Return how to reach a page as somebody, with what must be seen there."""

    def reach(reader: Reader, demo: Demo) -> None:
        if persona:
            reader.become(persona)
        reader.page.goto(path)
        if wall:
            expect(reader.wall).to_have_attribute("data-wpr-wall", wall)
        expect(reader.body.first).to_be_visible() if bodies else expect(reader.body).to_have_count(0)
        if heading:
            expect(reader.page.get_by_role("heading", level=1)).to_have_text(heading)

    return reach


def just_registered(path: str) -> Reach:
    def reach(reader: Reader, demo: Demo) -> None:
        reader.register(path)
        expect(reader.page.locator(".wpr-confirm")).to_be_visible()

    return reach


def confirm_wall(reader: Reader, demo: Demo) -> None:
    reader.register()
    reader.page.goto(SECOND)
    expect(reader.wall).to_have_attribute("data-wpr-wall", "confirm")
    reader.page.get_by_text("Use another address").click()


def address_refused(reader: Reader, demo: Demo) -> None:
    reader.page.goto(FIRST)
    reader.leave_address("somebody@example")  # good enough for the browser, not for us
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Please check your address")
    expect(reader.page.get_by_role("alert")).to_be_visible()


def code_wrong(reader: Reader, demo: Demo) -> None:
    reader.register()
    wrong = "111111" if reader.code() != "111111" else "222222"
    reader.write(reader.code_field, wrong)
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("That code does not fit")
    expect(reader.page.get_by_text("You have 4 more tries.")).to_be_visible()


def code_used_up(reader: Reader, demo: Demo) -> None:
    code_wrong(reader, demo)
    wrong = "111111" if reader.code() != "111111" else "222222"
    while reader.code_field.count():
        reader.write(reader.code_field, wrong)
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("That code does not fit")


def sent(reader: Reader, demo: Demo) -> None:
    reader.page.goto(LOG_IN)
    reader.write(reader.page.get_by_label("E-mail"), reader.address)
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Look into your inbox")


def link_opened(reader: Reader, demo: Demo) -> None:
    sent(reader, demo)
    reader.page.goto(reader.link())
    expect(reader.page.get_by_role("button", name="Sign in and read on")).to_be_visible()


def network_flooded(reader: Reader, demo: Demo) -> None:
    sent(reader, demo)
    demo.flood()
    reader.page.goto(LOG_IN)
    reader.write(reader.page.get_by_label("E-mail"), reader.address)
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Please wait a little")


STATES: dict[str, Reach] = {
    "front": visit("/"),
    "front, Arabic": visit("/ar/"),
    "front, German": visit("/de/"),
    "section": visit("/analysis/", heading="Analysis"),
    "article, visitor": visit(FIRST, wall="register"),
    "article, just registered": just_registered(FIRST),
    "article, to confirm": confirm_wall,
    "article, one read left": visit(FIFTH, persona="reader", bodies=True),
    "article, used up": visit(FIRST, persona="used-up", wall="subscribe"),
    "article, subscriber": visit(FIRST, persona="subscriber", bodies=True),
    "article, free": visit(FREE, bodies=True),
    "article for the registered": visit(REGISTERED_ONLY, wall="register"),
    "article for subscribers": visit(SUBSCRIBERS_ONLY, wall="subscribe"),
    "article, staff": visit(FIRST, persona="editor", bodies=True),
    "right to left, visitor": visit(RIGHT_TO_LEFT, wall="register"),
    "right to left, just registered": just_registered(RIGHT_TO_LEFT),
    "long German headline": visit(GERMAN, bodies=True),
    "report, visitor": visit(REPORT, wall="register"),
    "report, just registered": just_registered(REPORT),
    "report, subscriber": visit(REPORT, persona="subscriber", bodies=True),
    "log in": visit(LOG_IN, heading="Log in"),
    "address refused": address_refused,
    "mail sent": sent,
    "code wrong": code_wrong,
    "code used up": code_used_up,
    "link opened": link_opened,
    "link foreign": visit("/wpr/sign-in/nobody-made-this/", heading="This link no longer works"),
    "network flooded": network_flooded,
    "account": visit(ACCOUNT, persona="reader", heading="Your account"),
    "account, subscriber": visit(ACCOUNT, persona="subscriber", heading="Your account"),
    "not found": visit("/nowhere/", heading="That page is not here"),
}
