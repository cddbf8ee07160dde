"""The rules that decide, in their order, and the hook by which a host adds its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from wagtail import hooks

from wagtail_wpr.access.contents import Content
from wagtail_wpr.access.decisions import Answer, Wall
from wagtail_wpr.access.levels import AccessLevel
from wagtail_wpr.access.models import ALL_ACCESS
from wagtail_wpr.access.reader import Reader
from wagtail_wpr.access.state import State


logger = logging.getLogger("wagtail_wpr.access")

HOOK = "register_wpr_access_rule"


class Rule:
    """One reason to open a body. Subclass it, give it a name and an order, return it from the hook.

    Ours stand at 100 (free), 200 (staff), 300 (registered), 400 (subscriber), 600 (grant), 800 (meter) and
    900 (wall). A rule of a host that has the name of one of ours takes its place.
    """

    name: ClassVar[str] = ""
    order: ClassVar[int] = 550

    def prepare(self, reader: Reader, contents: Sequence[Content], state: State) -> Any:
        """Return whatever :meth:`decide` needs, for all contents at once: one query, or none.

        Asked once for each list, with the contents that no earlier rule has decided.
        """
        return None

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        """Return ``Answer.grant(reason)``, ``Answer.refuse(reason)``, or None to pass to the next rule."""
        return None


class FreeRule(Rule):
    """What is free is everybody's."""

    name = "free"
    order = 100

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        return Answer.grant("free") if content.access is AccessLevel.FREE else None


class StaffRule(Rule):
    """Who may edit the page reads it. Asked only for people who may edit anything."""

    name = "staff"
    order = 200

    def prepare(self, reader: Reader, contents: Sequence[Content], state: State) -> bool:
        user = reader.user
        if user is None:
            return False
        flagged = getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)
        return bool(flagged) or state.edits_pages

    def decide(self, reader: Reader, content: Content, prepared: bool) -> Answer | None:
        if not prepared or not content.page.permissions_for_user(reader.user).can_edit():
            return None
        return Answer.grant("staff")


class RegisteredRule(Rule):
    """Registered articles are open to every signed-in reader."""

    name = "registered"
    order = 300

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        if content.access is AccessLevel.REGISTERED and not reader.is_visitor:
            return Answer.grant("registered")
        return None


class SubscriberRule(Rule):
    """Whoever has the entitlement ``all_access`` reads everything."""

    name = "subscriber"
    order = 400

    def prepare(self, reader: Reader, contents: Sequence[Content], state: State) -> bool:
        return not reader.is_visitor and ALL_ACCESS in state.entitlements

    def decide(self, reader: Reader, content: Content, prepared: bool) -> Answer | None:
        return Answer.grant("subscriber") if prepared else None


class GrantRule(Rule):
    """The instant unlock of one article in this browser; never for a subscribers' article."""

    name = "grant"
    order = 600

    def prepare(self, reader: Reader, contents: Sequence[Content], state: State) -> frozenset[str]:
        return frozenset(key for key, until in reader.grants.items() if until > state.at)

    def decide(self, reader: Reader, content: Content, prepared: frozenset[str]) -> Answer | None:
        unlockable = content.access in (AccessLevel.REGISTERED, AccessLevel.METERED)
        return Answer.grant("grant") if unlockable and content.key in prepared else None


class MeterRule(Rule):
    """Metered articles: read already, or one of those that are left."""

    name = "meter"
    order = 800

    def prepare(self, reader: Reader, contents: Sequence[Content], state: State) -> State:
        return state

    def decide(self, reader: Reader, content: Content, prepared: State) -> Answer | None:
        if content.access is not AccessLevel.METERED:
            return None
        if content.site_id is None:
            return Answer.passed("the page is on no site")
        if reader.holder is None:
            return Answer.passed("nobody to count for")
        meter = prepared.meter(content.site_id)
        if meter.has_read(content.key):
            return Answer(granted=True, reason="already_read", meter=meter.state)
        if meter.remaining == 0:
            return Answer.passed(f"used {meter.used} of {meter.limit}", meter=meter.state)
        claim = meter.claim(reader.holder, content.site_id)
        return Answer(granted=True, reason="metered", cost=1, meter=meter.state, claim=claim)


class WallRule(Rule):
    """What is left stands behind a wall."""

    name = "wall"
    order = 900

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        wall = wall_for(reader, content.access)
        if content.access is AccessLevel.SUBSCRIBERS:
            reason = "subscribers_only"
        else:
            reason = {"register": "visitor", "confirm": "unconfirmed", "subscribe": "used_up"}[wall]
        return Answer.refuse(reason, wall=wall)


OURS: tuple[type[Rule], ...] = (
    FreeRule,
    StaffRule,
    RegisteredRule,
    SubscriberRule,
    GrantRule,
    MeterRule,
    WallRule,
)


def wall_for(reader: Reader, access: AccessLevel) -> Wall:
    """Return which wall stands before *reader*.

    Registering does not open a subscribers' article, so its wall says *subscribe* to everybody.
    """
    if access is AccessLevel.SUBSCRIBERS or not reader.is_visitor:
        return "subscribe"
    return "confirm" if reader.pending else "register"


def rules() -> tuple[Rule, ...]:
    """Return ours and the host's rules in the order in which they are asked."""
    return _ordered(tuple(hooks.get_hooks(HOOK)))


@lru_cache(maxsize=8)
def _ordered(functions: tuple[Callable[[], Any], ...]) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {rule.name: rule() for rule in OURS}
    for function in functions:
        try:
            rule = _checked(function())
        except Exception:
            logger.exception("The hook %s of %r gave no rule; it is left out.", HOOK, function)
            continue
        found[rule.name] = rule
    return tuple(sorted(found.values(), key=lambda rule: (rule.order, rule.name)))


def _checked(rule: Any) -> Rule:
    rule = rule() if isinstance(rule, type) else rule
    if not isinstance(rule, Rule):
        raise TypeError(f"{rule!r} is not a Rule; return an instance of a subclass of wagtail_wpr.access.Rule.")
    if not rule.name:
        raise ValueError(f'{type(rule).__name__} has no name; give the class name = "…", the trace shows it.')
    return rule
