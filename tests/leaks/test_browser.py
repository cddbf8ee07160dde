"""What a person can do in a browser with the page that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache

from tests.leaks.detector import find
from tests.leaks.publication import BODY, TEASER
from tests.leaks.site import ControlFailed, Leak, Site
from tests.leaks.wire import Browser
from wagtail_wpr.access.models import Read


if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

#: Milliseconds for a page and what its script fetches.
PATIENCE = 10_000

#: What paywall scripts keep in a browser, as one that is open would have it.
STORED = {
    "meter": "0",
    "metering": '{"count":0}',
    "articleCount": "0",
    "subscriber": '{"subscriptionStatus":true}',
    "wpr": "open",
}

STRIP = """() => {
    for (const node of document.querySelectorAll('*')) {
        const place = getComputedStyle(node).position;
        if (['fixed', 'sticky', 'absolute'].includes(place) || node.matches('dialog, aside')) {
            node.remove();
            continue;
        }
        for (const name of ['class', 'style', 'hidden', 'inert', 'aria-hidden']) node.removeAttribute(name);
    }
    for (const node of document.querySelectorAll('template, noscript')) node.replaceWith(node.innerHTML);
    return document.body.innerText + document.body.textContent + document.documentElement.outerHTML;
}"""


@pytest.fixture
def contexts(chromium: Chromium) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def window(chromium: Chromium, site: Site, contexts: list[BrowserContext]) -> Any:
    """Opens a profile of its own in which a reader is at home, and returns a page in it."""

    def window(reader: str = "visitor", **options: Any) -> Page:
        context = chromium.new_context(base_url=f"http://{site.address}", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        cookies = site.publication.cookies_of(reader)
        context.add_cookies(
            [{"name": name, "value": value, "url": f"http://{site.address}"} for name, value in cookies.items()]
        )
        if reader != "visitor":
            # What signing in leaves in a browser so that a page's script knows to ask.
            context.add_cookies([{"name": "wpr_reader", "value": "1", "url": f"http://{site.address}"}])
        return context.new_page()

    return window


def opened(page: Page, path: str) -> str:
    """Open an address, wait until what its script asks for is there, and return everything in the document."""
    page.goto(path)
    return told(page)


def told(page: Page) -> str:
    """Return everything in the document, once nothing is under way any more."""
    if "data-wpr-slots" in page.content():
        page.wait_for_load_state("networkidle")
    return page.content() + page.evaluate("document.body.innerText")


def must_hide(text: str | bytes, what: str) -> None:
    hits = find(text, BODY)
    if hits:
        raise Leak(f"{what} holds {hits[0].word} ({hits[0].disguise}).")


def must_show(text: str, what: str) -> None:
    if not all(word in text for word in BODY):
        raise ControlFailed(f"{what} does not hold the whole body.")


class TestProfiles:
    @pytest.mark.leak_case("PW-076")
    def test_share_the_month_of_an_account(self, site: Site, window: Any) -> None:
        first = window("one-left")
        must_show(opened(first, site.path("metered")), "The first profile")
        for what in ("A second profile", "A private window"):
            other = window("one-left")
            must_hide(opened(other, site.path("other")), what)
            must_show(opened(other, site.path("metered")), what)

    @pytest.mark.leak_case("PW-214")
    def test_change_of_the_reader(self, site: Site, window: Any) -> None:
        page = window("subscriber")
        must_show(opened(page, site.path("gated")), "The subscriber's browser")
        left = Browser(site.address, {"sessionid": site.publication.sessions["subscriber"]})
        session = site.publication.sessions["subscriber"]
        try:
            sent = page.request.post("/wpr/log-out/", headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0)
            assert sent.status == 303
            must_hide(opened(page, site.path("gated")), "After logging out")
            page.go_back()
            must_hide(opened(page, site.path("gated")), "After logging out and going back")
            site.must_hide(site.open("gated", left))
            page.context.add_cookies(
                [{"name": "sessionid", "value": site.publication.sessions["lapsed"], "url": f"http://{site.address}"}]
            )
            must_hide(opened(page, site.path("gated")), "Somebody else in the same browser")
        finally:
            site.publication.sign_in_again("subscriber")
        assert session != site.publication.sessions["subscriber"]
        site.control("gated")


class TestPage:
    @pytest.mark.leak_case("PW-080")
    @pytest.mark.parametrize("name", ["gated", "report"])
    def test_with_everything_stripped(self, site: Site, window: Any, name: str) -> None:
        page = window()
        text = opened(page, site.path(name))
        assert TEASER in text
        must_hide(text, "The page")
        must_hide(page.evaluate(STRIP), "The stripped page")
        must_show(opened(window("subscriber"), site.path(name)), "The subscriber's page")

    @pytest.mark.leak_case("PW-081")
    def test_with_its_stores_emptied_and_forged(self, site: Site, window: Any) -> None:
        page = window("used-up")
        must_hide(opened(page, site.path("metered")), "Before")
        page.evaluate("""async () => {
            localStorage.clear(); sessionStorage.clear();
            for (const found of await indexedDB.databases()) indexedDB.deleteDatabase(found.name);
            if (globalThis.caches) for (const key of await caches.keys()) await caches.delete(key);
        }""")
        must_hide(opened(page, site.path("metered")), "With empty stores")
        page.evaluate(
            """stored => {
                for (const [name, value] of Object.entries(stored)) {
                    localStorage.setItem(name, value);
                    sessionStorage.setItem(name, value);
                    document.cookie = name + '=' + value;
                }
            }""",
            STORED,
        )
        must_hide(opened(page, site.path("metered")), "With forged stores")
        must_show(opened(window("subscriber"), site.path("metered")), "The subscriber's page")

    @pytest.mark.leak_case("PW-083")
    def test_printed_and_saved(self, site: Site, window: Any, tmp_path: Path) -> None:
        page = window()
        opened(page, site.path("gated"))
        page.emulate_media(media="print")
        must_hide(page.evaluate("document.body.innerText"), "The print preview")
        must_hide(page.pdf(), "The PDF")
        session = page.context.new_cdp_session(page)
        must_hide(
            session.send("Page.captureSnapshot", {"format": "mhtml"})["data"].replace("=\r\n", ""), "The saved page"
        )
        theirs = window("subscriber")
        opened(theirs, site.path("gated"))
        if not find(theirs.pdf(), BODY):
            raise ControlFailed("The subscriber's PDF does not hold the body, or it cannot be read.")

    @pytest.mark.leak_case("PW-089")
    def test_without_scripts_and_in_a_frame(self, site: Site, window: Any) -> None:
        page = window()
        page.route("**/*", self.without_scripts)
        must_hide(opened(page, site.path("gated")), "Without scripts")
        plain = window(java_script_enabled=False)
        plain.goto(site.path("gated"))
        must_hide(plain.content(), "With scripts switched off")
        framing = window()
        framing.route(
            "http://evil.example/",
            lambda route: route.fulfill(body=FRAME % (site.address, site.path("gated")), content_type="text/html"),
        )
        framing.goto("http://evil.example/", wait_until="networkidle")
        for frame in framing.frames:
            must_hide(frame.content(), f"A frame at {frame.url}")
        must_show(opened(window("subscriber"), site.path("gated")), "The subscriber's page")

    def without_scripts(self, route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": "script-src 'none'"})

    @pytest.mark.leak_case("PW-265")
    def test_sends_nothing_of_it_to_others(self, site: Site, window: Any) -> None:
        page, sent = window(), []
        page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
        opened(page, site.path("gated"))
        assert sent
        for url, data in sent:
            assert urlsplit(url).netloc == site.address, url
            must_hide(url + data, f"A request to {url}")
        must_show(opened(window("subscriber"), site.path("gated")), "The subscriber's page")


FRAME = "<iframe src='http://%s%s' width='800' height='600'></iframe>"


class TestCounting:
    @pytest.mark.leak_case("PW-076")
    def test_reloading_and_going_back_cost_nothing_more(self, site: Site, window: Any) -> None:
        page = window("fresh")
        must_show(opened(page, site.path("metered")), "The page")
        page.reload(wait_until="networkidle")
        page.goto("/list/", wait_until="networkidle")
        page.go_back(wait_until="networkidle")
        cache.clear()
        must_show(opened(page, site.path("metered")), "The page again")
        assert Read.objects.filter(holder=f"u:{site.user('fresh').pk}").count() == 1
