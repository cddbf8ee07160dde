"""The article a form stands in, named by a token that we signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from wagtail_wpr.access import Content
from wagtail_wpr.swapping import get_page_model


#: Where reading goes on: the element of the article page that the wall stood in.
CONTINUE = "#wpr-continue"

_signer_salt = "wagtail_wpr.readers.article"


@dataclass(frozen=True)
class Article:
    """A live page that a token named, with the promise that stood above the form."""

    page: Any
    key: str
    site_id: int | None
    promise: str = ""

    def url(self, request: HttpRequest | None = None, *, fragment: str = CONTINUE) -> str:
        """Return where the article is read, at the place where reading stopped; ``/`` when it has no
        address.
        """
        found = self.page.get_url(request)
        return f"{found}{fragment}" if found else "/"


def sign_article(page: Any, *, promise: str = "") -> str:
    """Return the token that a form carries in its hidden field ``article``.

    The token names the page and gives no right to it; it is the same at every call, so that pages that hold
    it can be cached. ``promise`` is the text shown above the form: signed along, it becomes the evidence of
    what the reader consented to.
    """
    value: dict[str, Any] = {"page": page.pk}
    if promise:
        value["promise"] = str(promise)
    return Signer(salt=_signer_salt).sign_object(value, compress=True)


def article_from(token: str) -> Article | None:
    """Return the live article that a token names, or None when we did not sign it or the page is gone."""
    try:
        value = Signer(salt=_signer_salt).unsign_object(token)
        page_id, promise = value["page"], value.get("promise", "")
    except (BadSignature, ValueError, TypeError, KeyError, AttributeError):
        return None
    return live_article(page_id, promise=promise)


def live_article(page_id: int | None, *, promise: str = "") -> Article | None:
    """Return the live page with this id as an article, or None."""
    if page_id is None:
        return None
    page = get_page_model().objects.filter(pk=page_id, live=True).first()
    if page is None:
        return None
    page = page.specific
    content = Content.of(page)
    return Article(page=page, key=content.key, site_id=content.site_id, promise=promise)
