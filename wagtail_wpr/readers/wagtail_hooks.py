"""What this room adds to walls, open bodies and the account menu: where their forms go, and who waits for a
mail.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from wagtail import hooks

from wagtail_wpr.readers.adapter import get_adapter
from wagtail_wpr.readers.articles import sign_article
from wagtail_wpr.readers.limits import browsers_of_a_network, network_subject
from wagtail_wpr.readers.overview import past_reads_of
from wagtail_wpr.readers.state import pending_registration


@hooks.register("allow_wpr_browser")
def allow_browser(request: HttpRequest) -> bool:
    """Whether a browser without a cookie may be counted as a new one: so many in a network, and no more.

    Otherwise whoever refuses cookies would read everything where visitors have free articles.
    """
    return browsers_of_a_network().take(network_subject(request))


@hooks.register("construct_wpr_slot_context")
def complete_slot_context(name: str, context: dict[str, Any], request: HttpRequest | None) -> None:
    """Complete the context of a slot's template in place."""
    complete = {"wall": _wall, "body": _body, "account": _account}.get(name)
    if complete is not None:
        complete(context, request)


def _wall(context: dict[str, Any], request: HttpRequest | None) -> None:
    token = sign_article(context["page"], promise=_promise(context.get("copy")))
    wall = context["decision"].wall
    context.update(article=token, register_url=reverse("wagtail_wpr:register"), log_in_url=_log_in_url(context["page"]))
    if wall == "confirm":
        context.update(_pending(request), resend_url=reverse("wagtail_wpr:resend"))
    elif wall == "subscribe" and not context.get("compact") and request is not None and _is_known(request):
        context["reads"] = [read for read in past_reads_of(request, context.get("ledger")) if read.url]


def _body(context: dict[str, Any], request: HttpRequest | None) -> None:
    """Beside an article that an address has just opened stands the field for the code; once on a page."""
    if context.get("place") or context["decision"].reason != "grant" or _is_known(request):
        return
    more = _pending(request)
    if more:
        context.update(more, confirm=True, resend_url=reverse("wagtail_wpr:resend"))
        context["article"] = sign_article(context["page"])


def _account(context: dict[str, Any], request: HttpRequest | None) -> None:
    context.update(
        log_in_url=reverse("wagtail_wpr:log_in"),
        log_out_url=reverse("wagtail_wpr:log_out"),
        account_url=reverse("wagtail_wpr:account"),
    )
    user = context.get("user")
    if user is not None:
        context["name"] = get_adapter().display_name(user) or get_adapter().email_of(user)


def _pending(request: HttpRequest | None) -> dict[str, Any]:
    """Return the field for the code, where this browser waits for one."""
    pending = pending_registration(request)
    return {"pending": pending, "code_url": reverse("wagtail_wpr:enter_code")} if pending else {}


def _promise(copy: Any) -> str:
    """Return the text above the form, as evidence of what a person consented to."""
    parts = [str(getattr(copy, part, "") or "") for part in ("headline", "promise", "button", "next_step")]
    return "\n".join(part for part in parts if part)


def _log_in_url(page: Any) -> str:
    return f"{reverse('wagtail_wpr:log_in')}?{urlencode({'article': sign_article(page)})}"


def _is_known(request: HttpRequest | None) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
