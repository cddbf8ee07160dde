"""Where the teaser of a stream ends. Works on stored rows, so that no body is converted to find out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.utils.html import strip_tags
from wagtail import blocks


#: Name of the break in a stream's rows.
BREAK = "wpr_break"

Row = dict[str, Any]

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass(frozen=True)
class Split:
    """A stream's rows, parted. ``head`` and ``tail`` are the two parts of one row that was cut."""

    teaser: int
    rest: int
    head: Row | None = None
    tail: Row | None = None
    has_body: bool = False


def everything(rows: Sequence[Row]) -> Split:
    """All rows are the teaser; nothing is gated at this level."""
    return Split(teaser=len(rows), rest=len(rows))


def nothing(rows: Sequence[Row]) -> Split:
    """No row is the teaser; all that is there is gated."""
    return Split(teaser=0, rest=0, has_body=bool(rows))


def at_break_or_words(rows: Sequence[Row], child_blocks: Any, words: int) -> Split:
    """What stands before the break is the teaser; without a break, the first ``words`` words are.

    Without a break a text shorter than two teasers shows its first half: otherwise all of a short one were teaser.
    """
    for position, row in enumerate(rows):
        if row["type"] == BREAK:
            return Split(teaser=position, rest=position + 1, has_body=position + 1 < len(rows))
    return _after_words(rows, child_blocks, _at_most_half(rows, words))


def _at_most_half(rows: Sequence[Row], words: int) -> int:
    counted = 0
    for row in rows:
        counted += count_words(row.get("value"))
        if counted >= 2 * words:
            return words
    return counted // 2


def _after_words(rows: Sequence[Row], child_blocks: Any, words: int) -> Split:
    counted = 0
    for position, row in enumerate(rows):
        size = count_words(row.get("value"))
        if counted + size <= words:
            counted += size
            continue
        block = child_blocks.get(row["type"])
        if isinstance(block, blocks.RichTextBlock) and isinstance(row.get("value"), str):
            head, tail = cut_html(row["value"], words - counted)
            if head and tail:
                return Split(
                    teaser=position,
                    rest=position + 1,
                    head={**row, "value": head},
                    tail={**row, "value": tail},
                    has_body=True,
                )
            if head and position + 1 < len(rows):
                return Split(teaser=position + 1, rest=position + 1, has_body=True)
        return Split(teaser=position, rest=position, has_body=True)
    return everything(rows)


def count_words(value: Any) -> int:
    """Return the number of words in a stored value: strings of any depth, tags left out."""
    if isinstance(value, str):
        return len(strip_tags(value).split())
    if isinstance(value, dict):
        return sum(count_words(item) for key, item in value.items() if key not in ("id", "type"))
    if isinstance(value, list):
        return sum(count_words(item) for item in value)
    return 0


def cut_html(html: str, words: int) -> tuple[str, str]:
    """Part rich text between top-level elements, so that the first part has at most ``words`` words.

    A first element that alone has more is still the first part as long as it is no more than twice as long:
    a teaser of one long paragraph serves a reader better than none. Returns ``("", html)`` where even that
    does not fit, and ``(html, "")`` where all of it does.
    """
    ends = _element_ends(html)
    cut = 0
    for number, end in enumerate(ends):
        size = count_words(html[:end])
        if size <= words or (number == 0 and size <= 2 * words):
            cut = end
        else:
            break
    return html[:cut], html[cut:] if strip_tags(html[cut:]).strip() or re.search(
        r"<(embed|img|hr)\b", html[cut:]
    ) else ""


def _element_ends(html: str) -> list[int]:
    parser = _TopLevel(html)
    parser.feed(html)
    parser.close()
    return parser.ends if parser.depth == 0 else []


class _TopLevel(HTMLParser):
    """Finds where the top-level elements end; ``depth`` is not 0 afterwards where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.depth = 0
        self.ends: list[int] = []
        self._lines = [0]
        for line in html.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._html = html

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _VOID:
            self.depth += 1
        elif self.depth == 0:
            self.ends.append(self._offset() + len(self.get_starttag_text() or ""))

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        if self.depth == 0:
            self.ends.append(self._offset() + len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self.depth -= 1
        if self.depth == 0:
            self.ends.append(self._html.index(">", self._offset()) + 1)
