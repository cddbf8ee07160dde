"""Where an address becomes an identity: its owner acted on our mail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from wagtail_wpr.readers.adapter import ReaderAdapter, get_adapter
from wagtail_wpr.readers.models import Address, ReaderProfile, SignIn
from wagtail_wpr.readers.sign_ins import claim


class Refusal(Enum):
    """Why a challenge signs nobody in."""

    OVER = "over"  # used or expired
    STAFF = "staff"
    DISABLED = "disabled"
    TAKEN = "taken"  # the host has an account with this address that belongs to another reader


@dataclass(frozen=True)
class Proof:
    """What acting on a mail led to: a profile to sign in, or a refusal."""

    profile: ReaderProfile | None = None
    refusal: Refusal | None = None
    first: bool = False

    @property
    def user(self) -> Any:
        """The reader's user; only where nothing was refused."""
        return self.profile.user if self.profile else None


def prove(sign_in: SignIn) -> Proof:
    """Use the challenge up and return whom it signs in; of any number of callers at once, one gets the
    reader.

    One transaction: when it fails half-way nothing is used up and the link goes on working.
    """
    adapter = get_adapter()
    with transaction.atomic():
        # Both statements write before anything is read: the row locks (SQLite: the one write lock) make two
        # proofs of one address follow each other, and the reads below see what the earlier one did.
        if not claim(sign_in):
            return Proof(refusal=Refusal.OVER)
        address_id = sign_in.address_id
        Address.objects.filter(pk=address_id).update(proved_at=Coalesce("proved_at", timezone.now()))
        address = Address.objects.get(pk=address_id)
        profile = ReaderProfile.objects.select_related("user").filter(address=address).first()
        if profile is not None:
            return _known(adapter, profile)
        return _unknown(adapter, address, sign_in)


def _known(adapter: ReaderAdapter, profile: ReaderProfile) -> Proof:
    refusal = _refusal(adapter, profile.user)
    return Proof(refusal=refusal) if refusal else Proof(profile=profile)


def _unknown(adapter: ReaderAdapter, address: Address, sign_in: SignIn) -> Proof:
    user = adapter.find_user(address)
    if user is not None:
        if refusal := _refusal(adapter, user):
            return Proof(refusal=refusal)
        adapter.take_over(user)
    else:
        try:
            with transaction.atomic():
                user = adapter.create_user(address)
        except IntegrityError:
            return Proof(refusal=Refusal.TAKEN)
    profile = ReaderProfile.objects.create(
        user=user,
        address=address,
        consent_at=sign_in.created_at,
        consent_network=sign_in.consent_network,
        consent_text=sign_in.consent_text,
        source_key=sign_in.article_key,
        source_page_id=sign_in.article_page_id,
    )
    return Proof(profile=profile, first=True)


def _refusal(adapter: ReaderAdapter, user: Any) -> Refusal | None:
    if adapter.is_staff(user):
        return Refusal.STAFF
    if not adapter.may_sign_in(user):
        return Refusal.DISABLED
    return None
