"""Statements and Python calls of every case, the package beside plain: they repeat exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from typing import Any

from tests.benchmarks import cases
from tests.benchmarks.cases import FETCH, FIRST, INLINE, REFERENCE, REREAD, SUBSCRIBER, VISITOR, Case
from tests.benchmarks.databases import GATED, PLAIN, Database
from tests.benchmarks.report import Report


#: Python calls beside the plain page's, at most.
REFERENCE_CALLS = {VISITOR: 0.75, REREAD: 0.8, SUBSCRIBER: 0.8}
#: A page may cost as much more as its throughput may be less.
OTHER_CALLS = round(1 / 0.95, 3)

#: Statements on a metered article that the package issues, caches warm.
OWN_STATEMENTS = {VISITOR: 0, REREAD: 1, FIRST: 2, SUBSCRIBER: 1}
#: Tables of the package, whose statements these are.
OWN_TABLES = "wagtail_wpr_"

SLOTS_STATEMENTS, SLOTS_CALLS = 6, 0.5
SLOTS_READERS = (SUBSCRIBER, REREAD, FIRST, cases.USED_UP)


class Readers:
    """Gives the sessions that the seeding made; each first read has a reader of its own."""

    def __init__(self, made: dict[str, Any]) -> None:
        self._made = made
        self._next = count()

    def session(self, case: Case) -> str:
        if case.reader == VISITOR:
            return ""
        if case.reader == FIRST:
            return str(self._made[FIRST][next(self._next)])
        made = self._made[case.reader]
        return str(made if isinstance(made, str) else made[case.page])

    def cookies(self, case: Case) -> str:
        session = self.session(case)
        return f"sessionid={session}" if session else ""


def measure(database: Database, report: Report, deliveries: Iterable[str]) -> None:
    """Count every case in every delivery; the slots endpoint where there is one."""
    deliveries = list(deliveries)
    readers = Readers(database.readers)
    plain = _counted(database, PLAIN, [_request(case, readers) for case in cases.cases()])
    for delivery in deliveries:
        asked = cases.cases(delivery)
        more = [_slots_request(reader, readers) for reader in SLOTS_READERS] if delivery == FETCH else []
        gated = _counted(
            database, GATED, [*(_request(case, readers) for case in asked), *more], BENCH_DELIVERY=delivery
        )
        rows = [_row(report, case, plain[_key(case)], gated[_key(case)]) for case in asked]
        report.heading(f"statements and Python calls of a request, {database.kind}, {delivery}")
        report.table(("page, reader", "plain", "gated", "plain calls", "gated calls", "ratio"), rows)
        if more:
            _slots(report, plain, gated)


def _key(case: Case) -> str:
    return f"{case.page}, {case.reader}"


def _request(case: Case, readers: Readers) -> dict[str, Any]:
    request = {"name": _key(case), "path": case.path, "cookies": readers.cookies(case)}
    if case.reader == FIRST and case.delivery == INLINE:
        # The one that counts is a reader who has read nothing.
        request["last"] = {**request, "cookies": readers.cookies(case)}
    return request


def _slots_request(reader: str, readers: Readers) -> dict[str, Any]:
    """What the script of the reference page asks for a reader."""
    case = Case(REFERENCE, reader, FETCH)
    request = {"name": f"slots, {reader}", "path": case.path, "slots": True, "cookies": readers.cookies(case)}
    if reader == FIRST:
        request["last"] = {**request, "cookies": readers.cookies(case)}
    return request


def _counted(database: Database, host: str, requests: list[dict[str, Any]], **more: str) -> dict[str, dict[str, Any]]:
    counted: dict[str, dict[str, Any]] = json.loads(
        database.run(host, "-m", "tests.benchmarks.counting", given=requests, **more)
    )
    return counted


def _row(report: Report, case: Case, plain: dict[str, Any], gated: dict[str, Any]) -> tuple[object, ...]:
    shown = cases.BODY_WORD in gated["text"]
    if shown != case.shows_body:
        raise SystemExit(f"{case} {'shows' if shown else 'does not show'} the body, so that its counts mean nothing.")
    ratio = gated["calls"] / plain["calls"]
    tight = case.page == REFERENCE and case.reader in REFERENCE_CALLS
    report.budget(f"calls/{case}", ratio, REFERENCE_CALLS[case.reader] if tight else OTHER_CALLS)
    if case.page in cases.ARTICLES and case.delivery == INLINE and case.reader in OWN_STATEMENTS:
        own = sum(OWN_TABLES in sql for sql in gated["sql"])
        report.budget(f"statements/{case}", own, OWN_STATEMENTS[case.reader])
    if case.page == cases.RIVER and case.reader != VISITOR and case.delivery == INLINE:
        report.budget(f"statements/{case}", sum(OWN_TABLES in sql for sql in gated["sql"]), 1)
    return (_key(case), plain["statements"], gated["statements"], plain["calls"], gated["calls"], ratio)


def _slots(report: Report, plain: dict[str, Any], gated: dict[str, Any]) -> None:
    rows = []
    for reader in SLOTS_READERS:
        counted, page = gated[f"slots, {reader}"], plain[f"{REFERENCE}, {reader}"]
        ratio = counted["calls"] / page["calls"]
        rows.append((reader, counted["statements"], counted["calls"], ratio))
        report.budget(f"statements/slots/{reader}", counted["statements"], SLOTS_STATEMENTS)
        report.budget(f"calls/slots/{reader}", ratio, SLOTS_CALLS)
    report.heading("the slots endpoint, all slots of the reference page, beside the plain page of that reader")
    report.table(("reader", "statements", "calls", "ratio"), rows)
