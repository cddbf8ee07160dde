"""The one mail of this room: a link and a code. MJML is compiled once, then filled as any Django template."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mrml
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Template, engines
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from wagtail_wpr.readers.sign_ins import code_of, token_of


HEADERS = {
    # Nobody's out-of-office answers a machine (RFC 3834); the second is what Exchange listens to.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}

MJML = "wagtail_wpr/mail/sign_in.mjml"
TEXT = "wagtail_wpr/mail/sign_in.txt"
SUBJECT = "wagtail_wpr/mail/sign_in_subject.txt"


def mail_context(sign_in: Any, *, base_url: str, site_name: str, path: str, title: str = "") -> dict[str, Any]:
    """Return what the templates of the mail may use."""
    return {
        "site_name": site_name,
        "link": base_url + path,
        "code": code_of(sign_in),
        "address": sign_in.address.exact,
        "purpose": sign_in.purpose,
        "article_title": title,
        "expires_at": sign_in.expires_at,
        "language": get_language() or "und",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "start": "right" if get_language_bidi() else "left",
    }


def build_mail(context: dict[str, Any]) -> EmailMultiAlternatives:
    """Return the message, ready to send, in the language that is active now."""
    message = EmailMultiAlternatives(
        # A subject is one line whatever a template or a site's name holds.
        subject=" ".join(get_template(SUBJECT).render(context).split()),
        body=get_template(TEXT).render(context).strip() + "\n",
        to=[context["address"]],
        headers=dict(HEADERS),
    )
    message.attach_alternative(render_mjml(MJML, context), "text/html")
    return message


def render_mjml(name: str, context: dict[str, Any]) -> str:
    """Return the HTML of an MJML template. Its Django tags are left in place by the compiler and filled
    afterwards.

    What is filled in is escaped and is never read as MJML. Hosts override the template by its name, as any
    other.
    """
    source = get_template(name).template.source  # type: ignore[attr-defined]
    return _compiled(source).render(Context(context))


@lru_cache(maxsize=32)
def _compiled(source: str) -> Template:
    # Tags before <mjml>, such as {% load %}, are not MJML: they are put before the document again.
    start = source.index("<mjml")
    return Template(source[:start].strip() + mrml.to_html(source[start:]).content, engine=_engine())


def _engine() -> Any:
    for backend in engines.all():
        if hasattr(backend, "engine"):
            return backend.engine
    raise LookupError("TEMPLATES names no Django template engine; add one so that mails can be written.")


def link_path(sign_in: Any) -> str:
    """Return the path of the sign-in page of a challenge."""
    return reverse("wagtail_wpr:sign_in", args=[token_of(sign_in)])
