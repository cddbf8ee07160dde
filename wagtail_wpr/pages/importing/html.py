"""Turns imported HTML into the blocks an editor works with: chunks of rich text, and tables.

A chunk holds a few paragraphs that belong together: a new one begins at a heading once there is enough before
it, before and after a table, and where a chunk would grow too long. The order is kept, and so is every word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape

from wagtail_wpr.pages.importing.tables import Table, layout_cells, read_table, table_as_paragraphs
from wagtail_wpr.pages.importing.tree import BLOCKS, Element, dropped, inline, parse


#: A heading begins a new chunk when the one before has at least this many characters of markup.
ENOUGH_BEFORE_H2 = 400
ENOUGH_BEFORE_HEADING = 1500
#: Any paragraph begins a new chunk when the one before has more than this.
TOO_LONG = 4500

HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}

_TWO_BREAKS = re.compile(r"(?:\s*<br/>\s*){2,}")
_OUTER_BREAKS = re.compile(r"^(?:\s|<br/>)+|(?:\s|<br/>)+$")
_TABLE = frozenset({"table"})
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class RichText:
    """A chunk of rich text in the form Wagtail stores."""

    html: str


@dataclass(frozen=True)
class Quote:
    """A quotation of plain words; a line break is a new line."""

    text: str


Block = RichText | Quote | Table


@dataclass(frozen=True)
class _Heading:
    level: str
    html: str


_Piece = str | _Heading | Quote | Table


@dataclass(frozen=True)
class Content:
    """What became of HTML: blocks in their order, and how many embedded things were left out, by tag."""

    blocks: tuple[Block, ...]
    dropped: Counter[str]


def read_html(html: str) -> Content:
    """Return safe blocks for *html*.

    :raises ValueError: for HTML nested too deep to be an article.
    """
    return Content(blocks=tuple(_chunks(_pieces(parse(html)))), dropped=dropped(html))


def read_rich_text(html: str) -> str:
    """Return *html* as one safe rich text, its tables written out as paragraphs, a row each."""
    parts = []
    for piece in _pieces(parse(html)):
        if isinstance(piece, Table):
            parts.append(table_as_paragraphs(piece))
        elif isinstance(piece, Quote):
            parts.append(_quoted_html(piece))
        else:
            parts.append(piece.html if isinstance(piece, _Heading) else piece)
    return "".join(parts)


def read_sections(html: str, first_title: str) -> list[tuple[str, Content]]:
    """Return *html* parted at its headings of the second level, each part with its plain title.

    What stands before the first such heading is titled ``first_title``.
    """
    sections: list[tuple[str, list[_Piece]]] = [(first_title, [])]
    for piece in _pieces(parse(html)):
        if isinstance(piece, _Heading) and piece.level == "h2":
            sections.append((plain(piece.html), []))
        else:
            sections[-1][1].append(piece)
    lost = dropped(html)
    found = []
    for title, pieces in sections:
        if pieces or title is not first_title:
            found.append((title, Content(tuple(_chunks(pieces)), lost)))
            lost = Counter()
    return found


def plain(html: str) -> str:
    """Return the text of rich text without its tags, white space evened out."""
    return " ".join(unescape(_TAGS.sub(" ", html)).split())


def plain_inline(html: str) -> str:
    """Return the text of rich text inside one paragraph: tags within a word do not part it."""
    return " ".join(unescape(_TAGS.sub("", html)).split())


# --- from the tree to pieces


def _pieces(parent: Element) -> Iterator[_Piece]:
    """Yield what stands at the top, one after the other: loose text is gathered into paragraphs."""
    loose: list[Element | str] = []
    for node in parent.children:
        if isinstance(node, str) or not _holds_blocks(node):
            loose.append(node)
            continue
        yield from _paragraphs(loose)
        loose = []
        yield from _block_pieces(node)
    yield from _paragraphs(loose)


def _holds_blocks(node: Element) -> bool:
    return node.tag in BLOCKS or node.has(BLOCKS)


def _block_pieces(node: Element) -> Iterator[_Piece]:
    if node.tag in HEADINGS:
        yield from _heading(node)
    elif node.tag == "table":
        yield from _table(node)
    elif node.tag in ("ul", "ol"):
        yield from _list(node)
    elif node.tag == "blockquote":
        yield from _quote(node)
    elif node.tag == "hr":
        yield "<hr/>"
    elif node.tag == "pre":
        yield from _preformatted(node)
    elif node.tag == "dt":
        yield from _bold(_pieces(node))
    else:
        # A paragraph, a division, or an inline element around blocks: what is in it counts.
        yield from _pieces(node)


def _table(node: Element) -> Iterator[_Piece]:
    cells = layout_cells(node)
    if cells is not None:
        for cell in cells:
            yield from _pieces(cell)
        return
    table = read_table(node, _pieces_in_cell)
    if table is not None and table.rows:
        yield table
    elif table is not None:
        yield f"<p>{inline(table.caption)}</p>"


def _heading(node: Element) -> Iterator[_Piece]:
    if node.has(_TABLE):
        yield from _pieces(Element("div", {}, node.children))
        return
    level, inside = (
        HEADINGS[node.tag],
        _trim("".join(inline(child) for child in node.children).replace("<br/>", " ")),
    )
    if _says_something(inside):
        yield _Heading(level, f"<{level}>{inside}</{level}>")


def _paragraphs(nodes: Iterable[Element | str]) -> Iterator[str]:
    """Yield paragraphs of inline nodes; two line breaks in a row part paragraphs, as people mean them to."""
    html = "".join(inline(node) for node in nodes)
    for part in _TWO_BREAKS.split(html) if _balanced_at_breaks(html) else [html]:
        inside = _trim(part)
        if _says_something(inside):
            yield f"<p>{inside}</p>"


def _balanced_at_breaks(html: str) -> bool:
    """Return whether no element is open at any double break, so that paragraphs may be parted there."""
    return all(part.count("</") * 2 + part.count("<br/>") == part.count("<") for part in _TWO_BREAKS.split(html))


def _preformatted(node: Element) -> Iterator[str]:
    lines = [escape(line, quote=False) for line in node.text().strip("\n").split("\n")]
    inside = "<br/>".join(lines)
    if _says_something(inside):
        yield f"<p>{inside}</p>"


def _bold(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    for piece in pieces:
        inside = isinstance(piece, str) and re.fullmatch(r"<p>(.*)</p>", piece, re.DOTALL)
        yield f"<p><b>{inside[1]}</b></p>" if inside else piece


def _quote(node: Element) -> Iterator[_Piece]:
    """A quotation is one block of text in the editor; what is more than text in it stands after it."""
    parts: list[str] = []
    for piece in _pieces(Element("div", {}, node.children)):
        inside = isinstance(piece, str) and re.fullmatch(r"<p>(.*)</p>", piece, re.DOTALL)
        if inside:
            parts.append(inside[1])
            continue
        yield from _quoted(parts)
        parts = []
        yield piece
    yield from _quoted(parts)


def _quoted(parts: list[str]) -> Iterator[_Piece]:
    if not parts:
        return
    if any("<a " in part for part in parts):
        # A quote block holds plain words and would lose the link.
        yield f"<blockquote>{'<br/>'.join(parts)}</blockquote>"
    else:
        lines = "<br/>".join(parts).split("<br/>")
        yield Quote("\n".join(plain_inline(line) for line in lines))


def _quoted_html(quote: Quote) -> str:
    return f"<blockquote>{escape(quote.text, quote=False).replace(chr(10), '<br/>')}</blockquote>"


def _list(node: Element) -> Iterator[_Piece]:
    """A list; a table inside parts it in two, with the table between, so that the order is kept."""
    items: list[str] = []

    def closed() -> Iterator[str]:
        if items:
            yield f"<{node.tag}>{''.join(items)}</{node.tag}>"
            items.clear()

    for child in node.children:
        if isinstance(child, str) and not child.strip():
            continue
        item = child if isinstance(child, Element) and child.tag == "li" else Element("li", {}, [child])
        inside = ""
        for piece in _pieces(item):
            if isinstance(piece, Table):
                items += [f"<li>{inside}</li>"] if inside else []
                inside = ""
                yield from closed()
                yield piece
            else:
                inside = _joined(inside, _quoted_html(piece) if isinstance(piece, Quote) else piece)
        if inside:
            items.append(f"<li>{inside}</li>")
    yield from closed()


def _joined(before: str, piece: str | _Heading) -> str:
    """Return an item's inside with one more piece: a list item has text and lists in it, no paragraphs."""
    if isinstance(piece, _Heading):
        inside = f"<b>{piece.html[4:-5]}</b>"
    elif piece.startswith(("<ul>", "<ol>")):
        return before + piece
    elif piece == "<hr/>":
        return before
    else:
        inside = re.sub(r"^<(p|blockquote)>|</(p|blockquote)>$", "", piece)
    parted = not before or before.endswith(("</ul>", "</ol>"))
    return before + inside if parted else f"{before}<br/>{inside}"


def _pieces_in_cell(cell: Element) -> str:
    """Return the inside of a table's cell as rich text; a table within is written out, a row a paragraph."""
    parts = []
    for piece in _pieces(cell):
        if isinstance(piece, Table):
            parts.append(table_as_paragraphs(piece))
        elif isinstance(piece, _Heading):
            parts.append(f"<p><b>{piece.html[4:-5]}</b></p>")
        else:
            parts.append(_quoted_html(piece) if isinstance(piece, Quote) else piece)
    return "".join(parts)


# --- from pieces to chunks


def _chunks(pieces: Iterable[_Piece]) -> Iterator[Block]:
    chunk: list[str] = []
    size = 0
    for piece in pieces:
        if isinstance(piece, (Table, Quote)):
            if chunk:
                yield RichText("".join(chunk))
            yield piece
            chunk, size = [], 0
            continue
        html = piece.html if isinstance(piece, _Heading) else piece
        if chunk and _begins_chunk(piece, chunk, size):
            yield RichText("".join(chunk))
            chunk, size = [], 0
        chunk.append(html)
        size += len(html)
    if chunk:
        yield RichText("".join(chunk))


def _begins_chunk(piece: str | _Heading, chunk: list[str], size: int) -> bool:
    if chunk[-1].startswith(("<h2>", "<h3>", "<h4>")):
        return False  # A heading stays with what follows it.
    if isinstance(piece, _Heading):
        return size >= (ENOUGH_BEFORE_H2 if piece.level == "h2" else ENOUGH_BEFORE_HEADING)
    return size > TOO_LONG


def _trim(html: str) -> str:
    return _OUTER_BREAKS.sub("", html)


def _says_something(html: str) -> bool:
    return bool(plain(html))
