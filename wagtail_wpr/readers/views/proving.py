"""Where the mail's owner acts on it: the link's page with its button, and the six digits."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_wpr import signals
from wagtail_wpr.access import Content, ledger
from wagtail_wpr.access.endpoints import endpoint
from wagtail_wpr.access.grants import UNLOCKABLE
from wagtail_wpr.readers import browsers
from wagtail_wpr.readers.adapter import get_adapter
from wagtail_wpr.readers.addresses import masked
from wagtail_wpr.readers.answers import SeeOther, flooded, page, safe_path
from wagtail_wpr.readers.articles import Article, article_from, live_article
from wagtail_wpr.readers.forms import AddressForm, CodeForm
from wagtail_wpr.readers.limits import address_subject, wrong_codes_of_an_address
from wagtail_wpr.readers.models import ReaderProfile, SignIn
from wagtail_wpr.readers.proof import Proof, Refusal, prove
from wagtail_wpr.readers.sign_ins import by_token, is_code_of, newest_open, take_try
from wagtail_wpr.readers.state import pending_registration


__all__ = ["enter_code", "sign_in"]

logger = logging.getLogger(__name__)


@endpoint
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """The page a mailed link opens. Fetching it changes nothing; its button signs in."""
    found = by_token(token)
    if found is None:
        return _bad_link(request, status=404)
    if not found.is_open():
        return _over(request, found)
    if request.method == "POST":
        return _finish(request, found, prove(found))
    context = {"address": masked(found.address.exact), "article": live_article(found.article_page_id)}
    return page(request, "sign_in", context, language=found.language)


@endpoint
@require_POST
def enter_code(request: HttpRequest) -> HttpResponse:
    """The six digits, typed in the browser that asked for them."""
    token = request.POST.get("article", "")
    article = article_from(token) if token else None
    if request.user.is_authenticated:
        return SeeOther(article.url(request) if article else reverse("wagtail_wpr:account"))
    if too_many := flooded(request):
        return too_many
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, article, token)
    browser = browsers.known_id(request)
    found = newest_open(browser, mailed_at__isnull=False) if browser else None
    if found is None or not _is_right(found, form):
        return _code_page(request, form, article, token)
    return _finish(request, found, prove(found))


def _is_right(found: SignIn, form: CodeForm) -> bool:
    """Take a try, compare, and put what is wrong into the form."""
    limit, subject = wrong_codes_of_an_address(), address_subject(found.address)
    # The limit is asked before the try is taken: when it is full, right and wrong digits get the same answer.
    if limit.is_full(subject) or not take_try(found):
        return False
    if is_code_of(found, form.cleaned_data["code"]):
        return True
    limit.take(subject)
    return False


def _code_page(request: HttpRequest, form: CodeForm, article: Article | None, token: str) -> HttpResponse:
    context = {
        "form": form,
        "article": article,
        "token": token if article else "",
        "pending": pending_registration(request),
        "address_form": AddressForm(),
    }
    return page(request, "code", context, status=400)


def _finish(request: HttpRequest, found: SignIn, proof: Proof) -> HttpResponse:
    if proof.refusal is Refusal.OVER:
        return _over(request, found)
    if proof.refusal is Refusal.STAFF:
        return _bad_link(request, status=410, language=found.language, staff=True)
    if proof.profile is None:
        taken = {"taken": proof.refusal is Refusal.TAKEN}
        return page(request, "refused", taken, status=403, language=found.language)
    return _welcome(request, found, proof.profile, first=proof.first)


def _welcome(request: HttpRequest, found: SignIn, profile: ReaderProfile, *, first: bool) -> HttpResponse:
    """Sign in, start the meter, and go back to where reading stopped."""
    browser = browsers.known_id(request)
    get_adapter().log_in(request, profile.user)
    article = live_article(found.article_page_id)
    _start_meter(profile.user, browser, article if first else None)
    if first:
        signals.registered.send_robust(sender=ReaderProfile, request=request, reader=profile.user, profile=profile)
    response = SeeOther(_destination(request, found, article))
    browsers.confirm(browser, response)
    return response


def _start_meter(user: Any, browser: str, article: Article | None) -> None:
    """The article they registered on is not counted; what this browser read before is.

    Only a new reader's article is: otherwise a private window a day would be a free article a day.
    """
    try:
        if article is not None and article.site_id is not None:
            if Content.of(article.page).access in UNLOCKABLE:
                ledger.record_uncounted(user, article.key, article.site_id)
        if browser:
            ledger.merge_browser(browser, user)
    except DatabaseError:
        logger.exception("The reads before sign-in of user %s could not be taken over.", user.pk)


def _destination(request: HttpRequest, found: SignIn, article: Article | None) -> str:
    if path := safe_path(found.next_path):
        return path
    return article.url(request) if article else reverse("wagtail_wpr:account")


def _over(request: HttpRequest, found: SignIn) -> HttpResponse:
    """A link that was used or has expired; who is signed in by now simply goes on reading."""
    if request.user.is_authenticated:
        return SeeOther(_destination(request, found, live_article(found.article_page_id)))
    article = live_article(found.article_page_id)
    return _bad_link(request, status=410, language=found.language, article=article)


def _bad_link(request: HttpRequest, *, status: int, language: str = "", **context: Any) -> HttpResponse:
    return page(request, "bad_link", {"form": AddressForm(), **context}, status=status, language=language)
