"""The plain data that deciding produces: answers of rules, the decision and its trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from wagtail_wpr.access.levels import AccessLevel


Wall = Literal["register", "confirm", "subscribe"]
Said = Literal["granted", "refused", "passed", "failed"]


@dataclass(frozen=True)
class MeterState:
    """A reader's allowance in the period that is running.

    ``resets_at`` is when the next period begins; None where no period has begun (a rolling window starts
    with the first read).
    """

    limit: int
    used: int
    remaining: int
    resets_at: datetime | None
    period_start: datetime | None

    def as_data(self) -> dict[str, Any]:
        """Return the state as JSON-ready data, times in ISO 8601."""
        return {
            "limit": self.limit,
            "used": self.used,
            "remaining": self.remaining,
            "resets_at": _iso(self.resets_at),
            "period_start": _iso(self.period_start),
        }


@dataclass(frozen=True)
class Claim:
    """The seat that a decision of cost 1 would take; what :func:`wagtail_wpr.access.spend` writes down."""

    holder: str
    site_id: int
    pool: str
    period: str
    period_start: datetime
    seat: int


@dataclass(frozen=True)
class Answer:
    """What a rule says of one content. ``granted`` None means: I pass, ask the next rule."""

    granted: bool | None
    reason: str = ""
    cost: int = 0
    wall: Wall | None = None
    meter: MeterState | None = None
    note: str = ""
    claim: Claim | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.cost not in (0, 1):
            raise ValueError(f"An answer costs 0 or 1, not {self.cost!r}; give cost=0 for an uncounted read.")
        if self.cost and self.claim is None:
            raise ValueError("Only the meter's answers may cost a read, because only they hold a seat; use cost=0.")

    @classmethod
    def grant(cls, reason: str, *, note: str = "") -> Answer:
        """Open the body, uncounted, for *reason* (one word; it is stored and shown in the trace)."""
        return cls(granted=True, reason=reason, note=note)

    @classmethod
    def refuse(cls, reason: str, *, wall: Wall = "subscribe", note: str = "") -> Answer:
        """Refuse the body and ask no further rule; *wall* is what stands in its place."""
        return cls(granted=False, reason=reason, wall=wall, note=note)

    @classmethod
    def passed(cls, note: str = "", *, meter: MeterState | None = None) -> Answer:
        """Say nothing about the body, but leave *note* in the trace."""
        return cls(granted=None, note=note, meter=meter)


@dataclass(frozen=True)
class TraceStep:
    """One rule that was asked, and what it said."""

    rule: str
    said: Said
    note: str = ""

    def as_data(self) -> dict[str, str]:
        """Return the step as JSON-ready data."""
        return {"rule": self.rule, "said": self.said, "note": self.note}


@dataclass(frozen=True)
class Decision:
    """The answer to "may this reader read this body?", with its reason: plain data, without any effect."""

    content: str
    granted: bool
    cost: int
    reason: str
    wall: Wall | None
    access: AccessLevel
    meter: MeterState | None = None
    trace: tuple[TraceStep, ...] = ()
    claim: Claim | None = field(default=None, repr=False, compare=False)

    @property
    def opens(self) -> bool:
        """True where the body may be sent at once: it is granted and costs nothing (more)."""
        return self.granted and self.cost == 0

    def as_data(self) -> dict[str, Any]:
        """Return the decision as JSON-ready data; what APIs and the editor's "why?" show."""
        return {
            "content": self.content,
            "granted": self.granted,
            "cost": self.cost,
            "reason": self.reason,
            "wall": self.wall,
            "access": self.access.value,
            "meter": self.meter.as_data() if self.meter else None,
            "trace": [step.as_data() for step in self.trace],
        }


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
