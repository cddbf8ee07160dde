"""Who may read what: rules, the decision, inherited access, the meter and the ledger.

This room knows no block and no template. The names below are its public surface; they are loaded when
first asked for, so that importing this package never needs the app registry to be ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from wagtail_wpr.access.contents import Content as Content
    from wagtail_wpr.access.deciding import decide as decide
    from wagtail_wpr.access.deciding import decide_many as decide_many
    from wagtail_wpr.access.decisions import Answer as Answer
    from wagtail_wpr.access.decisions import Decision as Decision
    from wagtail_wpr.access.decisions import MeterState as MeterState
    from wagtail_wpr.access.decisions import TraceStep as TraceStep
    from wagtail_wpr.access.ledger import spend as spend
    from wagtail_wpr.access.levels import AccessLevel as AccessLevel
    from wagtail_wpr.access.reader import Reader as Reader
    from wagtail_wpr.access.rules import Rule as Rule
    from wagtail_wpr.access.simulation import simulate as simulate

_HOMES = {
    "AccessLevel": "levels",
    "Answer": "decisions",
    "Content": "contents",
    "Decision": "decisions",
    "MeterState": "decisions",
    "Reader": "reader",
    "Rule": "rules",
    "TraceStep": "decisions",
    "decide": "deciding",
    "decide_many": "deciding",
    "simulate": "simulation",
    "spend": "ledger",
}

__all__ = [
    "AccessLevel",
    "Answer",
    "Content",
    "Decision",
    "MeterState",
    "Reader",
    "Rule",
    "TraceStep",
    "decide",
    "decide_many",
    "simulate",
    "spend",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
