"""``make bench`` and ``make bench-quick``: two hosts side by side. Exit status 1 where a budget is not kept."""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import cases, counts, databases, decisions, edge, load, timings
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


ROUNDS = 6
KINDS = {SQLITE: ("counts", "times"), POSTGRESQL: ("counts", "times", "edge", "decisions")}
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
        Timing(database, report, loader, rounds=asked.rounds or 4, told_only=True).measure(timings.quick, deliveries)


def run_full(report: Report, asked: argparse.Namespace) -> None:
    for kind, sections in KINDS.items():
        if not any(wanted(asked, section) for section in sections):
            continue
        if reason := databases.why_not(kind):
            report.skip(kind, reason)
            continue
        with databases.database(kind, strangers=30_000) as database:
            deliveries = deliveries_of(database)
            if wanted(asked, "counts"):
                counts.measure(database, report, deliveries)
            if wanted(asked, "times"):
                time_all(report, asked, database, deliveries)
            if kind == POSTGRESQL and wanted(asked, "edge"):
                behind_nginx(report, asked, database, deliveries)
            if kind == POSTGRESQL and wanted(asked, "decisions"):
                decisions.measure(database, report)
    if wanted(asked, "redis"):
        with_redis(report, asked)


def wanted(asked: argparse.Namespace, section: str) -> bool:
    return not asked.only or section in asked.only


def time_all(report: Report, asked: argparse.Namespace, database: Database, deliveries: list[str]) -> None:
    if reason := load.why_not():
        report.skip(f"times, {database.kind}", reason)
        return
    loader = Loader(database.folder, asked.seconds)
    Timing(database, report, loader, rounds=asked.rounds or ROUNDS, told_only=False).measure(timings.full, deliveries)


def behind_nginx(report: Report, asked: argparse.Namespace, database: Database, deliveries: list[str]) -> None:
    reason = load.why_not() or edge.why_not()
    if cases.FETCH not in deliveries:
        reason = "this version has no fetch delivery"
    if reason:
        report.skip("behind nginx", reason)
        return
    edge.measure(database, report, Loader(database.folder, asked.seconds), asked.rounds or ROUNDS)


def with_redis(report: Report, asked: argparse.Namespace) -> None:
    """The reference page with a cache that all processes share, which both hosts ask over the network."""
    if reason := load.why_not() or databases.why_not(POSTGRESQL) or databases.why_no_redis():
        report.skip("with a shared cache", reason)
        return
    with databases.database(POSTGRESQL, strangers=100, redis=databases.REDIS) as database:
        loader = Loader(database.folder, asked.seconds)
        timing = Timing(database, report, loader, rounds=asked.rounds or ROUNDS, told_only=False)
        timing.measure(timings.shared, [cases.INLINE])


if __name__ == "__main__":
    sys.exit(main())
