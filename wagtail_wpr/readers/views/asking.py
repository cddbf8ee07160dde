"""Where an address is typed: the wall's form, the log-in page, and asking for the mail again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_wpr.access.endpoints import endpoint
from wagtail_wpr.readers import browsers
from wagtail_wpr.readers.answers import SeeOther, flooded, home, page, safe_path
from wagtail_wpr.readers.articles import Article, article_from
from wagtail_wpr.readers.asking import ask_for_proof
from wagtail_wpr.readers.forms import AddressForm, CodeForm
from wagtail_wpr.readers.models import SignIn
from wagtail_wpr.readers.sign_ins import newest
from wagtail_wpr.readers.state import pending_registration


__all__ = ["log_in", "register", "resend"]


def _is_robot(request: HttpRequest) -> bool:
    """A field that people do not see was filled in."""
    return bool(request.POST.get("website"))


def _is_known(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


@endpoint
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """The wall's form: open this article at once where that is allowed, and mail the address in any case."""
    token = request.POST.get("article", "")
    article = article_from(token)
    if article is None:
        return page(request, "no_article", status=400)
    back = SeeOther(article.url(request))
    if _is_known(request) or _is_robot(request):
        return back
    if too_many := flooded(request):
        return too_many
    form = AddressForm(request.POST)
    if not form.is_valid():
        return page(request, "register", {"form": form, "article": article, "token": token}, status=400)
    browser = browsers.remember(request, back)
    ask_for_proof(
        request, form.cleaned_data["email"], purpose=SignIn.Purpose.REGISTER, browser=browser, article=article
    )
    browsers.unlock(request, back, article, browser)
    return back


@endpoint
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """One field; afterwards "we sent a link", the same for everyone, with the field for the code."""
    values = request.POST if request.method == "POST" else request.GET
    token = values.get("article", "")
    article = article_from(token) if token else None
    next_path = safe_path(values.get("next"))
    context = {"token": token if article else "", "article": article, "next": next_path}
    if request.method != "POST":
        return _log_in_page(request, context)
    if _is_robot(request):
        return SeeOther(_sent_url(context))
    if too_many := flooded(request):
        return too_many
    form = AddressForm(request.POST)
    if not form.is_valid():
        return page(request, "log_in", {**context, "form": form}, status=400)
    response = SeeOther(_sent_url(context))
    browser = browsers.remember(request, response)
    ask_for_proof(
        request,
        form.cleaned_data["email"],
        purpose=SignIn.Purpose.LOG_IN,
        browser=browser,
        article=article,
        next_path=next_path,
    )
    return response


def _log_in_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    if _is_known(request):
        return SeeOther(_destination(request, context["article"], context["next"]))
    if "sent" in request.GET:
        return _sent_page(request, context)
    return page(request, "log_in", {**context, "form": AddressForm()})


def _sent_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    other = _log_in_url({"article": context["token"], "next": context["next"]})
    more = {"pending": pending_registration(request), "code_form": CodeForm(), "other_address_url": other}
    return page(request, "sent", {**context, **more})


def _sent_url(context: dict[str, Any]) -> str:
    return _log_in_url({"sent": "1", "article": context["token"], "next": context["next"]})


def _log_in_url(values: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('wagtail_wpr:log_in')}?{query}" if query else reverse("wagtail_wpr:log_in")


def _destination(request: HttpRequest, article: Article | None, next_path: str) -> str:
    return next_path or (article.url(request) if article else home())


@endpoint
@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send the pending mail again, or, with an address, mail that one instead; nothing is unlocked here."""
    token = request.POST.get("article", "")
    article = article_from(token) if token else None
    back = SeeOther(article.url(request) if article else f"{reverse('wagtail_wpr:log_in')}?sent=1")
    if _is_known(request) or _is_robot(request):
        return back
    if too_many := flooded(request):
        return too_many
    browser = browsers.remember(request, back)
    last = newest(browser)
    if "email" in request.POST:
        form = AddressForm(request.POST)
        if not form.is_valid():
            context = {"form": form, "article": article, "token": token if article else "", "again": True}
            return page(request, "log_in", context, status=400)
        exact = form.cleaned_data["email"]
    elif last is None:
        return SeeOther(reverse("wagtail_wpr:log_in"))
    else:
        exact = last.address.exact
    _ask_again(request, exact, last, browser, article)
    return back


def _ask_again(request: HttpRequest, exact: str, last: SignIn | None, browser: str, article: Article | None) -> None:
    """Ask for the same thing as before: a registration stays one, with the article that it began at."""
    purpose = last.purpose if last else SignIn.Purpose.LOG_IN
    ask_for_proof(request, exact, purpose=purpose, browser=browser, article=article)
