"""Tags of the publication's templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language, get_language_info

from example_project.publication.models import FrontPage
from example_project.publication.words import said
from wagtail_wpr import catalogue
from wagtail_wpr.pages.models import SectionPage


register = template.Library()


@register.simple_tag
def sections() -> list[SectionPage]:
    """Return the sections of the language that is being shown, in their order."""
    found = SectionPage.objects.live().in_menu().filter(locale__language_code=get_language(), depth=3)
    return list(found.order_by("path"))


@register.simple_tag
def say(words: str) -> str:
    """Return the publication's own words in the language that is being shown."""
    return said(words, get_language())


@register.simple_tag
def editions() -> list[FrontPage]:
    """Return the front pages of the other languages."""
    found = FrontPage.objects.live().exclude(locale__language_code=get_language()).select_related("locale")
    return list(found.order_by("path"))


@register.filter
def language_name(language: str) -> str:
    """Return what a language calls itself."""
    return str(get_language_info(language)["name_local"])


@register.filter
def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a language code."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


@register.simple_tag
def series_parts(page: Any) -> list[Any]:
    """Return the other parts of the page's series, oldest first."""
    if page.series is None:
        return []
    return list(catalogue.entries(locale=page.locale_id).in_series(page.series).without(page)[:6])
