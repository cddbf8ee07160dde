"""Reads one line of an import file: checks it, and makes plain data of it. Knows no database."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


ARTICLE = "article"
REPORT = "report"
KINDS = (ARTICLE, REPORT)

#: Longest text of the columns that hold these, in characters.
LONGEST = 255

#: Other spellings of a key that exports use.
SPELLINGS = {
    "old address": "old_address",
    "old_url": "old_address",
    "picture file": "picture",
    "picture_file": "picture",
}

KEYS = frozenset(
    "kind source_id slug title published updated regions topics contributors teaser body chapters standfirst"
    " access format language picture old_address key_findings".split()
)


class BadLine(ValueError):
    """A line that cannot be imported; its text is one or more plain sentences that name the field."""


@dataclass(frozen=True)
class Vocabulary:
    """The values a site knows. ``slug`` tells whether a text may be a slug."""

    formats: Collection[str]
    accesses: Collection[str]
    languages: Collection[str]
    redirects: bool
    is_slug: Callable[[str], bool] = lambda text: bool(re.fullmatch(r"[-\w]+", text))


@dataclass(frozen=True)
class Credit:
    """A contributor as a line names them; everything but the name only fills a new contributor."""

    name: str
    role: str = ""
    biography: str = ""
    website: str = ""


@dataclass(frozen=True)
class Chapter:
    """A chapter of a report: a plain title and HTML."""

    title: str
    html: str


@dataclass(frozen=True)
class Picture:
    """A picture file that exists, and what is said about it."""

    path: Path
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Line:
    """One article or report as the file has it: valid, but its HTML not yet made safe."""

    number: int
    kind: str
    source_id: str
    slug: str
    title: str
    published: datetime
    teaser: str
    body: str
    chapters: tuple[Chapter, ...]
    digest: str
    updated: datetime | None = None
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    contributors: tuple[Credit, ...] = ()
    standfirst: str = ""
    access: str = ""
    format: str = ""
    language: str = ""
    picture: Picture | None = None
    old_addresses: tuple[str, ...] = ()
    key_findings: str = ""
    unknown_keys: tuple[str, ...] = field(default=(), compare=False)


def raw_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the number, from 1, and the bytes of each line that is not blank."""
    for number, raw in enumerate(file, start=1):
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if raw.strip():
            yield number, raw


def parse_line(raw: bytes, number: int, *, vocabulary: Vocabulary, folder: Path) -> Line:
    """Return the line as data. Paths of pictures are taken relative to ``folder``.

    :raises BadLine: naming every field that is wrong.
    """
    return _Reader(_load(raw), vocabulary, folder).line(number)


def _load(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(f"The line is not UTF-8: byte {error.start + 1} cannot be read.") from error
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep or too large"
        raise BadLine(f"The line is not valid JSON: {reason}.") from error
    if not isinstance(data, dict):
        raise BadLine("The line is not a JSON object.")
    # Only escapes can bring these in; no database stores them.
    if "\\u" in text and any(re.search("[\x00\ud800-\udfff]", found) for found in _strings(data)):
        raise BadLine("The line has characters that cannot be stored (NUL or half of a surrogate pair).")
    return {SPELLINGS.get(key, key): value for key, value in data.items()}


class _Reader:
    """Takes the fields out of one object and gathers what is wrong with them."""

    def __init__(self, data: Mapping[str, Any], vocabulary: Vocabulary, folder: Path) -> None:
        self.data = data
        self.vocabulary = vocabulary
        self.folder = folder
        self.problems: list[str] = []

    def line(self, number: int) -> Line:
        kind = self.choice("kind", KINDS, needed=True)
        published = self.moment("published", needed=True)
        picture = self.picture()
        line: dict[str, Any] = {
            "number": number,
            "kind": kind,
            "source_id": self.text("source_id", needed=True, longest=LONGEST),
            "slug": self.slug(),
            "title": self.text("title", needed=True, longest=LONGEST),
            "published": published,
            "updated": self.moment("updated"),
            "teaser": self.text("teaser", needed=True),
            "body": self.text("body"),
            "chapters": self.chapters(),
            "regions": self.names("regions"),
            "topics": self.names("topics"),
            "contributors": self.contributors(),
            "standfirst": self.text("standfirst"),
            "access": self.choice("access", self.vocabulary.accesses),
            "format": self.choice("format", self.vocabulary.formats),
            "language": self.choice("language", self.vocabulary.languages),
            "picture": picture,
            "old_addresses": self.old_addresses(),
            "key_findings": self.text("key_findings"),
            "digest": digest(self.data, picture),
            "unknown_keys": tuple(sorted(set(self.data) - KEYS)),
        }
        self.need_content(line)
        if self.problems:
            raise BadLine(" ".join(self.problems))
        return Line(**line)

    def wrong(self, key: str, sentence: str) -> None:
        self.problems.append(f"{key}: {sentence}")

    def text(self, key: str, *, needed: bool = False, longest: int | None = None) -> str:
        value = self.data.get(key)
        if value is None:
            if needed:
                self.wrong(key, "is missing.")
            return ""
        if not isinstance(value, str):
            self.wrong(key, f"must be text, not {_named(value)}.")
            return ""
        value = value.strip()
        if needed and not value:
            self.wrong(key, "is empty.")
        if longest and len(value) > longest:
            self.wrong(key, f"has {len(value)} characters; {longest} is the most.")
        return value

    def choice(self, key: str, known: Collection[str], *, needed: bool = False) -> str:
        value = self.text(key, needed=needed)
        if value and value not in known:
            self.wrong(key, f"“{value[:60]}” is not known; use one of {', '.join(sorted(known))}.")
        return value

    def slug(self) -> str:
        value = self.text("slug", needed=True, longest=LONGEST)
        if value and not self.vocabulary.is_slug(value):
            self.wrong("slug", f"“{value[:60]}” is not a slug; use letters, digits, hyphens and underscores.")
        return value

    def moment(self, key: str, *, needed: bool = False) -> datetime | None:
        value = self.text(key, needed=needed)
        if not value:
            return None
        try:
            # First the day alone: some Pythons read it as a midnight too.
            day = parse_date(value)
            found = _midnight(day) if day else parse_datetime(value)
            if found is not None:
                return found if timezone.is_aware(found) else timezone.make_aware(found)
        except (ValueError, OverflowError):
            pass
        self.wrong(key, f"“{value[:60]}” is not a date; write it as 2026-01-31 or 2026-01-31T09:00:00Z.")
        return None

    def listed(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, f"must be a list, not {_named(value)}.")
            return []
        return value

    def names(self, key: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for item in self.listed(key):
            if not isinstance(item, str) or not item.strip():
                self.wrong(key, "must be a list of names.")
                return ()
            found[_name(item)] = None
        if any(len(name) > LONGEST for name in found):
            self.wrong(key, f"a name has more than {LONGEST} characters.")
        return tuple(found)

    def contributors(self) -> tuple[Credit, ...]:
        found: dict[str, Credit] = {}
        for item in self.listed("contributors"):
            given = {"name": item} if isinstance(item, str) else item
            texts = _texts(given, "name", "role", "biography", "website") if isinstance(given, dict) else None
            if not texts or not texts["name"] or len(texts["name"]) > LONGEST:
                self.wrong("contributors", "each must be an object with a “name”.")
                return ()
            texts["name"] = _name(texts["name"])
            found.setdefault(texts["name"], Credit(**texts))
        return tuple(found.values())

    def chapters(self) -> tuple[Chapter, ...]:
        found = []
        for item in self.listed("chapters"):
            texts = _texts(item, "title", "html") if isinstance(item, dict) else None
            if not texts or not texts["title"] or "html" not in item:
                self.wrong("chapters", "each must be an object with a “title” and “html”.")
                return ()
            found.append(Chapter(**texts))
        return tuple(found)

    def picture(self) -> Picture | None:
        value = self.data.get("picture")
        if value in (None, ""):
            return None
        given = {"file": value} if isinstance(value, str) else value
        texts = _texts(given, "file", "alt", "caption", "credit") if isinstance(given, dict) else None
        if not texts or not texts["file"]:
            self.wrong("picture", "must be the path of a file, or an object with a “file”.")
            return None
        if any(len(texts[key]) > LONGEST for key in ("alt", "caption", "credit")):
            self.wrong("picture", f"alt, caption and credit have {LONGEST} characters at the most.")
        path = self.folder / texts.pop("file")
        if not path.is_file():
            self.wrong("picture", f"there is no file “{path}”.")
            return None
        return Picture(path=path, **texts)

    def old_addresses(self) -> tuple[str, ...]:
        value = self.data.get("old_address")
        if value in (None, "", []):
            return ()
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(item, str) and _is_address(item) for item in found):
            self.wrong("old_address", "must be a path that begins with “/” or an http address, or a list of these.")
            return ()
        if not self.vocabulary.redirects:
            self.wrong("old_address", "needs wagtail.contrib.redirects in INSTALLED_APPS.")
        return tuple(item.strip() for item in found)

    def need_content(self, line: Mapping[str, Any]) -> None:
        if not line["body"] and not line["chapters"]:
            if "body" in self.data or "chapters" in self.data:
                self.wrong("chapters" if line["kind"] == REPORT else "body", "is empty.")
            else:
                self.wrong("body", "is missing, and so are chapters; a line has one of them.")
        elif line["body"] and line["chapters"]:
            self.wrong("body", "stands beside chapters; a line has one of them.")


def digest(data: Mapping[str, Any], picture: Picture | None) -> str:
    """Return a short text that changes when the line says something else or its picture's file changes."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    found = hashlib.blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=16)
    if picture is not None:
        found.update(picture.path.read_bytes())
    return found.hexdigest()


def _texts(given: Mapping[str, Any], *keys: str) -> dict[str, str] | None:
    """Return the texts under these keys, ``""`` where there is none; ``None`` if one is no text."""
    values = {key: given.get(key) if given.get(key) is not None else "" for key in keys}
    if not all(isinstance(value, str) for value in values.values()):
        return None
    return {key: value.strip() for key, value in values.items()}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _name(text: str) -> str:
    return " ".join(text.split())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    return parts.path.startswith("/") and not parts.netloc and len(text) <= LONGEST


def _named(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
