"""Decisions for previews: what a kind of reader would see, without any reader and without the ledger."""

from __future__ import annotations

import logging
from typing import Any, Literal

from django.utils import timezone

from wagtail_wpr.access.contents import Content, places_of
from wagtail_wpr.access.deciding import error_decision
from wagtail_wpr.access.decisions import Decision, MeterState, TraceStep, Wall
from wagtail_wpr.access.inheritance import level_at, override_of
from wagtail_wpr.access.levels import AccessLevel
from wagtail_wpr.access.memory import known
from wagtail_wpr.access.meter import Meter
from wagtail_wpr.access.reader import Reader


logger = logging.getLogger("wagtail_wpr.access")

Mode = Literal["visitor", "one_left", "used_up", "subscriber"]
MODES: tuple[str, ...] = ("visitor", "one_left", "used_up", "subscriber")


def simulate(page: Any, mode: str) -> Decision:
    """Return the decision for a made-up reader: ``visitor``, ``one_left``, ``used_up`` or ``subscriber``.

    The access is that of the draft in hand (its own setting as edited, its sections' as published). Costs
    are 0, because a preview spends nothing: ``one_left`` opens the body with one free article remaining.

    :raises ValueError: for another mode.
    """
    if mode not in MODES:
        raise ValueError(f"{mode!r} is not a preview mode; use one of {', '.join(MODES)}.")
    try:
        return _simulate(page, mode)
    except Exception:
        logger.exception("A preview could not be decided; the teaser is shown.")
        return error_decision(Reader.visitor())


def _simulate(page: Any, mode: str) -> Decision:
    access = _draft_access(page)
    content = Content.of(page).with_access(access)
    if access is AccessLevel.FREE:
        return _decision(content, "free", granted=True)
    if mode == "subscriber":
        return _decision(content, "subscriber", granted=True)
    if access is AccessLevel.SUBSCRIBERS:
        return _decision(content, "subscribers_only", wall="subscribe")
    if mode == "visitor":
        return _decision(content, "visitor", wall="register")
    if access is AccessLevel.REGISTERED:
        return _decision(content, "registered", granted=True)
    meter = _meter(content, remaining=1 if mode == "one_left" else 0)
    if meter.remaining:
        return _decision(content, "metered", granted=True, meter=meter)
    return _decision(content, "used_up", wall="subscribe", meter=meter)


def _draft_access(page: Any) -> AccessLevel:
    """Return the access by the rows that hang on this very object, saved or not."""
    (place,) = places_of([page])
    if page.alias_of_id:
        return level_at(place, timezone.now())
    own = [override_of(setting) for setting in page.wpr_access.all()]
    return level_at(place, timezone.now(), own=own)


def _meter(content: Content, *, remaining: int) -> MeterState:
    settings = known().settings_of(content.site_id)
    limit = settings.registered_limit
    remaining = min(limit, remaining)
    meter = Meter.of(settings, limit=limit, reads=(), at=timezone.now())
    return MeterState(
        limit=limit,
        used=limit - remaining,
        remaining=remaining,
        resets_at=meter.period.end,
        period_start=meter.period.start,
    )


def _decision(
    content: Content,
    reason: str,
    *,
    granted: bool = False,
    wall: Wall | None = None,
    meter: MeterState | None = None,
) -> Decision:
    step = TraceStep("preview", "granted" if granted else "refused", reason)
    return Decision(
        content=content.key,
        granted=granted,
        cost=0,
        reason=reason,
        wall=wall,
        access=content.access,
        meter=meter,
        trace=(step,),
    )
