"""The answers of this room: its pages in their language, where they lead, and the one for who posts too much."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.models import Site

from wagtail_wpr.languages import language_of
from wagtail_wpr.readers.limits import Limit, network_subject, posts_of_a_network


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is fetched with GET."""

    status_code = 303


def page(
    request: HttpRequest, name: str, context: dict[str, Any] | None = None, *, status: int = 200, language: str = ""
) -> HttpResponse:
    """Return one of the templates in ``wagtail_wpr/readers/`` as an answer.

    It speaks ``language``, else that of the ``article`` in the context, else the active one: our addresses
    stand outside of a host's language prefixes.
    """
    context = context or {}
    article = context.get("article")
    spoken = language or (language_of(article.page) if article else "")
    site = Site.find_for_request(request)
    base = {"site_name": site_name(site), "mail_sender": mail_sender(), "admin_url": admin_url()}
    with translation.override(spoken or translation.get_language()):
        response = render(request, f"wagtail_wpr/readers/{name}.html", {**base, **context}, status=status)
    if spoken:
        response["Content-Language"] = spoken
    return response


def flooded(request: HttpRequest, limit: Limit | None = None) -> HttpResponse | None:
    """Count this post for its network. Return the 429 to answer with when it was one too many."""
    limit = limit or posts_of_a_network()
    if limit.take(network_subject(request)):
        return None
    seconds = limit.seconds_left()
    response = page(request, "too_many", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def safe_path(text: str | None) -> str:
    """Return the text when it is a path on this very site, and an empty string for anything else."""
    text = (text or "").strip()
    if len(text) > 500 or not text.startswith("/") or any(ord(sign) < 33 for sign in text):
        return ""
    return text if url_has_allowed_host_and_scheme(text, allowed_hosts=None) else ""


def home() -> str:
    """Return where a reader goes who came from nowhere."""
    return get_script_prefix()


def site_name(site: Site | None) -> str:
    """Return what the publication calls itself."""
    return str(
        (site and site.site_name) or getattr(django_settings, "WAGTAIL_SITE_NAME", "") or (site and site.hostname)
    )


def base_url(request: HttpRequest) -> str:
    """Return scheme and host for the links in mails.

    The host and port a client names are used only where they are one of our sites': a link in a mail must not
    lead to whoever posted the form.
    """
    site = Site.find_for_request(request) or Site.objects.order_by("pk").first()
    asked = f"{request.scheme}://{request.get_host()}"
    if site is None or _is_ours(request, asked, site):
        return asked
    return str(site.root_url)


def _is_ours(request: HttpRequest, asked: str, site: Site) -> bool:
    """Return whether an address has the site's name, and no port but the site's or the one we listen at."""
    named = urlsplit(asked)
    ports = {None, site.port, _number(request.get_port())}
    return named.hostname == site.hostname.lower() and named.port in ports


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def mail_sender() -> str:
    """Return the bare address our mails come from, for people who look for them."""
    return parseaddr(str(django_settings.DEFAULT_FROM_EMAIL))[1]


def admin_url() -> str:
    """Return where staff log in, or an empty string."""
    try:
        return reverse("wagtailadmin_login")
    except NoReverseMatch:
        return ""
