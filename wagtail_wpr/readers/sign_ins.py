"""Challenges: made when somebody types an address, used up when its owner acts on the mail."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language

from wagtail_wpr.conf import settings
from wagtail_wpr.languages import language_of
from wagtail_wpr.readers.articles import Article
from wagtail_wpr.readers.models import Address, SignIn


CODE_DIGITS = 6


def token_of(sign_in: SignIn) -> str:
    """Return the secret part of the link; made again from the row and the site's key whenever the mail is
    written.
    """
    digest = salted_hmac("wagtail_wpr.readers.link", sign_in.nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def code_of(sign_in: SignIn) -> str:
    """Return the six digits; made again as the link's token is."""
    digest = salted_hmac("wagtail_wpr.readers.code", sign_in.nonce, algorithm="sha256").digest()
    return str(int.from_bytes(digest[:8], "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def hash_of_token(token: str) -> str:
    """Return the digest of a token, which is what the table holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_of_code(nonce: str, code: str) -> str:
    """Return the digest of a code; keyed, because a million plain digests are tried in a second."""
    return salted_hmac("wagtail_wpr.readers.code-hash", f"{nonce}{code}", algorithm="sha256").hexdigest()


def digits_of(text: str) -> str:
    """Return the digits of a typed or pasted code: blanks and dashes do not matter, other digits than ours
    do not pass.
    """
    return "".join(sign for sign in text if sign in "0123456789")


def ask(
    *,
    address: Address,
    purpose: str,
    browser: str,
    article: Article | None = None,
    next_path: str = "",
    network: str | None = None,
    text: str = "",
) -> SignIn:
    """Return the challenge to mail: the open one of this address and browser with a longer life, or a new
    one.

    Asking again sends the same link and code again: the newest mail and the one before it both work, and
    tries are not given back.
    """
    expires = timezone.now() + timedelta(minutes=settings.sign_in_minutes)
    found = newest_open(browser, address=address, purpose=purpose) if browser else None
    if found is not None:
        # The article stays the one they registered from: only that one was opened.
        path = next_path or (article.url(fragment="") if article else "") or found.next_path
        SignIn.objects.filter(pk=found.pk).update(expires_at=expires, next_path=path[:500])
        found.expires_at, found.next_path = expires, path[:500]
        return found
    sign_in = SignIn(
        address=address,
        purpose=purpose,
        nonce=secrets.token_hex(32),
        browser=browser,
        language=language_of(article.page) if article else get_language() or "",
        article_key=article.key if article else "",
        article_page_id=article.page.pk if article else None,
        site_id=article.site_id if article else None,
        next_path=next_path,
        expires_at=expires,
        consent_network=network,
        consent_text=text,
    )
    sign_in.token_hash = hash_of_token(token_of(sign_in))
    sign_in.code_hash = hash_of_code(sign_in.nonce, code_of(sign_in))
    sign_in.save(force_insert=True)
    return sign_in


def newest_open(browser: str, **only: Any) -> SignIn | None:
    """Return the newest challenge this browser asked for that is neither used nor expired and has tries
    left.
    """
    rows = SignIn.objects.filter(
        browser=browser,
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
        tries__lt=settings.code_tries,
        **only,
    )
    return rows.select_related("address").order_by("-created_at", "-pk").first()


def newest(browser: str) -> SignIn | None:
    """Return the newest challenge this browser asked for, whatever became of it."""
    if not browser:
        return None
    return SignIn.objects.filter(browser=browser).select_related("address").order_by("-created_at", "-pk").first()


def by_token(token: str) -> SignIn | None:
    """Return the challenge that a link belongs to, whatever became of it."""
    return SignIn.objects.filter(token_hash=hash_of_token(token)).select_related("address").first()


def take_try(sign_in: SignIn) -> bool:
    """Use up one of the tries; False when none is left. One statement, so racing guesses cannot share a
    try.
    """
    rows = SignIn.objects.filter(
        pk=sign_in.pk, used_at__isnull=True, expires_at__gt=timezone.now(), tries__lt=settings.code_tries
    )
    return bool(rows.update(tries=F("tries") + 1))


def is_code_of(sign_in: SignIn, code: str) -> bool:
    """Return whether the digits are the challenge's code. Take a try before asking."""
    return constant_time_compare(hash_of_code(sign_in.nonce, code), sign_in.code_hash)


def claim(sign_in: SignIn) -> bool:
    """Use the challenge up; True for exactly one caller. One statement."""
    now = timezone.now()
    rows = SignIn.objects.filter(pk=sign_in.pk, used_at__isnull=True, expires_at__gt=now)
    return bool(rows.update(used_at=now))
