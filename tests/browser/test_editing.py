"""An editor writes a metered article in the admin, is told about its teaser, publishes; a visitor meets the wall."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader


if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

TITLE = "The weighing of the herring"
OPENING = "The scales stand on the quay and belong to nobody in particular."
REST = "Behind the third shed the second pair of scales is kept under a tarpaulin."


#: Wagtail saves by itself from version 8 on, half a second after a change. Publishing while such an answer is on its
#: way is a conflict with oneself, which people solve in a dialog; here it would only be chance.
NO_AUTOSAVE = """document.addEventListener("w-unsaved:add", (event) => event.stopPropagation(), true);"""


class Editor:
    """Somebody at the editors' desk."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.add_init_script(NO_AUTOSAVE)
        self.page: Page = context.new_page()
        self.page.goto("/admin/")
        self.page.get_by_label("Username").fill("editor")
        self.page.get_by_label("Password").fill("tide-table")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile("/admin/$"))

    def begin_article(self, section: str) -> None:
        found = self.context.request.get("/api/v2/pages/", params={"slug": section}).json()["items"]
        (section_id,) = (item["id"] for item in found if item["meta"]["locale"] == "en")
        self.page.goto(f"/admin/pages/add/wagtail_wpr_pages/articlepage/{section_id}/")
        self.page.get_by_placeholder("Page title").fill(TITLE)

    @property
    def body(self) -> Locator:
        return self.page.locator('[data-contentpath="body"]')

    def insert(self, block: str, *, at: int) -> None:
        """Insert a block before the one that stands at this place."""
        blocks = self.body.locator("[data-streamfield-child]")
        number = blocks.count()
        self.body.get_by_title("Insert a block").nth(at).click()
        self.page.get_by_role("option", name=block, exact=True).locator("visible=true").click()
        expect(blocks).to_have_count(number + 1)

    def write(self, text: str, *, paragraph: int) -> None:
        """Write into the rich text of a paragraph."""
        field = self.body.locator(".Draftail-Editor__wrapper").nth(paragraph)
        field.get_by_role("textbox").click()
        expect(field.get_by_role("textbox")).to_be_focused()
        self.page.keyboard.type(text)
        # The editor hands its text to the form a moment later.
        expect(field.locator("xpath=..").locator("input[type=hidden]")).to_have_value(re.compile(re.escape(text)))

    def save(self) -> None:
        self.page.get_by_role("button", name="Save draft").click()
        self.page.wait_for_url(re.compile(r"/edit/$"))

    def publish(self) -> None:
        self.page.locator("footer").get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name="Publish", exact=True).click()


class TestAnEditor:
    def test_writes_mends_and_publishes_a_metered_article(self, open_context: Open) -> None:
        editor = Editor(open_context(height=1100))
        editor.begin_article("dispatches")
        editor.insert("The teaser ends here", at=0)
        editor.insert("Paragraph", at=1)
        editor.write(REST, paragraph=0)
        editor.publish()
        expect(editor.page.get_by_text("nothing stands above the line where the teaser ends").first).to_be_visible()

        editor.insert("Paragraph", at=0)
        editor.write(OPENING, paragraph=0)
        editor.publish()
        expect(editor.page.get_by_text(re.compile(f"'{TITLE}' .*published"))).to_be_visible()

        visitor = Reader(open_context())
        answer = visitor.page.goto("/dispatches/the-weighing-of-the-herring/")
        assert answer is not None
        expect(visitor.page.locator(".wpr-teaser")).to_contain_text(OPENING)
        expect(visitor.wall).to_have_attribute("data-wpr-wall", "register")
        assert OPENING in answer.text()
        assert "tarpaulin" not in answer.text()
        assert "tarpaulin" not in visitor.page.content()
        # And it stands on the front page, without its body.
        visitor.page.goto("/")
        expect(visitor.page.get_by_role("link", name=TITLE).first).to_be_visible()
        assert "tarpaulin" not in visitor.page.content()

        visitor.register("/dispatches/the-weighing-of-the-herring/")
        expect(visitor.body).to_contain_text(REST)

    def test_previews_a_draft_as_each_kind_of_reader(self, open_context: Open) -> None:
        editor = Editor(open_context(width=1600, height=1100))
        editor.begin_article("opinion")
        editor.insert("Paragraph", at=0)
        editor.write(OPENING, paragraph=0)
        editor.insert("The teaser ends here", at=1)
        editor.insert("Paragraph", at=2)
        editor.write(REST, paragraph=1)
        editor.save()
        editor.page.get_by_role("button", name="Toggle preview").click()
        mode = editor.page.get_by_label("Preview mode")
        preview = editor.page.frame_locator("#w-preview-iframe")
        gated = preview.locator(".wpr-gated")
        expect(gated).to_contain_text(REST)
        for name, wall in (("Visitor", "register"), ("Registered, meter used up", "subscribe")):
            mode.select_option(label=name)
            expect(preview.locator(".wpr-wall")).to_have_attribute("data-wpr-wall", wall)
            expect(preview.locator(".wpr-teaser")).to_contain_text(OPENING)
            expect(gated).not_to_contain_text(REST)
        mode.select_option(label="Registered, one read left")
        expect(gated).to_contain_text(REST)
        expect(preview.locator(".wpr-meter")).to_contain_text("of 3 free articles")
        mode.select_option(label="Subscriber")
        expect(gated).to_contain_text(REST)
        expect(preview.locator(".wpr-meter")).to_have_count(0)
