"""Turns a line into the fields of a page: rich text, and blocks with ids that stay."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from wagtail_wpr.content.splitting import BREAK
from wagtail_wpr.pages.importing.html import (
    Block,
    Content,
    Quote,
    RichText,
    plain,
    read_html,
    read_rich_text,
    read_sections,
)
from wagtail_wpr.pages.importing.lines import ARTICLE, BadLine, Line
from wagtail_wpr.pages.importing.tables import Table


Row = dict[str, Any]

#: Ids of imported blocks are made from what they hold: a changed line keeps those of unchanged blocks.
_NAMESPACE = uuid.UUID("3f0c1f7e-7a52-5d4b-9a37-0d5a8c1e9b64")


@dataclass(frozen=True)
class Story:
    """What a line says, ready to be written: fields of the page, what was left out, by tag, and notes."""

    line: Line
    fields: dict[str, Any]
    dropped: Counter[str]
    notes: tuple[str, ...] = ()


def read_story(line: Line) -> Story:
    """Return the fields of the page for a line.

    A body of markup without words is no reason to leave a line out: its whole text is the teaser, and a note
    says so.

    :raises BadLine: where nothing to read is left of the teaser, or the HTML is not an article's.
    """
    fields = {
        "title": line.title,
        "standfirst": line.standfirst,
        "date_published": line.published,
        "date_updated": line.updated,
        "source_id": line.source_id,
    }
    if line.format:
        fields["format"] = line.format
    dropped: Counter[str] = Counter()
    rows = _Rows(line.source_id, dropped)
    try:
        fields |= _article(line, rows) if line.kind == ARTICLE else _report(line, rows)
    except ValueError as error:
        if isinstance(error, BadLine):
            raise
        raise BadLine(f"{_markup_field(line)}: {error}.") from error
    notes = () if rows.words else (f"{_markup_field(line)}: it has no words, so the teaser is the whole text.",)
    return Story(line=line, fields=fields, dropped=dropped, notes=notes)


def _article(line: Line, rows: _Rows) -> dict[str, Any]:
    if line.key_findings:
        raise BadLine("key_findings: only a report has them.")
    teaser = rows.of(read_html(line.teaser))
    if not rows.words:
        raise BadLine("teaser: nothing to read is left of it once the HTML is made safe.")
    rows.words = False
    body = rows.of(read_html(line.body or _as_one(line)))
    return {"body": json.dumps([*teaser, rows.row(BREAK, None), *body], ensure_ascii=False)}


def _report(line: Line, rows: _Rows) -> dict[str, Any]:
    introduction = read_rich_text(line.teaser)
    if not plain(introduction):
        raise BadLine("teaser: nothing to read is left of it once the HTML is made safe.")
    rows.dropped.update(read_html(line.teaser).dropped)
    chapters = []
    for title, content in _sections(line):
        value = {"title": title, "content": {"teaser": [], "body": list(rows.of(content))}}
        chapters.append(rows.row("chapter", value))
    return {
        "introduction": introduction,
        "key_findings": read_rich_text(line.key_findings) if line.key_findings else "",
        "chapters": json.dumps(chapters, ensure_ascii=False),
    }


def _sections(line: Line) -> Iterable[tuple[str, Content]]:
    if line.body:
        return read_sections(line.body, line.title)
    return [(chapter.title, read_html(chapter.html)) for chapter in line.chapters]


def _as_one(line: Line) -> str:
    return "".join(f"<h2>{escape(chapter.title)}</h2>{chapter.html}" for chapter in line.chapters)


def _markup_field(line: Line) -> str:
    return "body" if line.body else "chapters"


class _Rows:
    """Makes the stored rows of a stream, and remembers whether any of them says something."""

    def __init__(self, source_id: str, dropped: Counter[str]) -> None:
        self._source_id = source_id
        self._seen: Counter[str] = Counter()
        self.dropped = dropped
        self.words = False

    def of(self, content: Content) -> list[Row]:
        self.dropped.update(content.dropped)
        return [self.row(*_native(block)) for block in self._saying(content.blocks)]

    def _saying(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self.words = True
            yield block

    def row(self, kind: str, value: Any) -> Row:
        said = hashlib.blake2b(json.dumps([kind, value]).encode(), digest_size=16).hexdigest()
        self._seen[said] += 1
        name = f"{self._source_id} {said} {self._seen[said]}"
        return {"type": kind, "value": value, "id": str(uuid.uuid5(_NAMESPACE, name))}


def _native(block: Block) -> tuple[str, Any]:
    if isinstance(block, RichText):
        return "paragraph", block.html
    if isinstance(block, Quote):
        return "quote", {"text": block.text, "attribution": ""}
    return "table", _table(block)


def _table(table: Table) -> Row:
    """A column of plain texts is one of plain texts in the editor; with links or lists it is rich text."""
    width = len(table.rows[0]) if table.rows else len(table.headings)
    headings = table.headings or ("",) * width
    kinds = ["text" if all(_is_plain(row[place]) for row in table.rows) else "rich_text" for place in range(width)]
    columns = [{"type": kind, "heading": heading} for kind, heading in zip(kinds, headings, strict=True)]
    rows = [
        {"values": [plain(cell) if kind == "text" else cell for kind, cell in zip(kinds, row, strict=True)]}
        for row in table.rows
    ]
    return {"caption": table.caption, "table": {"columns": columns, "rows": rows, "caption": ""}}


def _is_plain(cell: str) -> bool:
    return not cell or (cell.startswith("<p>") and cell.endswith("</p>") and cell.count("<") == 2)
