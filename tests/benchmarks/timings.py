"""Throughput and processor time of the two hosts, measured in turns."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from tests.benchmarks import cases, slots
from tests.benchmarks.cases import FETCH, FIRST, INLINE, READERS, REFERENCE, REREAD, SUBSCRIBER, VISITOR, Case
from tests.benchmarks.databases import GATED, PLAIN, POSTGRESQL, Database
from tests.benchmarks.load import Loader, Visit
from tests.benchmarks.report import Report
from tests.benchmarks.servers import Server, serving


#: Throughput beside the plain page's, at least.
REFERENCE_RATE = {VISITOR: 1.2, REREAD: 1.1, SUBSCRIBER: 1.1}
OTHER_RATE = 0.95
SLOTS_CPU = 0.5

#: Requests that fill the caches of both workers, one of which may get most of them.
WARM = 8

#: So many articles one stranger reads for the first time.
READS = 3


def full(kind: str, delivery: str) -> list[Case]:
    """What a full run times: each reader on the reference page; on PostgreSQL all other pages for those who ask
    most; in the fetch delivery, where every reader gets the same page, some of them."""
    reference = [Case(REFERENCE, reader) for reader in READERS]
    others = [case for case in cases.cases() if case.page != REFERENCE and case.reader in (VISITOR, SUBSCRIBER)]
    if delivery == FETCH:
        reference = [case for case in reference if case.reader in (VISITOR, SUBSCRIBER)]
        others = [case for case in others if case.page in (cases.RICH, cases.LIST) and case.reader == VISITOR]
    return [*reference, *others] if kind == POSTGRESQL else reference


def shared(kind: str, delivery: str) -> list[Case]:
    return [Case(REFERENCE, reader) for reader in (VISITOR, REREAD, SUBSCRIBER, cases.USED_UP)]


def quick(kind: str, delivery: str) -> list[Case]:
    return [Case(REFERENCE, VISITOR), Case(REFERENCE, SUBSCRIBER)]


COLUMNS = ("page, reader", "plain/s", "spread", "gated/s", "spread", "ratio", "plain cpu ms", "gated cpu ms")
WIDTHS = (24, 9, 10, 9, 10, 6, 12, 12)


class Timing:
    """The two hosts on one database, and load on both of them."""

    def __init__(self, database: Database, report: Report, loader: Loader, *, rounds: int, told_only: bool) -> None:
        self.database, self.report, self.loader = database, report, loader
        self.rounds, self.told_only = rounds, told_only

    def measure(self, asked: Callable[[str, str], Sequence[Case]], deliveries: Sequence[str]) -> None:
        """Measure what ``asked`` says of the kind of database and each delivery."""
        with ExitStack() as servers:
            plain = servers.enter_context(serving("plain", self.database, PLAIN))
            for delivery in deliveries:
                gated = servers.enter_context(
                    serving(f"gated-{delivery}", self.database, GATED, BENCH_DELIVERY=delivery)
                )
                chosen = asked(self.database.kind, delivery)
                self.report.heading(self._title(delivery))
                self.report.row(COLUMNS, WIDTHS)
                for case in chosen:
                    self.report.row(self._case(plain, gated, Case(case.page, case.reader, delivery)), WIDTHS)
                if delivery == FETCH:
                    self._slots(plain, gated)

    def _title(self, delivery: str) -> str:
        cache = ", cache in Redis" if self.database.environment["BENCH_REDIS"] else ""
        return f"requests a second, {self.database.kind}, {delivery}{cache}, medians of {self.rounds} rounds in turns"

    def _case(self, plain: Server, gated: Server, case: Case) -> tuple[object, ...]:
        visit = self._visit(case)
        self._warm(plain, gated, visit)
        if case.reader != FIRST and (cases.BODY_WORD in gated.get(case.path, _cookies(visit))) != case.shows_body:
            raise SystemExit(f"{case} is not what it should be, so that its times mean nothing.")
        before = self._reads()
        beside, ours = self.loader.compare((plain, visit), (gated, visit), self.rounds)
        if case.reader == FIRST and case.delivery == INLINE and self._reads() - before < ours.requests:
            raise SystemExit(f"Of {ours.requests} requests for {case} some were no first read.")
        ratio = ours.rate / beside.rate
        tight = case.page == REFERENCE and case.reader in REFERENCE_RATE
        bound = REFERENCE_RATE[case.reader] if tight else OTHER_RATE
        self._budget(f"rate/{self._place()}/{case}", ratio, bound, at_least=True)
        return (
            f"{case.page}, {case.reader}",
            *(beside.rate, beside.spread, ours.rate, ours.spread, ratio, beside.cpu, ours.cpu),
        )

    def _place(self) -> str:
        return self.database.kind + ("-redis" if self.database.environment["BENCH_REDIS"] else "")

    def _budget(self, name: str, measured: float, bound: float, *, at_least: bool = False) -> None:
        self.report.budget(name, measured, bound, at_least=at_least, told_only=self.told_only)

    def _visit(self, case: Case) -> Visit:
        made = self.database.readers
        if case.reader == VISITOR:
            return Visit(case.path)
        if case.reader == FIRST:
            # A stranger has three free articles: no more pages than that share the same ones.
            pools = -(-len(cases.ARTICLES) // READS)
            pool = cases.ARTICLES.index(case.page) // READS
            return Visit(case.path, made[FIRST][pool::pools])
        session = made[case.reader]
        return Visit(case.path, [session if isinstance(session, str) else session[case.page]])

    def _warm(self, plain: Server, gated: Server, visit: Visit) -> None:
        """Fill the caches of all workers, without a first read."""
        for server in (plain, gated):
            for _ in range(WARM):
                server.get(visit.path, _cookies(visit) if len(visit.sessions) == 1 else "")

    def _reads(self) -> int:
        return int(self.database.value("SELECT count(*) FROM wagtail_wpr_read"))

    def _slots(self, plain: Server, gated: Server) -> None:
        """The slots endpoint for one article, beside the plain page of the same reader."""
        rows = []
        for reader in (SUBSCRIBER, REREAD):
            page = self._visit(Case(REFERENCE, reader))
            body = json.dumps(slots.asked(gated.get(page.path), page.path))
            visit = Visit(slots.PATH, page.sessions, body)
            beside, ours = self.loader.compare((plain, page), (gated, visit), self.rounds)
            rows.append((reader, beside.rate, ours.rate, beside.cpu, ours.cpu, ours.cpu / beside.cpu))
            self._budget(f"cpu/{self._place()}/slots/{reader}", ours.cpu / beside.cpu, SLOTS_CPU)
        self.report.heading("the slots endpoint beside the plain page")
        self.report.table(("reader", "plain/s", "slots/s", "plain cpu ms", "slots cpu ms", "cpu ratio"), rows)


def _cookies(visit: Visit) -> str:
    return f"sessionid={visit.sessions[0]}" if visit.sessions else ""
