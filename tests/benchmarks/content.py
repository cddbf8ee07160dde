"""The text of the pages, the same in every run. A line that divides teaser and body is known to the gated host
only; Wagtail leaves rows of blocks that it does not know out."""

from __future__ import annotations

import random
from typing import Any

from tests.benchmarks.cases import BODY_WORD


VOCABULARY = """harbour council ferry season budget quarter tide export market minister river report figures growth
coast people decision border winter season trade region village paper school engine supply cargo crane bridge the of
and to in a is that for it as was with be by on not his which at from this have or had an they one were all
their""".split()

LINE: dict[str, Any] = {"type": "wpr_break", "value": None, "id": "line"}

#: Words of a paragraph of an article.
PARAGRAPH = 100


class Writer:
    """Writes stored rows of a stream; what it is asked for twice differs, what two of them write does not."""

    def __init__(self, seed: str, images: list[int], pages: list[int]) -> None:
        self._random = random.Random(seed)
        self._images, self._pages = images, pages
        self._rows = self._figures = 0
        self._seed = seed

    def words(self, number: int) -> str:
        return " ".join(self._random.choice(VOCABULARY) for _ in range(number)).capitalize() + "."

    def row(self, kind: str, value: Any) -> dict[str, Any]:
        self._rows += 1
        return {"type": kind, "value": value, "id": f"{self._seed}-{self._rows}"}

    def paragraph(self, words: int = PARAGRAPH, *, more: str = "") -> dict[str, Any]:
        half = words // 2
        return self.row("paragraph", f"<p>{self.words(half)}</p><p>{self.words(words - half)}{more}</p>")

    def linked(self, words: int = PARAGRAPH) -> dict[str, Any]:
        """A paragraph with a link to another page of the site."""
        page = self._random.choice(self._pages)
        return self.paragraph(words, more=f' <a linktype="page" id="{page}">{self.words(3)}</a>')

    def figure(self) -> dict[str, Any]:
        self._figures += 1
        image = self._images[self._figures % len(self._images)]
        return self.row("figure", {"image": image, "caption": self.words(6)})

    def heading(self) -> dict[str, Any]:
        return self.row("heading", self.words(5))

    def quote(self) -> dict[str, Any]:
        return self.row("quote", {"text": self.words(25), "speaker": self.words(3)})

    def page(self) -> dict[str, Any]:
        return self.row("page", self._random.choice(self._pages))

    # --- whole texts

    def article(self, words: int) -> list[dict[str, Any]]:
        """A picture and an opening; behind the line a second picture, a link to a page, headings and the rest."""
        opening = 60
        body = [self.linked(), self.heading(), self.figure()]
        rest = words - opening - PARAGRAPH
        while rest > 0:
            body.append(self.paragraph(min(rest, PARAGRAPH), more=f" {BODY_WORD}"))
            rest -= PARAGRAPH
            if len(body) % 4 == 0:
                body.append(self.heading())
        return [self.figure(), self.paragraph(opening), LINE, *body]

    def rich(self) -> list[dict[str, Any]]:
        """Twenty blocks: pictures, quotes, pages, and internal links in the text."""
        body = [
            *(self.linked(), self.figure(), self.quote(), self.page()),
            *(self.heading(), self.linked(), self.figure(), self.paragraph(more=f" {BODY_WORD}")),
            *(self.quote(), self.page(), self.linked(), self.figure()),
            *(self.heading(), self.linked(), self.figure(), self.quote()),
            *(self.linked(), self.page()),
        ]
        return [self.figure(), self.paragraph(60), LINE, *body]

    def parts(self, number: int) -> list[dict[str, Any]]:
        """1,200 words in so many parts, each with an opening for everybody."""
        each = 1200 // number
        return [
            self.row(
                "part",
                {
                    "teaser": [self.paragraph(40)],
                    "body": [self.heading(), self.linked(each - 40), self.paragraph(10, more=f" {BODY_WORD}")],
                },
            )
            for _ in range(number)
        ]
