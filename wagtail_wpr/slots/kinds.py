"""Kinds of slot. Hosts add their own with the hook ``register_wpr_slot``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wagtail import hooks

from wagtail_wpr.slots.tokens import SlotRef


if TYPE_CHECKING:
    from wagtail_wpr.slots.filling import Filling


@dataclass(frozen=True)
class Filled:
    """What goes into a slot. ``personal`` says that it is not the same for everybody."""

    html: str
    personal: bool = True


class SlotKind:
    """One kind of slot. A subclass names itself and fills all its slots of a response and language at once.

    ``order``: kinds with a smaller one are filled first; the meter is filled after the bodies, because it
    tells what they cost.
    """

    name: str = ""
    order: int = 500
    #: Whether what goes into it stands behind a wall.
    is_gated: bool = False

    def fill(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        """Return what goes into the slots; a slot that is missing in the answer keeps its default."""
        raise NotImplementedError(f"The slot kind {type(self).__name__} does not say how it is filled: define fill().")

    def fill_for_everybody(self, slots: Sequence[SlotRef], filling: Filling) -> dict[SlotRef, Filled]:
        """Return what may go into the slots of a page that is the same for everybody. Nothing, as a rule."""
        return {}

    def public_default(self, ref: SlotRef, default: str) -> str:
        """Return what stands in the slot of a page that everybody is sent, until the page's script has asked."""
        return default


def registered_kinds() -> dict[str, SlotKind]:
    """Return all kinds by name, in the order of filling."""
    kinds: list[Any] = [register() for register in hooks.get_hooks("register_wpr_slot")]
    instances = [kind() if isinstance(kind, type) else kind for kind in kinds]
    return {kind.name: kind for kind in sorted(instances, key=lambda kind: kind.order)}
