"""The ledger of reads: taking a seat, exactly once, however many requests race for it.

A seat is a unique row (holder, site, pool, period, seat): the database gives it to one of them. Spending is
one insert that ignores conflicts, in autocommit; whoever took nothing decides again, on fresh data.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import OperationalError, connections, router, transaction
from django.db.models import QuerySet, sql
from django.db.models.constants import OnConflict
from django.utils import timezone

from wagtail_wpr.access.deciding import decide, error_decision
from wagtail_wpr.access.decisions import Decision, MeterState
from wagtail_wpr.access.meter import Meter, meter_of
from wagtail_wpr.access.models import DEFAULT_POOL, Read
from wagtail_wpr.access.reader import Reader
from wagtail_wpr.signals import read_spent


logger = logging.getLogger("wagtail_wpr.access")

#: Every lost race means that somebody else took a seat, so a racer loses at most as often as there are seats.
SPARE_ATTEMPTS = 5

#: How often a deadlock or a lock error is tried again.
LOCK_ATTEMPTS = 10


def spend(reader: Reader, page: Any, *, decision: Decision | None = None, at: datetime | None = None) -> Decision:
    """Take a seat for *page* if reading it costs one, and return the decision that now holds.

    That is a granted one of cost 0 (``metered`` where this call took the seat, ``already_read`` where
    another did for the same article, or whatever reason made it free of cost), or a refusal. Pass the
    *decision* that was made a moment ago to save its query: two statements for a first read in all.

    Call it once, for a body that is really sent, outside of transactions: in one, the database may show an
    old state, and then this refuses rather than guess. Sends ``signals.read_spent``. Never raises.
    """
    try:
        return _spend(reader, page, decision, at)
    except Exception:
        logger.exception("A read could not be written down; the teaser is shown.")
        return error_decision(reader)


def record_uncounted(user: Any, content_key: str, site_id: int, *, at: datetime | None = None) -> bool:
    """Write down that *user* read an article without counting it; return whether the row is new.

    For the article that somebody registered on. In this period it is open to the reader at no cost.
    """
    reader = Reader.for_user(user)
    if reader.holder is None:
        return False
    using, at = router.db_for_write(Read), at or timezone.now()
    meter = meter_of(reader, site_id, at=at, using=using)
    return _take(_row(reader.holder, site_id, meter, content_key, None, at), using)


def merge_browser(browser: str, user: Any, *, at: datetime | None = None) -> int:
    """Add what *browser* read in this period to what *user* read, as a union; return how many rows are new.

    It is never a second allowance: a counted read stays counted, also beyond the reader's limit.
    """
    visitor, reader = Reader(browser=browser), Reader.for_user(user)
    if reader.holder is None or visitor.holder is None:
        return 0
    using, at = router.db_for_write(Read), at or timezone.now()
    sites = Read.objects.using(using).filter(holder=visitor.holder).values_list("site_id", flat=True)
    return sum(
        _merge_row(reader, site_id, read.content, read.seat is not None, at, using)
        for site_id in sorted(set(sites))
        for read in meter_of(visitor, site_id, at=at, using=using).reads
    )


def reads_of(user: Any, site_id: int, *, at: datetime | None = None) -> QuerySet[Read]:
    """Return the rows of *user*'s running period on a site, the latest first; none for a visitor."""
    reader = Reader.for_user(user)
    if reader.holder is None:
        return Read.objects.none()
    meter = meter_of(reader, site_id, at=at)
    return Read.objects.filter(
        holder=reader.holder, site_id=site_id, pool=DEFAULT_POOL, period=meter.period.key
    ).order_by("-created", "-pk")


def forget_reader(user_pk: Any) -> int:
    """Delete the rows of a user who is gone; return how many."""
    return Read.objects.filter(holder=f"u:{user_pk}").delete()[0]


def _spend(reader: Reader, page: Any, decision: Decision | None, at: datetime | None) -> Decision:
    using = router.db_for_write(Read)
    if decision is not None and (decision.claim is None or decision.claim.holder != reader.holder):
        decision = None
    lost = locked = 0
    while True:
        decision = decision or decide(reader, page, at=at, using=using)
        if not decision.granted or decision.cost == 0:
            return decision
        try:
            if _take(_row_of(decision, at or timezone.now()), using):
                return _spent(reader, page, decision)
            lost += 1
        except OperationalError:
            locked += 1
            if not _may_try_again(locked, using):
                raise
        if lost > _seats_in(decision) + SPARE_ATTEMPTS:
            logger.error("A seat was lost %s times in a row; is spend() called inside a transaction?", lost)
            return replace(error_decision(reader), content=decision.content, meter=decision.meter)
        decision = None


def _spent(reader: Reader, page: Any, decision: Decision) -> Decision:
    paid = replace(decision, cost=0, meter=_after_one(decision), claim=None)
    read_spent.send_robust(sender=Read, request=None, reader=reader, page=page, decision=paid)
    return paid


def _after_one(decision: Decision) -> MeterState | None:
    meter = decision.meter
    if meter is None:
        return None
    return replace(meter, used=meter.used + 1, remaining=max(0, meter.remaining - 1))


def _seats_in(decision: Decision) -> int:
    return decision.meter.limit if decision.meter else 0


def _may_try_again(locked: int, using: str) -> bool:
    """Return whether a deadlock or lock error may be tried again, after a short wait.

    Inside a transaction it may not: MariaDB has then rolled back all of it without Django knowing.
    """
    if connections[using].in_atomic_block:
        transaction.set_rollback(True, using=using)
        return False
    if locked >= LOCK_ATTEMPTS:
        return False
    time.sleep(random.uniform(0.002, 0.02) * locked)  # noqa: S311
    return True


def _merge_row(reader: Reader, site_id: int, content: str, counted: bool, at: datetime, using: str) -> bool:
    """Add one row to the reader's period; try again while races take the seat."""
    for _attempt in range(LOCK_ATTEMPTS + SPARE_ATTEMPTS):
        meter = meter_of(reader, site_id, at=at, using=using)
        if meter.has_read(content):
            return False
        seat = meter.next_seat() if counted else None
        if _take(_row(reader.holder or "", site_id, meter, content, seat, at), using):
            return True
    logger.error("A read of a browser could not be merged into the account that signed in.")
    return False


def _row(holder: str, site_id: int, meter: Meter, content: str, seat: int | None, at: datetime) -> Read:
    return Read(
        holder=holder,
        site_id=site_id,
        pool=DEFAULT_POOL,
        period=meter.period.key,
        period_start=meter.period.start,
        content=content,
        seat=seat,
        created=at,
    )


def _row_of(decision: Decision, at: datetime) -> Read:
    claim = decision.claim
    if claim is None:
        raise ValueError("A decision that costs a read must hold a claim; only the meter makes such ones.")
    return Read(
        holder=claim.holder,
        site_id=claim.site_id,
        pool=claim.pool,
        period=claim.period,
        period_start=claim.period_start,
        content=decision.content,
        seat=claim.seat,
        created=at,
    )


def _take(row: Read, using: str) -> bool:
    """Insert *row* unless one of the unique constraints is against it; return whether it went in.

    ``bulk_create(ignore_conflicts=True)`` issues the same statement, but does not tell the outcome, and
    asking for it would cost another statement. All our databases report the number of rows.
    """
    inserted = 0
    for statement, parameters in _insert_statements(row, using):
        with connections[using].cursor() as cursor:
            cursor.execute(statement, parameters)
            inserted += cursor.rowcount
    return inserted > 0


def _insert_statements(row: Read, using: str) -> Iterable[tuple[str, Any]]:
    fields = [field for field in Read._meta.concrete_fields if not field.primary_key]
    query = sql.InsertQuery(Read, on_conflict=OnConflict.IGNORE)
    query.insert_values(fields, [row])
    statements: Iterable[tuple[str, Any]] = query.get_compiler(using=using).as_sql()
    return statements
