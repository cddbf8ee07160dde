"""From the blocks of the content files to the stored form of the page's streams."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from example_project.content.loader import Block, Piece
from example_project.publication.seeding import images


def article_body(piece: Piece) -> list[dict[str, Any]]:
    """Return the stream of an article: the teaser's blocks, the break, the body's blocks."""
    blocks = _blocks(piece, piece.teaser, "teaser")
    blocks.append({"type": "wpr_break", "value": None, "id": _id(piece, "break", 0)})
    return blocks + _blocks(piece, piece.body, "body")


def chapters(piece: Piece) -> list[dict[str, Any]]:
    """Return the stream of a report's chapters."""
    return [
        {
            "type": "chapter",
            "id": _id(piece, "chapter", number),
            "value": {
                "title": chapter.title,
                "content": {
                    "teaser": _blocks(piece, chapter.teaser, f"{number}-teaser"),
                    "body": _blocks(piece, chapter.body, f"{number}-body"),
                },
            },
        }
        for number, chapter in enumerate(piece.chapters)
    ]


def _blocks(piece: Piece, blocks: tuple[Block, ...], part: str) -> list[dict[str, Any]]:
    return [
        {"type": kind, "value": _value(piece, kind, value), "id": _id(piece, part, number)}
        for number, (kind, value) in enumerate(blocks)
    ]


def _id(piece: Piece, part: str, number: int) -> str:
    """The same block has the same id each time, so that a second seeding changes nothing."""
    return str(uuid5(NAMESPACE_URL, f"{piece.slug}/{part}/{number}"))


def _value(piece: Piece, kind: str, value: Any) -> Any:
    if kind == "figure":
        image = images.motif(value["motif"], f"{piece.slug}-figure", value["caption"] or piece.title)
        return {"image": image.pk, "alt": value["alt"], "caption": value["caption"], "credit": ""}
    if kind == "note":
        return {"title": value["title"], "text": value["text"]}
    if kind == "table":
        return {"caption": value["caption"], "table": _table(value["rows"])}
    return value


def _table(rows: list[list[str]]) -> dict[str, Any]:
    return {
        "columns": [{"type": "text", "heading": heading} for heading in rows[0]],
        "rows": [{"values": row} for row in rows[1:]],
        "caption": "",
    }
