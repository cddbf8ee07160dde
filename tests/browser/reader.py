"""Somebody who reads in Chromium: with the mouse, or with the keyboard alone."""

from __future__ import annotations

import re
import secrets
from html import unescape
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect


if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

#: Metered articles of the publication, newest first.
FIRST = "/analysis/fifty-times-a-second/"
SECOND = "/analysis/a-border-that-floats/"
THIRD = "/opinion/noon-is-a-settlement/"
FOURTH = "/dispatches/a-sea-in-a-drawer/"
FIFTH = "/opinion/dirt-keeps-receipts/"
REGISTERED_ONLY = "/briefings/how-to-predict-a-sea/"
FREE = "/dispatches/what-the-pilot-knows/"
SUBSCRIBERS_ONLY = "/analysis/the-timetable-and-the-sea/"
REPORT = "/reports/paraguay-afloat/"
RIGHT_TO_LEFT = "/ar/dispatches/saat-min-maa/"
GERMAN = "/de/opinion/deichverbandsvorstandssitzungsniederschrift/"
LOG_IN = "/wpr/log-in/"
ACCOUNT = "/wpr/account/"

#: What stands in focus: is it drawn, does it stand out from what is behind it, does it follow what was there before?
FOCUS = """() => {
  const drawing = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const colour = (text) => {
    drawing.clearRect(0, 0, 1, 1); drawing.fillStyle = text; drawing.fillRect(0, 0, 1, 1);
    return [...drawing.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] > 200) return found;
    }
    return colour(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff");
  };
  const element = document.activeElement;
  if (element === document.body) { window.focusBefore = null; return null; }
  const hasRing = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const ringed = [element, element.closest(".card")].find((one) => one && hasRing(getComputedStyle(one)));
  const before = window.focusBefore;
  window.focusBefore = element;
  const box = element.getBoundingClientRect();
  let contrast = 0;
  if (ringed) {
    const style = getComputedStyle(ringed);
    const inside = parseFloat(style.outlineOffset) < 0;
    const [a, b] = [light(colour(style.outlineColor)), light(behind(inside ? ringed : ringed.parentElement))];
    contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return {
    name: `${element.tagName} ${(element.innerText || element.name || "").slice(0, 40)}`,
    contrast,
    inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    // After the last stop comes the first one again, sometimes by way of the browser's own controls.
    inOrder: !before || element.matches(".skip")
      || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


class Reader:
    """A reader with a browser of their own and an address that nobody has used; works with the mouse."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page = context.new_page()
        self.address = f"reader-{secrets.token_hex(4)}@example.net"

    # What hands do

    def press(self, target: Locator) -> None:
        """Press a link or a button."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Write into a field and send its form."""
        target.fill(text)
        self.press(target.locator("xpath=ancestor::form").get_by_role("button"))

    # What eyes find

    @property
    def wall(self) -> Locator:
        """The wall; in a report the whole one, not the lines in the other chapters."""
        return self.page.locator(".wpr-wall:not(.wpr-wall--compact)")

    @property
    def body(self) -> Locator:
        return self.page.locator(".wpr-body")

    @property
    def account(self) -> Locator:
        """The line with the account in the page's head."""
        return self.page.locator("nav.wpr-account")

    @property
    def code_field(self) -> Locator:
        return self.page.get_by_label("Six-digit code")

    # What readers do

    def become(self, name: str) -> None:
        """Be one of the demonstration's people, as its strip would do it."""
        assert self.context.request.post(f"/demo/be/{name}/", form={"next": ACCOUNT}).ok

    def leave_address(self, address: str | None = None) -> None:
        """Leave the address at the wall."""
        self.write(self.wall.locator("input[type=email]"), address or self.address)

    def register(self, path: str = FIRST) -> None:
        """Leave the address at an article's wall and find oneself reading on."""
        self.page.goto(path)
        self.leave_address()
        self.expect_to_read_on()

    def expect_to_read_on(self) -> None:
        """Make sure that the article stands open, with the place where reading stopped in sight."""
        self.page.wait_for_url(re.compile(r"#wpr-continue$"))
        expect(self.body.first).to_be_visible()
        expect(self.page.locator("#wpr-continue")).to_be_in_viewport()

    def newest_mail(self) -> dict[str, Any]:
        """Return the newest mail to the reader, out of the outbox."""
        messages = self.context.request.get("/outbox/messages.json", params={"to": self.address}).json()
        assert messages, f"no mail went to {self.address}"
        return dict(messages[0])

    def code(self) -> str:
        """Return the six digits of the newest mail."""
        found = re.search(r"\b(\d{3}) ?(\d{3})\b", self.newest_mail()["text"])
        assert found
        return found[1] + found[2]

    def link(self) -> str:
        """Return the sign-in link of the newest mail."""
        found = re.search(r"https?://\S+/sign-in/\S+", self.newest_mail()["text"])
        assert found
        return found[0]


class KeyboardReader(Reader):
    """A reader who has no mouse: Tab, Enter and letters. Notes each stop that cannot be seen or is out of order."""

    def __init__(self, context: BrowserContext) -> None:
        super().__init__(context)
        self.wrong: list[str] = []

    def press(self, target: Locator) -> None:
        self.tab_to(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.tab_to(target)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def tab_to(self, target: Locator, *, at_most: int = 70) -> None:
        """Go there by Tab."""
        target.wait_for()
        for _ in range(at_most):
            self.tab()
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{at_most} times Tab do not lead to {target}")

    def tab(self) -> None:
        """Press Tab once and look at where that leads."""
        self.page.keyboard.press("Tab")
        stop = self.page.evaluate(FOCUS)
        if stop is None:
            return
        path = re.sub(r"https?://[^/]+", "", self.page.url)
        if stop["contrast"] < 3:
            self.wrong.append(f"{path}: the focus on {stop['name']} cannot be seen ({stop['contrast']:.1f})")
        if not stop["inSight"]:
            self.wrong.append(f"{path}: {stop['name']} has the focus out of sight")
        if not stop["inOrder"]:
            self.wrong.append(f"{path}: {stop['name']} comes out of order")


def plain(markup: str) -> str:
    """Return text without marks, entities and doubled blanks, so that two ways of writing it can be compared."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()
