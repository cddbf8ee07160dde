"""Readers in Chromium behind nginx, which keeps one copy of each page for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_context as open_context
from tests.browser.reader import FIFTH, FIRST, FOURTH, SECOND, THIRD, KeyboardReader, Reader
from tests.browser.test_journey import travel
from tests.conftest import CHROMIUM_ARGUMENTS, chromium_path
from tests.edge.servers import Nginx
from tests.example.demo import Demo, seeded_folder


if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response, Route

    from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.edge]

#: How far things moved by themselves so far, as Chromium counts it.
SHIFT = """() => new Promise((tell) => {
  let total = 0;
  const add = (list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value; };
  const observer = new PerformanceObserver(add);
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => {
    add({ getEntries: () => observer.takeRecords() });
    tell(total);
  }));
})"""


@pytest.fixture(scope="module")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The publication with fetched slots; its address is that of the nginx in front of it."""
    folder = tmp_path_factory.mktemp("behind")
    with (
        Demo(seeded_folder(tmp_path_factory), folder / "var", delivery="fetch") as running,
        Nginx(running.port, folder / "nginx", "fetch") as server,
    ):
        running.stand_behind(server.address, server.port)
        yield running


def expect_filled(page: Page) -> None:
    """Wait until the page's script has done its work."""
    expect(page.locator("script[data-wpr-slots]")).to_have_attribute("data-wpr-filled", "")


class Held:
    """Answers to the page's script, held back until the test lets them go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route("**/wpr/slots/", lambda route: self.routes.append(route))

    def open(self, path: str) -> None:
        """Open a page whose script waits for its answer from then on."""
        with self.page.expect_request("**/wpr/slots/"):
            self.page.goto(path)

    def release(self) -> None:
        """Let the answers go."""
        assert self.routes
        for route in self.routes:
            route.continue_()


class TestTheJourney:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_from_the_first_teaser_to_the_used_up_meter(self, open_context: Open, width: int) -> None:
        travel(Reader(open_context(width=width, has_touch=width < 1000)))

    def test_by_keyboard_alone(self, open_context: Open) -> None:
        reader = KeyboardReader(open_context())
        travel(reader)
        assert reader.wrong == []


class TestOneCopy:
    def test_two_readers_and_a_visitor_are_sent_the_same_page(self, open_context: Open) -> None:
        sent = []
        for name, bodies, account in (("visitor", 0, "visitor"), ("subscriber", 1, "reader"), ("used-up", 0, "reader")):
            reader = Reader(open_context())
            reader.become(name)
            answer: Response | None = reader.page.goto(FIRST)
            assert answer is not None
            sent.append((answer.headers["x-cache"], answer.text()))
            expect_filled(reader.page)
            expect(reader.account).to_have_attribute("data-wpr-account", account)
            expect(reader.body).to_have_count(bodies)
        assert [kept for kept, _text in sent[1:]] == ["HIT", "HIT"]
        assert len({text for _kept, text in sent}) == 1

    def test_used_up_reader_is_told_so(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("used-up")
        reader.page.goto(FIRST)
        expect(reader.wall).to_have_attribute("data-wpr-wall", "subscribe")
        expect(reader.wall).to_contain_text("You have read your 3 free articles")

    def test_visitor_asks_for_nothing(self, open_context: Open) -> None:
        page = open_context().new_page()
        posted: list[str] = []
        page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
        page.goto(FIRST)
        expect_filled(page)
        assert [re.sub(r"^.*?(?=/wpr/)", "", address) for address in posted] == ["/wpr/shown/"]


class TestComfort:
    @pytest.mark.parametrize("width", [390, 820, 1280])
    @pytest.mark.parametrize("name", ["visitor", "reader", "used-up", "subscriber"])
    def test_nothing_moves(self, open_context: Open, name: str, width: int) -> None:
        reader = Reader(open_context(width=width))
        reader.become(name)
        reader.page.goto(FIRST)
        expect_filled(reader.page)
        assert reader.page.evaluate(SHIFT) < 0.01

    def test_place_is_kept_by_who_has_scrolled_on(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        page = reader.page
        held = Held(page)
        held.open(FIRST)
        more = page.get_by_role("heading", name="More from The Tidewaiter")
        more.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
        before = more.evaluate("element => element.getBoundingClientRect().top")
        held.release()
        expect(reader.body).to_have_count(1)
        expect_filled(page)
        assert abs(more.evaluate("element => element.getBoundingClientRect().top") - before) < 2

    def test_focus_stays_where_it_was(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        page = reader.page
        held = Held(page)
        held.open(FIRST)
        # The wall keeps its place unseen while the page asks; somebody was faster.
        page.evaluate("document.querySelector('wpr-slot:has(.wpr-wall)').removeAttribute('aria-busy')")
        reader.wall.locator("input[type=email]").focus()
        held.release()
        expect(reader.body).to_have_count(1)
        expect(page.locator(".wpr-gated")).to_be_focused()

    def test_change_is_told_politely(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        reader.page.goto(FIRST)
        expect(reader.page.locator("p[role=status].wpr-hp")).to_have_text("The whole article is open.")

    def test_server_that_does_not_answer_leaves_a_complete_page(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        reader.page.route("**/wpr/slots/", lambda route: route.fulfill(status=429, body="{}"))
        reader.page.goto(FIRST)
        expect_filled(reader.page)
        expect(reader.wall).to_be_visible()


class TestWithoutScript:
    def test_link_opens_the_article(self, open_context: Open) -> None:
        reader = Reader(open_context(java_script_enabled=False))
        reader.become("subscriber")
        reader.page.goto(FIRST)
        expect(reader.body).to_have_count(0)
        reader.press(reader.page.get_by_role("link", name="Open the article without JavaScript."))
        expect(reader.body).to_be_visible()
        expect(reader.wall).to_have_count(0)

    def test_blocked_script_leaves_teaser_and_wall(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        # What an ad blocker does to a script.
        reader.page.route("**/wpr-slots.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        reader.page.goto(FIRST)
        expect(reader.wall).to_be_visible()
        expect(reader.page.locator(".wpr-teaser").first).to_be_visible()

    def test_registering_opens_the_article_by_the_link(self, open_context: Open) -> None:
        reader = Reader(open_context(java_script_enabled=False))
        reader.page.goto(FIRST)
        reader.leave_address()
        reader.press(reader.page.get_by_role("link", name="Open the article without JavaScript."))
        expect(reader.body).to_be_visible()


ASK = """async ([tokens, at]) => {
  const headers = {"Content-Type": "application/json"};
  const answer = await fetch("/wpr/slots/", {method: "POST", headers, body: JSON.stringify({slots: tokens, at})});
  return (await answer.json()).slots;
}"""
TOKENS = "() => [...document.querySelectorAll('wpr-slot:has(.wpr-gated)')].map((slot) => slot.getAttribute('token'))"


class TestTokensOfAnotherPage:
    def test_open_nothing_that_costs_and_spend_nothing(self, open_context: Open) -> None:
        visitor = open_context().new_page()
        wanted = []
        for path in (SECOND, THIRD, FOURTH):
            visitor.goto(path)
            wanted += visitor.evaluate(TOKENS)
        assert len(wanted) == 3
        reader = Reader(open_context())
        reader.become("reader")
        reader.page.goto("/wpr/account/")
        answers = reader.page.evaluate(ASK, [wanted, FIFTH])
        # Two of them were read this month already, and the last free read is not spent for the third.
        assert sorted(answer.get("kept", "read") for answer in answers.values()) in (
            ["costs", "costs", "costs"],
            ["costs", "costs", "read"],
            ["costs", "read", "read"],
        )
        reader.page.goto(FIRST)
        expect(reader.body).to_be_visible()
        expect(reader.page.locator(".wpr-meter")).to_contain_text("You have read 3 of 3 free articles.")

    def test_put_into_this_page_show_their_own_article_or_its_wall(self, open_context: Open) -> None:
        visitor = open_context().new_page()
        visitor.goto(SECOND)
        (other,) = visitor.evaluate(TOKENS)
        reader = Reader(open_context())
        reader.become("used-up")
        reader.page.goto(FIRST)
        answers: dict[str, Any] = reader.page.evaluate(ASK, [[other], FIRST])
        assert 'class="wpr-body"' not in answers[other].get("html", "")


class TestNotYetShown:
    def test_page_in_the_background_spends_nothing_until_it_is_looked_at(self, open_context: Open) -> None:
        reader = Reader(open_context())
        reader.become("reader")
        page = reader.page
        page.add_init_script(
            "Object.defineProperty(document, 'prerendering', {get: () => !window.isShown, configurable: true});"
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        page.goto(FIRST, wait_until="load")
        assert asked == []
        assert "You have read 2 of 3" in self.account(reader)
        page.evaluate("() => { window.isShown = true; document.dispatchEvent(new Event('prerenderingchange')); }")
        expect(reader.body).to_be_visible()
        assert "You have read 3 of 3" in self.account(reader)

    def test_page_that_chromium_fetches_ahead_spends_nothing(self, open_context: Open) -> None:
        reader = Reader(open_context(bypass_csp=True))
        reader.become("reader")
        page = reader.page
        page.goto("/analysis/")
        expect_filled(page)
        with reader.context.expect_event("request", lambda request: request.url.endswith(FIRST)) as ahead:
            page.evaluate(
                """(path) => {
                  const rules = document.createElement("script");
                  rules.type = "speculationrules";
                  rules.text = JSON.stringify({prerender: [{source: "list", urls: [path], eagerness: "immediate"}]});
                  document.head.append(rules);
                }""",
                FIRST,
            )
        assert "prefetch" in ahead.value.headers["sec-purpose"]
        assert "You have read 2 of 3" in self.account(reader)
        page.goto(FIRST)
        expect(reader.body).to_be_visible()
        assert "You have read 3 of 3" in self.account(reader)

    def account(self, reader: Reader) -> str:
        return " ".join(reader.context.request.get("/wpr/account/").text().split())


class TestTheBackButton:
    def test_shows_no_body_to_who_has_signed_out_meanwhile(self, chromium: Browser, demo: Demo) -> None:
        # A Chromium that keeps pages for the back button, as people's do.
        browser = chromium.browser_type.launch(
            executable_path=chromium_path(),
            args=CHROMIUM_ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        try:
            reader = Reader(browser.new_context(base_url=demo.address))
            page = reader.page
            reader.become("subscriber")
            page.add_init_script("addEventListener('pageshow', (event) => { window.wasKept = event.persisted; });")
            page.goto(FIRST)
            expect(reader.body).to_be_visible()
            page.goto("/analysis/")
            reader.press(reader.account.get_by_role("button", name="Log out"))
            expect(reader.account).to_have_attribute("data-wpr-account", "visitor")
            page.evaluate("history.go(-2)")
            page.wait_for_url(f"**{FIRST}", wait_until="commit")
            expect(reader.wall).to_be_visible()
            expect(reader.body).to_have_count(0)
            expect(reader.account).to_have_attribute("data-wpr-account", "visitor")
            assert page.evaluate("window.wasKept") is True
        finally:
            browser.close()
