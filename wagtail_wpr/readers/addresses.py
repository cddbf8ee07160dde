"""What an e-mail address is: its exact form, which is an identity, and its canonical form, which limits
look at.
"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from wagtail_wpr.conf import settings
from wagtail_wpr.readers.models import Address


#: Providers that ignore dots in the part before the @, by domain, with the domain they all stand for.
DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


class AddressProblem(ValueError):
    """What was typed cannot be an address of ours; its text is a sentence for the person who typed it."""


def parse_address(text: str) -> str:
    """Return the exact form of what a person typed: blanks stripped, domain in lower case.

    Raises ``AddressProblem`` when the text cannot be an e-mail address, or when its domain is among
    ``WPR_DISPOSABLE_DOMAINS``. Nothing is looked up, neither in the network nor in the database.
    """
    try:
        # Mail servers that cannot take letters beyond ASCII before the @ are still common; such mail would
        # be lost.
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise AddressProblem(
            _("This does not look like an e-mail address. Please check it: it needs an @ and a domain.")
        ) from error
    if {found.domain.lower(), (found.ascii_domain or "").lower()} & settings.disposable_domains:
        raise AddressProblem(_("We cannot send mail to throw-away addresses. Please use one that you will keep."))
    return found.normalized


def canonical_form(exact: str) -> str:
    """Return the form that limits look at: lower case, no plus tag, no dots where the provider ignores
    them.
    """
    local, _at, domain = exact.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTLESS_DOMAINS:
        local, domain = local.replace(".", "") or local, DOTLESS_DOMAINS[domain]
    return f"{local}@{domain}"


def key_of(exact: str) -> str:
    """Return the digest under which the address is stored: equal only for byte-for-byte equal addresses."""
    return hashlib.sha256(exact.encode()).hexdigest()


def address_row(exact: str) -> Address:
    """Return the row of an exact address, made if need be; safe when the same address is typed twice at
    once.
    """
    row, _created = Address.objects.get_or_create(
        key=key_of(exact), defaults={"exact": exact, "canonical": canonical_form(exact)}
    )
    return row


def masked(exact: str) -> str:
    """Return the address as a shared screen may show it: ``r…r@example.org``."""
    local, _at, domain = exact.rpartition("@")
    hidden = f"{local[0]}…{local[-1]}" if len(local) > 2 else "…"
    return f"{hidden}@{domain}"
