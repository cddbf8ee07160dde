"""Structured data of an article, by Google's page on paywalled content.

``isAccessibleForFree`` and ``hasPart`` say which part is gated; all text comes from the teaser (law 3).
"""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from wagtail_wpr.access import Reader, decide
from wagtail_wpr.content.text import teaser_text
from wagtail_wpr.languages import code_of


GATED = ".wpr-gated"

logger = logging.getLogger("wagtail_wpr.content")


def structured_data(page: Any, request: HttpRequest | None = None) -> dict[str, Any]:
    """Return the JSON-LD of ``page``; a page changes it with a method ``get_structured_data(data)``."""
    free = decide(Reader.visitor(), page).reason == "free"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": getattr(page, "structured_data_type", "NewsArticle"),
        "headline": page.title,
        "inLanguage": code_of(page.locale_id),
        "isAccessibleForFree": free,
    }
    url = _full_url(page, request)
    if url:
        data["mainEntityOfPage"] = url
    description = page.search_description or teaser_text(page, words=40)
    if description:
        data["description"] = description
    published = getattr(page, "published_at", None) or page.first_published_at
    updated = getattr(page, "date_updated", None) or published
    for name, moment in (("datePublished", published), ("dateModified", updated)):
        if moment:
            data[name] = timezone.localtime(moment).isoformat()
    names = [str(contributor) for contributor in getattr(page, "contributors", None) or []]
    if names:
        data["author"] = [{"@type": "Person", "name": name} for name in names]
    if not free:
        data["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": GATED}
    complete = getattr(page, "get_structured_data", None)
    return complete(data) if complete is not None else data


def _full_url(page: Any, request: HttpRequest | None) -> str | None:
    try:
        return page.get_full_url(request)
    except Exception:
        # Wagtail keeps the sites' addresses in the cache, and does without an answer badly.
        logger.warning("The address of page %s is not known now; its structured data goes without.", page.pk)
        return None
