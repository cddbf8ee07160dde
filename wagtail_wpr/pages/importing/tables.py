"""Reads a table of imported HTML into rows of equal length, spans filled up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wagtail_wpr.pages.importing.tree import Element, inline


#: A cell that claims to span more than this is a mistake.
WIDEST = 200

_NOT_IN_A_HEADING = frozenset({"a", "table", "ul", "ol"})


@dataclass(frozen=True)
class Table:
    """A table: plain ``headings`` (or none) and ``rows`` of rich text, all as long as the widest row."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def layout_cells(node: Element) -> list[Element] | None:
    """Return the cells of a table that is mere layout, one a row and no caption; ``None`` for a real one."""
    rows = [list(row.elements("td", "th")) for row in _rows(node)]
    if any(node.elements("caption")) or any(len(row) > 1 for row in rows):
        return None
    return [cell for row in rows for cell in row]


def read_table(node: Element, read_cell: Callable[[Element], str]) -> Table | None:
    """Return what a ``table`` element holds, or ``None`` where it holds nothing.

    ``read_cell`` returns the rich text of one cell.
    """
    caption = " ".join(next((child.text() for child in node.elements("caption")), "").split())
    grid = _Grid(read_cell)
    for row in _rows(node):
        grid.add(row)
    rows = grid.padded()
    if not any(any(cell for cell in row) for row in rows) and not caption:
        return None
    headings: tuple[str, ...] = ()
    if grid.first_is_heading and len(rows) > 1:
        headings, rows = tuple(grid.heading_texts(len(rows[0]))), rows[1:]
    return Table(caption=caption, headings=headings, rows=tuple(tuple(row) for row in rows))


def table_as_paragraphs(table: Table) -> str:
    """Return a table as rich text for places that cannot hold one: a row becomes a paragraph, or a list."""
    parts = [f"<p><b>{inline(table.caption)}</b></p>"] if table.caption else []
    if table.headings:
        parts.append(f"<p><b>{inline(' | '.join(table.headings))}</b></p>")
    for row in table.rows:
        if all(cell.startswith("<p>") and cell.count("<p>") == 1 and cell.endswith("</p>") for cell in row if cell):
            parts.append(f"<p>{' | '.join(cell[3:-4] for cell in row)}</p>")
        else:
            parts += [cell for cell in row if cell]
    return "".join(parts)


def _rows(node: Element) -> Iterator[Element]:
    """Yield the rows of this table, not those of tables within."""
    for child in node.children:
        if not isinstance(child, Element):
            continue
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.elements("tr")


class _Grid:
    """Rows of cells; a span leaves empty cells to its right and below it."""

    def __init__(self, read_cell: Callable[[Element], str]) -> None:
        self._read_cell = read_cell
        self._rows: list[list[str]] = []
        self._reserved: dict[tuple[int, int], str] = {}
        self._headings: list[str] = []
        self.first_is_heading = False

    def add(self, row: Element) -> None:
        cells = list(row.elements("td", "th"))
        if not cells:
            return
        number, filled = len(self._rows), []
        # A heading is plain text: a row with links stays a row, so that no link is lost.
        heads = all(cell.tag == "th" and not cell.has(_NOT_IN_A_HEADING) for cell in cells)
        if number == 0:
            self.first_is_heading = heads
        for cell in cells:
            self._fill_reserved(number, filled)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            html = self._read_cell(cell)
            if number == 0 and heads:
                self._headings += [" ".join(cell.text().split())] + [""] * (width - 1)
            for right in range(width):
                for below in range(1, height):
                    self._reserved[number + below, len(filled) + right] = ""
            filled += [_bold(html) if cell.tag == "th" else html] + [""] * (width - 1)
        self._fill_reserved(number, filled)
        self._rows.append(filled)

    def _fill_reserved(self, number: int, filled: list[str]) -> None:
        while (number, len(filled)) in self._reserved:
            filled.append(self._reserved.pop((number, len(filled))))

    def padded(self) -> list[list[str]]:
        width = max((len(row) for row in self._rows), default=0)
        return [row + [""] * (width - len(row)) for row in self._rows]

    def heading_texts(self, width: int) -> list[str]:
        return self._headings + [""] * (width - len(self._headings))


def _bold(html: str) -> str:
    whole = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return f"<p><b>{html[3:-4]}</b></p>" if whole and "<b>" not in html else html


def _span(cell: Element, name: str) -> int:
    value = cell.attributes.get(name, "")
    return min(max(int(value), 1), WIDEST) if value.isascii() and value.isdigit() and len(value) < 6 else 1
