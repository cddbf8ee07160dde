"""Deciding: ask the rules in order. It has no effects and never raises; whatever fails, the teaser stays."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from wagtail_wpr.access.contents import Content
from wagtail_wpr.access.decisions import Answer, Decision, MeterState, Said, TraceStep
from wagtail_wpr.access.levels import AccessLevel
from wagtail_wpr.access.reader import Reader
from wagtail_wpr.access.rules import Rule, rules, wall_for
from wagtail_wpr.access.state import State


logger = logging.getLogger("wagtail_wpr.access")


def decide(reader: Reader, page: Any, *, at: datetime | None = None, using: str | None = None) -> Decision:
    """Return whether *reader* may read the body of *page*, and what it would cost.

    No side effects, one query at most, and no exception: what fails is logged and refused with the reason
    ``error``. *at* is an aware time, now by default; *using* names another database than the router's.
    """
    return decide_many(reader, [page], at=at, using=using)[0]


def decide_many(
    reader: Reader,
    pages: Iterable[Any],
    *,
    at: datetime | None = None,
    using: str | None = None,
    states: list[State] | None = None,
) -> list[Decision]:
    """Return the decisions for *pages* in the same order, like :func:`decide`; one query for all of them.

    Where aliases are among the pages, one more finds their sources. *states* is given the state that the rules
    asked, for a caller who wants to know more of the reader without asking the database again.
    """
    pages = list(pages)
    if not pages:
        return []
    try:
        at = at or timezone.now()
        contents = Content.of_many(pages, at=at)
        state = State(reader, contents, at, using=using)
        if states is not None:
            states.append(state)
        return _ask_rules(reader, contents, state)
    except Exception:
        logger.exception("Access could not be decided; the teaser is shown.")
        return [error_decision(reader) for _page in pages]


def error_decision(reader: Reader, content: Content | None = None) -> Decision:
    """Return the refusal that stands for "we could not find out"."""
    access = content.access if content else AccessLevel.METERED
    return Decision(
        content=content.key if content else "",
        granted=False,
        cost=0,
        reason="error",
        wall=wall_for(reader, access),
        access=access,
        trace=(TraceStep("wall", "refused", "access could not be decided"),),
    )


class _Case:
    """One content on its way through the rules."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.answer: Answer | None = None
        self.meter: MeterState | None = None
        self.trace: list[TraceStep] = []

    def hear(self, rule: Rule, answer: Answer | None) -> None:
        if answer is None:
            self.trace.append(TraceStep(rule.name, "passed"))
            return
        if not isinstance(answer, Answer):
            raise TypeError(f"The rule {rule.name!r} answered {answer!r}; return an Answer, or None to pass.")
        self.meter = answer.meter or self.meter
        if answer.granted is None:
            self.trace.append(TraceStep(rule.name, "passed", answer.note))
            return
        said: Said = "granted" if answer.granted is True else "refused"
        self.trace.append(TraceStep(rule.name, said, answer.note or answer.reason))
        self.answer = answer

    def fail(self, rule: Rule, error: Exception) -> None:
        self.trace.append(TraceStep(rule.name, "failed", type(error).__name__))


def _ask_rules(reader: Reader, contents: Sequence[Content], state: State) -> list[Decision]:
    cases = [_Case(content) for content in contents]
    open_cases = [case for case in cases if not case.content.broken]
    asked = [case.content for case in open_cases]
    for rule in rules():
        if not open_cases:
            break
        if _ask(rule, reader, open_cases, asked, state):
            open_cases = [case for case in open_cases if case.answer is None]
            asked = [case.content for case in open_cases]
    return [_decision(reader, case, state) for case in cases]


def _ask(rule: Rule, reader: Reader, cases: Sequence[_Case], contents: Sequence[Content], state: State) -> bool:
    """Return whether the rule decided any of the cases, which have these contents."""
    decided = False
    try:
        prepared = rule.prepare(reader, contents, state)
    except Exception as error:
        logger.exception("The access rule %r failed; it grants nothing.", rule.name)
        for case in cases:
            case.fail(rule, error)
        return False
    for case in cases:
        try:
            case.hear(rule, rule.decide(reader, case.content, prepared))
            decided = decided or case.answer is not None
        except Exception as error:
            logger.exception("The access rule %r failed; it grants nothing.", rule.name)
            case.fail(rule, error)
    return decided


def _decision(reader: Reader, case: _Case, state: State) -> Decision:
    content, answer = case.content, case.answer
    if content.broken:
        answer = Answer.refuse("broken", wall=wall_for(reader, content.access))
        case.trace.append(TraceStep("access", "failed", content.broken))
    elif answer is None:  # the wall itself failed, or a host took it away
        answer = Answer.refuse("error", wall=wall_for(reader, content.access))
    granted = answer.granted is True
    # Where the database did not answer, nobody knows that this reader is *not* entitled.
    reason = "error" if not granted and state.failure is not None else answer.reason
    return Decision(
        content=content.key,
        granted=granted,
        cost=answer.cost if granted else 0,
        reason=reason,
        wall=None if granted else (answer.wall or wall_for(reader, content.access)),
        access=content.access,
        meter=case.meter,
        trace=tuple(case.trace),
        claim=answer.claim if granted else None,
    )
