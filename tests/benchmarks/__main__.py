"""``make bench`` and ``make bench-quick``: two hosts side by side. Exit status 1 where a budget is not kept."""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import cases, counts, databases, load, timings
from tests.benchmarks.databases import GATED, POSTGRESQL, SQLITE, Database
from tests.benchmarks.load import Loader
from tests.benchmarks.report import Report
from tests.benchmarks.timings import Timing


DELIVERIES = "import django; django.setup(); from wagtail_wpr.slots.checks import DELIVERIES; print(*DELIVERIES)"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="counts on SQLite, and few times that fail nothing")
    parser.add_argument("--rounds", type=int, help="rounds of each comparison")
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds of a round")
    parser.add_argument("--only", nargs="*", metavar="SECTION", help="some sections only: " + ", ".join(SECTIONS))
    return parser.parse_args()


SECTIONS = ("counts", "times", "redis", "decisions", "edge")


def deliveries_of(database: Database) -> list[str]:
    """Return the deliveries to measure that this version of the package has."""
    known = database.run(GATED, "-c", DELIVERIES).split()
    return [delivery for delivery in (cases.INLINE, cases.FETCH) if delivery in known]


def main() -> int:
    asked = arguments()
    report = Report()
    if asked.quick:
        run_quick(report, asked)
    else:
        run_full(report, asked)
    return report.close()


def run_quick(report: Report, asked: argparse.Namespace) -> None:
    with databases.database(SQLITE, strangers=200) as database:
        deliveries = deliveries_of(database)
        counts.measure(database, report, deliveries)
        if reason := load.why_not():
            report.skip("times", reason)
            return
        loader = Loader(database.folder, asked.seconds)
        Timing(database, report, loader, rounds=asked.rounds or 4, told_only=True).measure(timings.quick(), deliveries)


def run_full(report: Report, asked: argparse.Namespace) -> None:
    for kind in (SQLITE, POSTGRESQL):
        if reason := databases.why_not(kind):
            report.skip(kind, reason)
            continue
        with databases.database(kind, strangers=9000) as database:
            deliveries = deliveries_of(database)
            if wanted(asked, "counts"):
                counts.measure(database, report, deliveries)
            if wanted(asked, "times"):
                time_all(report, asked, database, deliveries)


def wanted(asked: argparse.Namespace, section: str) -> bool:
    return not asked.only or section in asked.only


def time_all(report: Report, asked: argparse.Namespace, database: Database, deliveries: list[str]) -> None:
    if reason := load.why_not():
        report.skip(f"times, {database.kind}", reason)
        return
    loader = Loader(database.folder, asked.seconds)
    Timing(database, report, loader, rounds=asked.rounds or 7, told_only=False).measure(timings.full(), deliveries)


if __name__ == "__main__":
    sys.exit(main())
