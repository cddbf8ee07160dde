"""Somebody typed an address: the same work and the same answer, whoever it belongs to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Site

from wagtail_wpr.access.network import client_address
from wagtail_wpr.readers.adapter import get_adapter
from wagtail_wpr.readers.addresses import address_row
from wagtail_wpr.readers.answers import base_url, site_name
from wagtail_wpr.readers.articles import Article
from wagtail_wpr.readers.limits import address_subject, mails_to_an_address
from wagtail_wpr.readers.models import SignIn
from wagtail_wpr.readers.sign_ins import ask
from wagtail_wpr.readers.tasks import send_sign_in_mail


def ask_for_proof(
    request: HttpRequest,
    exact: str,
    *,
    purpose: str,
    browser: str,
    article: Article | None = None,
    next_path: str = "",
) -> SignIn:
    """Note that this browser claims an address, and mail its owner. No account is looked up here."""
    sign_in = ask(
        address=address_row(exact),
        purpose=purpose,
        browser=browser,
        article=article,
        next_path=next_path,
        network=client_address(request) or None,
        text=get_adapter().consent_text(article.promise if article else ""),
    )
    send_mail(request, sign_in)
    return sign_in


def send_mail(request: HttpRequest, sign_in: SignIn) -> None:
    """Queue the mail of a challenge, or silently do nothing where the address has had enough mail for now."""
    if sign_in.address.suppressed or not mails_to_an_address().take(address_subject(sign_in.address)):
        return
    sign_in.mailed_at = timezone.now()
    sign_in.save(update_fields=["mailed_at"])
    send_sign_in_mail.enqueue(sign_in.pk, base_url(request), site_name(Site.find_for_request(request)))
