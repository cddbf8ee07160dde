"""Reads the example publication's texts from the files beside this module; knows nothing of Wagtail.

An article or report is one file: a JSON object between two ``---`` lines, then text in a little Markdown.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


HERE = Path(__file__).resolve().parent
BREAK = "<!-- break -->"
NEEDED = ("title", "slug", "standfirst", "access", "section", "language", "days_ago", "hour")
SPECIAL = {">": ("text", "attribution"), "!figure": ("motif", "alt", "caption"), "!note": ("title", "text")}
INLINE = (
    (r"\[([^]]+)\]\((https?://[^\s)]+)\)", r'<a href="\2">\1</a>'),
    (r"\*\*(.+?)\*\*", r"<b>\1</b>"),
    (r"\*(.+?)\*", r"<i>\1</i>"),
)

Block = tuple[str, Any]
"""("paragraph", html), or ("quote" | "figure" | "table" | "note", {field: value})."""
Blocks = tuple[Block, ...]
Lines = list[tuple[int, str]]


class ContentError(ValueError):
    """A file that cannot be read as content; the message names the file and the line."""

    def __init__(self, path: Path, number: int, sentence: str) -> None:
        super().__init__(f"{path.name}, line {number}: {sentence}")


@dataclass(frozen=True)
class Chapter:
    """One chapter of a report: a public title, a public teaser and a body."""

    title: str
    teaser: Blocks
    body: Blocks


@dataclass(frozen=True)
class Piece:
    """An article (``teaser`` and ``body``) or a report (``chapters``), with its front matter in ``meta``."""

    slug: str
    title: str
    meta: dict[str, Any]
    teaser: Blocks = ()
    body: Blocks = ()
    chapters: tuple[Chapter, ...] = ()


def load_articles() -> list[Piece]:
    """Return all articles, in the order of their file names."""
    return [
        Piece(meta["slug"], meta["title"], meta, *_split(path, lines))
        for path, meta, lines in _files("articles", NEEDED)
    ]


def load_reports() -> list[Piece]:
    """Return all reports, in the order of their file names; their text is in ``chapters``."""
    return [
        Piece(meta["slug"], meta["title"], meta, chapters=_chapters(path, lines))
        for path, meta, lines in _files("reports", (*NEEDED, "key_findings", "introduction"))
    ]


def load_taxonomy() -> dict[str, list[dict[str, Any]]]:
    """Return ``regions`` (each with ``countries``), ``topics``, ``contributors`` and ``series``."""
    return dict(json.loads((HERE / "taxonomy.json").read_text("utf-8")))


def load_publication() -> dict[str, Any]:
    """Return the publication's name, copy, wall copy, sections and front page order."""
    return dict(json.loads((HERE / "publication.json").read_text("utf-8")))


def _files(folder: str, needed: tuple[str, ...]) -> Iterator[tuple[Path, dict[str, Any], Lines]]:
    for path in sorted((HERE / folder).glob("*.md")):
        lines = path.read_text("utf-8").splitlines()
        if lines[:1] != ["---"] or "---" not in lines[1:]:
            raise ContentError(path, 1, "the file must begin with a JSON object between two lines “---”.")
        end = lines.index("---", 1)
        try:
            meta = json.loads("\n".join(lines[1:end]))
        except json.JSONDecodeError as error:
            raise ContentError(path, error.lineno + 1, f"this is not JSON: {error.msg}.") from error
        if missing := [key for key in needed if key not in meta]:
            raise ContentError(path, 2, f"the front matter lacks {', '.join(missing)}; add it.")
        yield path, meta, list(enumerate(lines[end + 1 :], start=end + 2))


def _chapters(path: Path, lines: Lines) -> tuple[Chapter, ...]:
    parts: list[tuple[str, Lines]] = []
    for number, line in lines:
        if line.startswith("# "):
            parts.append((line[2:].strip(), []))
        elif parts:
            parts[-1][1].append((number, line))
        elif line.strip():
            raise ContentError(path, number, "text before the first chapter; begin it with “# Title”.")
    return tuple(Chapter(title, *_split(path, part)) for title, part in parts)


def _split(path: Path, lines: Lines) -> tuple[Blocks, Blocks]:
    at = [index for index, (_, line) in enumerate(lines) if line.strip() == BREAK]
    if len(at) != 1:
        number = lines[0][0] if lines else 1
        raise ContentError(path, number, f"the text from here needs one “{BREAK}” and has {len(at)}.")
    return tuple(_blocks(path, lines[: at[0]])), tuple(_blocks(path, lines[at[0] + 1 :]))


def _blocks(path: Path, lines: Lines) -> Iterator[Block]:
    """Yield blocks; text, subheads and lists that follow each other become one "paragraph"."""
    rich, chunk = "", list[str]()
    for number, line in [*lines, (lines[-1][0] if lines else 0, "")]:
        if line.strip():
            chunk.append(line.strip())
        elif chunk:
            if chunk[0].startswith(("!", "> ")) or any(each.startswith("|") for each in chunk):
                if rich:
                    yield "paragraph", rich
                yield _special(path, number - len(chunk), chunk)
                rich = ""
            else:
                rich += _rich(chunk)
            chunk = []
    if rich:
        yield "paragraph", rich


def _special(path: Path, number: int, chunk: list[str]) -> Block:
    kind, _, rest = " ".join(chunk).partition(" ")
    if kind in ("!caption", "|"):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in chunk[1:]]
        rows = [row for row in rows if any(cell.strip("-: ") for cell in row)]
        if kind == "|" or len({len(row) for row in rows}) != 1:
            raise ContentError(path, number, "a table needs “!caption …” above it and rows of one length.")
        return "table", {"caption": chunk[0].partition(" ")[2], "rows": rows}
    values = [value.strip() for value in rest.split("|")]
    if len(values) != len(SPECIAL.get(kind, ())):
        raise ContentError(path, number, f"cannot read this “{kind}”; it needs {SPECIAL.get(kind)}.")
    fields = dict(zip(SPECIAL[kind], values, strict=True))
    if kind == "!note":
        fields["text"] = _rich([fields["text"]])
    return {">": "quote"}.get(kind, kind[1:]), fields


def _rich(chunk: list[str]) -> str:
    """Return a subhead, list or paragraph as safe HTML, with **b**, *i* and [links](https://…)."""
    lines = [html.escape(line) for line in chunk]
    for pattern, replacement in INLINE:
        lines = [re.sub(pattern, replacement, line) for line in lines]
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>"
    if lines[0].startswith("## "):
        return f"<h2>{lines[0][3:]}</h2>" + (_rich(chunk[1:]) if chunk[1:] else "")
    return f"<p>{' '.join(lines)}</p>"
