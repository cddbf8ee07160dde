"""The decision alone, in the gated host on PostgreSQL: ``python -m tests.benchmarks.deciding``.

Compares a ledger of ten rows (the database named in ``BENCH_SMALL``) with one of a million, and a map of ten
overrides with one of ten thousand on 100,000 pages. Prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django


ROWS = 1_000_000
SECTIONS, ARTICLES = 100, 1000
OVERRIDES = (10, 10_000)

ROUNDS, DECISIONS = 31, 40


def main() -> dict[str, Any]:
    return {"ledger": ledger(), "overrides": overrides()}


def in_turns(first: Callable[[], object], second: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Return the microseconds of each round of both, measured in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 2):
        for place in (0, 1) if number % 2 else (1, 0):
            begun = time.perf_counter()
            for _ in range(DECISIONS):
                (first, second)[place]()
            if number >= 2:  # the first ones fill caches
                times[place].append((time.perf_counter() - begun) / DECISIONS * 1e6)
    return times


def summary(times: list[float]) -> dict[str, float]:
    return {"median": statistics.median(times), "least": min(times), "most": max(times)}


@contextmanager
def statements(using: str) -> Iterator[list[tuple[str, Any]]]:
    from django.db import connections

    issued: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, values: Any, *rest: Any) -> Any:
        issued.append((sql, values))
        return execute(sql, values, *rest)

    with connections[using].execute_wrapper(note):
        yield issued


# --- the ledger


def ledger() -> dict[str, Any]:
    from django.contrib.auth import get_user_model
    from wagtail.models import Page

    from wagtail_wpr.access import Reader, decide

    reader = Reader.for_user(get_user_model().objects.get(username="used-up"))
    page = Page.objects.get(slug="list-40").specific
    small, large = _shrink(), _grow()

    def ask(using: str) -> Callable[[], object]:
        return lambda: decide(reader, page, using=using)

    few, many = in_turns(ask("small"), ask("default"))
    assert decide(reader, page, using="default").reason == decide(reader, page, using="small").reason == "used_up"
    return {
        "rows": [small, large],
        "times": [summary(few), summary(many)],
        "plans": [_plan(ask(using), using) for using in ("small", "default")],
    }


def _shrink() -> int:
    from wagtail_wpr.access.models import Read

    rows = Read.objects.using("small")
    keep = list(rows.filter(seat__isnull=False).order_by("pk").values_list("pk", flat=True)[:10])
    rows.exclude(pk__in=keep).delete()
    return _counted("small")


def _grow() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO wagtail_wpr_read (holder, site_id, pool, period, period_start, content, seat, created)
            SELECT 'u:' || (10000000 + n / 3), site_id, pool, period, period_start, md5(n::text)::uuid::text,
                   n %% 3 + 1, created
            FROM (SELECT * FROM wagtail_wpr_read LIMIT 1) AS one, generate_series(0, %s) AS n
            """,
            [ROWS - 1],
        )
    return _counted("default")


def _counted(using: str) -> int:
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE wagtail_wpr_read")
        cursor.execute("SELECT count(*) FROM wagtail_wpr_read")
        return int(cursor.fetchone()[0])


def _plan(ask: Callable[[], object], using: str) -> list[str]:
    """Return how the database finds the ledger's rows."""
    from django.db import connections

    with statements(using) as issued:
        ask()
    assert len(issued) == 1, issued
    sql, values = issued[0]
    with connections[using].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    return list(_nodes(plan if isinstance(plan, list) else json.loads(plan)))


def _nodes(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _nodes(part)
    elif isinstance(plan, dict):
        if "wagtail_wpr_read" in (plan.get("Relation Name"), plan.get("Index Name")) or str(
            plan.get("Index Name", "")
        ).startswith("wpr_read"):
            yield f"{plan['Node Type']} {plan.get('Index Name') or plan['Relation Name']}"
        for name in ("Plan", "Plans"):
            yield from _nodes(plan.get(name))


# --- the map of overrides


def overrides() -> dict[str, Any]:
    from wagtail.models import Page

    from wagtail_wpr.access import memory
    from wagtail_wpr.access.inheritance import level_at
    from wagtail_wpr.access.levels import AccessLevel

    pages = _many_pages()
    deep = Page.objects.filter(depth=4).order_by("-path").first()
    maps, reads = [], []
    for number in OVERRIDES:
        _override(number)
        reads.append(summary([_read_anew() for _ in range(5)]))
        maps.append(memory.known())

    def look(known: Any) -> Callable[[], AccessLevel]:
        from django.utils import timezone

        from wagtail_wpr.access.contents import places_of

        (place,) = places_of([deep])
        now = timezone.now()
        return lambda: level_at(place, now, remembered=known)

    few, many = in_turns(*(look(known) for known in maps))
    with statements("default") as issued:
        look(maps[-1])()
    return {
        "pages": pages,
        "overrides": [sum(map(len, known.overrides.values())) for known in maps],
        "reads": reads,
        "times": [summary(few), summary(many)],
        "statements": len(issued),
    }


def _read_anew() -> float:
    from wagtail_wpr.access import memory

    memory.forget()
    begun = time.perf_counter()
    memory.known()
    return (time.perf_counter() - begun) * 1e6


def _many_pages() -> int:
    """Write sections and articles below the home page, whole rows at a time; return how many pages there are."""
    from django.db import connection
    from wagtail.models import Page

    changed = {
        "path": "path || p.more",
        "depth": "depth + p.deeper",
        "slug": "'bulk-' || p.more",
        "url_path": "url_path || 'bulk-' || p.more || '/'",
        "translation_key": "gen_random_uuid()",
        "numchild": "0",
    }
    names = [field.column for field in Page._meta.local_concrete_fields if not field.primary_key]
    columns, values = ", ".join(names), ", ".join(changed.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO wagtailcore_page ({columns})
            SELECT {values} FROM wagtailcore_page CROSS JOIN (
                SELECT 'S' || lpad(s::text, 3, '0') AS more, 1 AS deeper FROM generate_series(1, %s) AS s
                UNION ALL
                SELECT 'S' || lpad(s::text, 3, '0') || lpad(a::text, 4, '0'), 2
                FROM generate_series(1, %s) AS s, generate_series(1, %s) AS a
            ) AS p WHERE wagtailcore_page.slug = 'home'
            """,
            [SECTIONS, SECTIONS, ARTICLES],
        )
        cursor.execute("ANALYZE wagtailcore_page")
    return int(Page.objects.count())


def _override(number: int) -> None:
    """Give so many of the pages, spread evenly, an access of their own."""
    from wagtail.models import Page

    from wagtail_wpr.access.models import AccessSetting

    AccessSetting.objects.all().delete()
    ids = list(Page.objects.filter(slug__startswith="bulk-").order_by("path").values_list("pk", flat=True))
    chosen = ids[:: len(ids) // number][:number]
    AccessSetting.objects.bulk_create(
        [AccessSetting(page_id=pk, access="registered") for pk in chosen], batch_size=1000
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.host.gated"
    django.setup()
    print(json.dumps(main()))
