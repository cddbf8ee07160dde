"""What a visitor's browser is sent, whole and in every answer: the teaser, never the body."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from example_project.content.loader import Blocks, Piece, load_articles, load_reports
from tests.browser.reader import FIRST, GERMAN, REPORT, RIGHT_TO_LEFT, Reader, plain


if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

PIECES = [*load_articles(), *load_reports()]


def path_of(piece: Piece) -> str:
    language = piece.meta["language"]
    return ("" if language == "en" else f"/{language}") + f"/{piece.meta['section']}/{piece.slug}/"


def sentences(blocks: Blocks) -> set[str]:
    """Return the sentences of six words and more that stand in text, quotes and notes."""
    found = set()
    for _kind, value in blocks:
        texts = [value] if isinstance(value, str) else [value[key] for key in ("text", "title") if key in value]
        for text in texts:
            for part in re.split(r"<[^>]+>|(?<=[.!?؟])\s", text):
                if len(part.split()) >= 6:
                    found.add(plain(part))
    return found


def hidden_sentences(piece: Piece) -> set[str]:
    """Return what stands in the body of a piece and nowhere in what everybody may read."""
    chapters = piece.chapters or [piece]
    public = plain(json.dumps(piece.meta, ensure_ascii=False))
    hidden = set().union(*(sentences(part.body) for part in chapters))
    hidden -= set().union(*(sentences(part.teaser) for part in chapters))
    return {sentence for sentence in hidden if sentence not in public}


def as_read(text: str) -> str:
    """Return an answer with its escapes undone, in JSON too."""
    return plain(text) + " " + plain(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text))


class TestWhatAVisitorIsSent:
    def test_no_answer_holds_a_sentence_of_a_body(self, open_context: Open) -> None:
        page = Reader(open_context()).page
        heard = []

        def listen(route: Route) -> None:
            # Answers are read on their way to the page: once a page is left, Chromium forgets them.
            answer = route.fetch()
            if route.request.resource_type != "image" and answer.status == 200:
                heard.append(answer.text())
            route.fulfill(response=answer)

        def go(path: str) -> None:
            page.goto(path, wait_until="load")
            heard.append(page.content())

        page.route("**/*", listen)
        paths = {path_of(piece) for piece in PIECES}
        paths |= {"/", "/ar/", "/de/", "/nowhere/", "/wpr/log-in/", "/outbox/"}
        paths |= {f"/{piece.meta['section']}/" for piece in PIECES}
        for path in sorted(paths):
            go(path)
        listed: list[dict[str, Any]] = page.request.get("/api/v2/pages/?limit=100").json()["items"]
        asked = [f"?type=wagtail_wpr_pages.{model}&fields=*&limit=100" for model in ("ArticlePage", "ReportPage")]
        for query in [*asked, *(f"{item['id']}/?fields=*" for item in listed)]:
            answer = page.request.get(f"/api/v2/pages/{query}")
            assert answer.ok
            heard.append(answer.text())
        page.unroute_all(behavior="wait")
        everything = as_read("\n".join(heard))

        locked = [piece for piece in PIECES if piece.meta["access"] != "free"]
        assert len(locked) == 12
        for piece in locked:
            assert len(hidden_sentences(piece)) > 15
            assert [one for one in hidden_sentences(piece) if one in everything] == []
        # The same sieve finds what is there: the free ones are complete.
        for piece in PIECES:
            if piece.meta["access"] == "free":
                assert [one for one in hidden_sentences(piece) if one not in everything] == []


class TestWhatASubscriberSees:
    @pytest.mark.parametrize("path", [FIRST, REPORT, RIGHT_TO_LEFT, GERMAN, "/reports/the-mekong-accounts/"])
    def test_everything_and_no_wall(self, open_context: Open, path: str) -> None:
        reader = Reader(open_context())
        reader.become("subscriber")
        reader.page.goto(path)
        expect(reader.body.first).to_be_visible()
        expect(reader.page.locator(".wpr-wall")).to_have_count(0)
        (piece,) = (one for one in PIECES if path_of(one) == path)
        seen = plain(reader.page.locator(".text").inner_text())
        assert [one for one in hidden_sentences(piece) if one not in seen] == []
