"""Readers whose address counts as proved, for the demonstration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wagtail_wpr.readers.adapter import get_adapter
from wagtail_wpr.readers.addresses import address_row
from wagtail_wpr.readers.models import ReaderProfile


def proved_user(exact: str, at: datetime) -> Any:
    """Return a new reader with that address, as if its owner had pressed the button in our mail at ``at``."""
    address = address_row(exact)
    address.proved_at = at
    address.save(update_fields=["proved_at"])
    user = get_adapter().create_user(address)
    ReaderProfile.objects.create(user=user, address=address, consent_at=at, consent_text="Made for the demonstration.")
    return user
