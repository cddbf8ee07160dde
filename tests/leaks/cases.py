"""The cases as data: read from the files beside this module, one for each kind of way around the wall."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import wagtail


FOLDER = Path(__file__).parent / "cases"

#: Each case has one of these keys, which says how it is run.
WAYS = ("requests", "script", "waits_for")

KNOWN = {
    "id",
    "says",
    "reader",
    "control",
    "absent",
    "status",
    "through_cache",
    "needs_wagtail",
    "later",
    *WAYS,
}
REQUEST_KEYS = {"method", "paths", "headers", "each", "agents", "bodies", "type", "client"}


@dataclass(frozen=True)
class Try:
    """One request of a case. Names in braces stand for pages and ids of the publication."""

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    #: The address that the one trusted proxy says the request came from; "" for a direct one.
    client: str = ""


@dataclass(frozen=True)
class Case:
    """One way around the wall."""

    id: str
    kind: str
    says: str
    reader: str = "visitor"
    #: ``"subscriber"``: a subscriber's answer to the same article holds the whole body. Or a named control.
    control: str = "subscriber"
    absent: str = "body"
    status: tuple[int, ...] = (200,)
    tries: tuple[Try, ...] = ()
    script: bool = False
    waits_for: str = ""
    later: str = ""
    through_cache: bool = False
    needs_wagtail: str = ""

    @property
    def reason(self) -> str:
        """Why it cannot run here, or ``""``."""
        if self.waits_for:
            return self.waits_for
        wanted = tuple(int(part) for part in self.needs_wagtail.split(".") if part)
        return f"Wagtail {self.needs_wagtail}" if wanted > wagtail.VERSION[: len(wanted)] else ""


@dataclass
class Broken(Exception):
    """A file of cases says something that no case can mean."""

    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.problems)


@cache
def all_cases() -> tuple[Case, ...]:
    """Return every case, in the order of its number.

    :raises Broken: with one line for each thing that is wrong in the files.
    """
    found: list[Case] = []
    problems: list[str] = []
    for file in sorted(FOLDER.glob("*.toml")):
        for row in tomllib.loads(file.read_text("utf-8"))["case"]:
            problems += [f"{file.name}, {row.get('id', '?')}: {problem}" for problem in _problems(row)]
            if not problems:
                found.append(_case(row, file.stem))
    numbers = [case.id for case in found]
    problems += [f"{number} is there twice." for number in sorted(set(numbers)) if numbers.count(number) > 1]
    if problems:
        raise Broken(problems)
    return tuple(sorted(found, key=lambda case: case.id))


def by_id(number: str) -> Case:
    """Return the case with this id.

    :raises KeyError: where there is none.
    """
    return {case.id: case for case in all_cases()}[number]


def _problems(row: Mapping[str, Any]) -> list[str]:
    found = []
    if not re.fullmatch(r"PW-\d{3}", row.get("id", "")):
        found.append("an id looks like PW-001.")
    if unknown := row.keys() - KNOWN:
        found.append(f"{', '.join(sorted(unknown))} means nothing here; use {', '.join(sorted(KNOWN))}.")
    if sum(way in row for way in WAYS) != 1:
        found.append(f"say with one of {', '.join(WAYS)} how it is run.")
    for request in row.get("requests", ()):
        if unknown := request.keys() - REQUEST_KEYS:
            found.append(
                f"{', '.join(sorted(unknown))} is no part of a request; use {', '.join(sorted(REQUEST_KEYS))}."
            )
    if not row.get("says"):
        found.append("say in a sentence what it tries.")
    return found


def _case(row: Mapping[str, Any], kind: str) -> Case:
    plain = {key: value for key, value in row.items() if key not in ("requests", "status")}
    tries = tuple(one for request in row.get("requests", ()) for one in _tries(request))
    return Case(kind=kind, tries=tries, status=tuple(row.get("status", (200,))), **plain)


def _tries(request: Mapping[str, Any]) -> Sequence[Try]:
    """Return every path with every set of headers and every body."""
    each = [*request.get("each", ()), *({"User-Agent": agent} for agent in request.get("agents", ()))] or [{}]
    common = {**request.get("headers", {})}
    if kind := request.get("type"):
        common["Content-Type"] = kind
    return [
        Try(
            path=path,
            method=request.get("method", "GET"),
            headers=tuple({**common, **headers}.items()),
            body=body,
            client=request.get("client", ""),
        )
        for path, headers, body in product(request.get("paths", ["{gated}"]), each, request.get("bodies", [""]))
    ]
