"""Behind nginx, as the documentation sets it up: one copy of a page for everybody, and what reaches the site."""

from __future__ import annotations

import json
from contextlib import ExitStack

from tests.benchmarks import cases, slots
from tests.benchmarks.cases import FETCH, REFERENCE, SUBSCRIBER, VISITOR, Case
from tests.benchmarks.databases import GATED, PLAIN, Database
from tests.benchmarks.load import Loader, Visit
from tests.benchmarks.report import Report
from tests.benchmarks.servers import Server, serving


#: A visitor's page from the cache, beside the plain page that the site renders each time.
TIMES = 20


def why_not() -> str:
    """Return why this machine cannot measure it, or ``""``."""
    from tests.edge.servers import Nginx, program

    return "" if program("nginx") else f"nginx is not installed (Debian and Ubuntu: apt-get install {Nginx.package})"


def measure(database: Database, report: Report, loader: Loader, rounds: int) -> None:
    from tests.edge.servers import Nginx

    page = Case(REFERENCE, VISITOR, FETCH)
    session = database.readers[SUBSCRIBER]
    with ExitStack() as running:
        plain = running.enter_context(serving("plain-edge", database, PLAIN))
        gated = running.enter_context(serving("gated-edge", database, GATED, BENCH_DELIVERY=FETCH, BENCH_PUBLIC="1"))
        cache = running.enter_context(Nginx(gated.port, database.folder / "nginx", FETCH))
        # What is told of the processor's time is the site's, not nginx's.
        edge = Server("nginx", gated.process, cache.port)
        question = json.dumps(slots.asked(edge.get(page.path), page.path))
        visitors, asking = Visit(page.path), Visit(slots.PATH, [session], question)
        rows = []
        for name, theirs, ours in (
            ("visitor, page from the cache", visitors, visitors),
            ("subscriber, page from the cache", Visit(page.path, [session]), Visit(page.path, [session])),
            ("subscriber, the slots of the page", Visit(page.path, [session]), asking),
        ):
            beside, measured = loader.compare((plain, theirs), (edge, ours), rounds)
            ratio = measured.rate / beside.rate
            rows.append(
                (name, beside.rate, beside.spread, measured.rate, measured.spread, ratio, beside.cpu, measured.cpu)
            )
            if ours.path == page.path:
                report.budget(f"edge/{name.partition(',')[0]}", ratio, float(TIMES), at_least=True)
            else:
                # A reader's visit costs the site this one request: the page itself comes from the cache.
                report.budget("edge/origin-cpu-of-a-reader", measured.cpu / beside.cpu, 0.5)
        if cases.BODY_WORD in edge.get(page.path, f"sessionid={session}"):
            raise SystemExit("The cache holds a body, so that its times mean nothing.")
    report.heading(f"behind nginx, {database.kind}: the plain page uncached beside the gated one")
    report.table(("request", "plain/s", "spread", "gated/s", "spread", "ratio", "plain cpu ms", "site cpu ms"), rows)
