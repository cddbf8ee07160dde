"""The decision alone: does it stay as quick when the ledger and the map of overrides grow?"""

from __future__ import annotations

import json
from typing import Any

from tests.benchmarks.databases import GATED, Database, copy_of
from tests.benchmarks.report import Report


#: What counts as the same time, measured in turns in one process.
SAME = 1.2


def measure(database: Database, report: Report) -> None:
    with copy_of(database) as small:
        found = json.loads(database.run(GATED, "-m", "tests.benchmarks.deciding", BENCH_SMALL=small))
    _ledger(report, found["ledger"])
    _overrides(report, found["overrides"])


def _ledger(report: Report, found: dict[str, Any]) -> None:
    report.heading("a decision with its one statement, PostgreSQL, microseconds")
    rows = [
        (f"{number:,} rows", *_times(times), ", ".join(plan))
        for number, times, plan in zip(found["rows"], found["times"], found["plans"], strict=True)
    ]
    report.table(("ledger", "median", "least", "most", "plan"), rows)
    few, many = (times["median"] for times in found["times"])
    report.budget("decision/million-rows/time", many / few, SAME)
    indexed = all("Index" in node for node in found["plans"][1])
    report.budget("decision/million-rows/plan", "index" if indexed else "scan", "index")


def _overrides(report: Report, found: dict[str, Any]) -> None:
    report.heading(f"the access of one page among {found['pages']:,}, microseconds")
    rows = [
        (f"{number:,} overrides", *_times(times), read["median"] / 1000)
        for number, times, read in zip(found["overrides"], found["times"], found["reads"], strict=True)
    ]
    report.table(("map", "median", "least", "most", "reading the map, ms"), rows)
    few, many = (times["median"] for times in found["times"])
    report.budget("overrides/ten-thousand/time", many / few, SAME)
    report.budget("overrides/ten-thousand/statements", found["statements"], 0)


def _times(times: dict[str, float]) -> tuple[float, float, float]:
    return times["median"], times["least"], times["most"]
