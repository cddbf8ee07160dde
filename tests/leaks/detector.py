"""Finds a word that must not be there, whatever it was dressed up as.

A search for plain text would miss what sites really do: entities, escapes, base64, shifted letters, one element
a letter, compression. What cannot be read (an encoding that we do not know) is an error and never an all-clear.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import string
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import unquote

import brotli
import pypdf
import zstandard


#: Decoded text may hold encoded text again, and so on; nobody nests deeper for a browser that is to undo it.
DEEPEST = 3

#: Bytes that one compressed part may grow to.
LARGEST = 4 * 1024 * 1024

INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
COMBINING = re.compile("[\u0300-\u036f]")
TAGS = re.compile(r"<[^<>]*>")
ESCAPES = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")


@dataclass(frozen=True)
class Hit:
    """A word that was found, and how it was dressed."""

    word: str
    disguise: str


class Unreadable(Exception):
    """Something was sent that this detector cannot look into."""


def find(data: bytes | str, words: Iterable[str], *, encoding: str = "") -> list[Hit]:
    """Return which of the words are in ``data``, and how; an empty list for none.

    :param encoding: what the answer's ``Content-Encoding`` says.
    :raises Unreadable: for an encoding that nobody taught it.
    """
    raw = data.encode() if isinstance(data, str) else decoded(data, encoding)
    return list(_found(raw, tuple(words)))


@lru_cache(maxsize=1024)
def _found(raw: bytes, words: tuple[str, ...]) -> tuple[Hit, ...]:
    # Kept, because most answers to most cases are the very same page.
    needles = [(word, dress, changed) for word in words for dress, changed in _changed(_folded(word))]
    found: dict[tuple[str, str], Hit] = {}
    for disguise, text in _texts(raw, 0):
        folded = _folded(text)
        for word, dress, changed in needles:
            if changed in folded:
                name = " in ".join(filter(None, (dress, disguise))) or "plain"
                found.setdefault((word, name), Hit(word, name))
    return tuple(found.values())


def decoded(data: bytes, encoding: str) -> bytes:
    """Return the bytes without their content encodings."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if not data or name == "identity":
            continue
        if name in ("gzip", "x-gzip"):
            data = gzip.decompress(data)
        elif name == "deflate":
            data = _inflated(data)
        elif name == "br":
            data = brotli.decompress(data)
        elif name == "zstd":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        else:
            raise Unreadable(
                f"An answer came with Content-Encoding {name!r}; teach tests/leaks/detector.py to read it."
            )
    return data


def _folded(text: str) -> str:
    """Without case, accents, width and what nobody sees."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", INVISIBLE.sub("", text))
    return COMBINING.sub("", parts).casefold()


def _changed(needle: str) -> Iterator[tuple[str, str]]:
    yield "", needle
    yield "reversed", needle[::-1]
    letters = string.ascii_lowercase
    for shift in range(1, 26):
        table = str.maketrans(letters, letters[shift:] + letters[:shift])
        yield f"rot{shift}", needle.translate(table)


def _texts(data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    """Yield each text that somebody could read out of the bytes, with the name of how."""
    for name, inner in _containers(data):
        if depth < DEEPEST:
            for disguise, text in _texts(inner, depth + 1):
                yield " in ".join(filter(None, (disguise, name))), text
    if data.startswith(b"%PDF"):
        yield "pdf", _pdf_text(data)
    if b"\0" in data:
        for name in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield name, data[start:].decode(name, "ignore")
    if depth and not _is_utf8(data):
        # Decoded from the wrong beginning, or with something behind it: worth a look, but nothing is wrapped in it.
        yield "", data.decode("utf-8", "ignore")
        return
    for name, plain in _unwrapped(data.decode("utf-8", "replace")):
        yield name, plain
        if depth < DEEPEST:
            for how, blob in _blobs(plain):
                for disguise, inner_text in _texts(blob, depth + 1):
                    yield " in ".join(filter(None, (disguise, how, name))), inner_text


def _unwrapped(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text as it is and with one kind of wrapping after the other undone, each once."""
    seen = {text}
    yield "", text
    steps = [
        ("entities", html.unescape),
        ("url", unquote),
        ("escapes", lambda value: ESCAPES.sub(_unescaped, value)),
        ("elements", lambda value: TAGS.sub("", value)),
    ]
    current = text
    for name, undo in steps:
        for start, said in ((text, name), (current, f"{name} and more")):
            undone = undo(start)
            if undone not in seen:
                seen.add(undone)
                yield said, undone
        current = undo(current)


def _unescaped(found: re.Match[str]) -> str:
    number = int(found[1] or found[2], 16)
    return chr(number) if number < 0x110000 else ""


def _blobs(text: str) -> Iterator[tuple[str, bytes]]:
    for run in HEX.findall(text):
        yield "hex", bytes.fromhex(run)
    for run in BASE64.findall(text):
        plain = run.replace("-", "+").replace("_", "/")
        # What stands before the word shifts it: each of the four beginnings is tried.
        for start in range(4):
            part = plain[start : start + (len(plain) - start) // 4 * 4]
            try:
                blob = base64.b64decode(part)
            except binascii.Error:
                continue
            if blob:
                yield "base64", blob


def _containers(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is compressed inside: a whole gzip or zstd body, or zlib parts of a PDF, a picture, a token."""
    if data.startswith(b"\x1f\x8b"):
        yield from _attempt("gzip", lambda: gzip.decompress(data))
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        yield from _attempt("zstd", lambda: zstandard.ZstdDecompressor().decompressobj().decompress(data))
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
        yield from _attempt("zlib", partial(zlib.decompressobj().decompress, data[match.start() :], LARGEST))
    if b"\0" not in data[:64] and not data.isascii() and not _is_utf8(data):
        yield from _attempt("brotli", lambda: brotli.decompress(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _attempt(name: str, undo: Callable[[], bytes]) -> Iterator[tuple[str, bytes]]:
    try:
        inner = undo()
    except (OSError, EOFError, zlib.error, zstandard.ZstdError, brotli.error):
        return
    if inner:
        yield name, inner


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return zlib.decompress(data, -zlib.MAX_WBITS)


def _pdf_text(data: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(data))
    told = [page.extract_text() for page in reader.pages]
    return "\n".join([*told, *(str(value) for value in (reader.metadata or {}).values())])
