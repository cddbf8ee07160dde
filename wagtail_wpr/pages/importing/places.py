"""Where imported pages go: the section, its translations, and slugs and tree paths that are free there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from wagtail.models import Locale, Page, Site

from wagtail_wpr.pages.importing.lines import LONGEST
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage


#: The section that takes imports where none is named, if there is one with this slug.
USUAL_SLUG = "library"


class NoSection(ValueError):
    """There is no page to import below; the text says what to do."""


def find_section(named: str | None) -> Page:
    """Return the page to import below.

    ``named`` is a slug or a path (``/reports/africa/``, from the root of the default site). Without it: the
    section with the slug ``library``, or else the first live section, or else the default site's root page.

    :raises NoSection: where no page, or more than one, is meant, or where articles may not stand.
    """
    root = _root_page()
    section = _named(named.strip(), root) if named else _usual(root)
    parent_type = section.specific_class
    if parent_type is None or not all(model.can_exist_under(section) for model in (ArticlePage, ReportPage)):
        raise NoSection(f"Articles and reports may not stand below “{section.title}”; choose another --section.")
    return section.specific


def _root_page() -> Page:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        raise NoSection("There is no default site to import into; make one under Settings, Sites.")
    return site.root_page


def _usual(root: Page) -> Page:
    sections = SectionPage.objects.descendant_of(root).filter(alias_of=None).order_by("depth", "path")
    return sections.filter(slug=USUAL_SLUG).first() or sections.live().first() or root


def _named(named: str, root: Page) -> Page:
    if "/" in named:
        inner = named.strip("/")
        found = list(Page.objects.filter(url_path=f"{root.url_path}{inner}/" if inner else root.url_path)[:2])
    else:
        found = list(Page.objects.descendant_of(root, inclusive=True).filter(slug=named)[:2])
    if not found:
        raise NoSection(f"There is no page “{named}”; give --section the slug or the path of a page.")
    if len(found) > 1:
        raise NoSection(f"More than one page has the slug “{named}”; give --section its path, as in /news/{named}/.")
    return found[0]


class Places:
    """The section in each language: its translation where there is one, or else the section itself."""

    def __init__(self, section: Page, language: str | None) -> None:
        self._section = section
        self._locales = {locale.language_code: locale for locale in Locale.objects.all()}
        self._parents: dict[int, Page] = {}
        self._language = language

    @property
    def languages(self) -> list[str]:
        """The codes of the languages the site has."""
        return list(self._locales)

    def locale(self, language: str) -> Locale:
        """Return the language of a line: its own, or the command's, or the section's."""
        code = language or self._language
        return self._locales[code] if code else self._section.locale

    def parent(self, locale: Locale) -> Page:
        """Return the page below which pages of this language go."""
        if locale.pk not in self._parents:
            parent = self._section
            if parent.locale_id != locale.pk:
                parent = parent.get_translation_or_none(locale) or parent
            self._parents[locale.pk] = parent.specific
        return self._parents[locale.pk]


def place_below(parent: Page, pages: list[Any]) -> None:
    """Give unsaved pages the next free paths below a page, and count them there. Within a transaction.

    Slugs have to be set before. Two statements.
    """
    # Locked first, so that another import or editor waits instead of taking the same paths.
    parent = Page.objects.select_for_update().get(pk=parent.pk)
    last = Page.objects.filter(depth=parent.depth + 1, path__startswith=parent.path).order_by("-path").first()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    for number, page in enumerate(pages, start=step + 1):
        page.path = Page._get_path(parent.path, parent.depth + 1, number)
        page.depth = parent.depth + 1
        page.set_url_path(parent)
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(pages))


class Slugs:
    """Slugs that are free below a page: a taken one gets a number. One query, one more for each taken."""

    def __init__(self, parent: Page, wanted: Iterable[str]) -> None:
        self._below = Page.objects.child_of(parent)
        self._taken = set(self._below.filter(slug__in=list(wanted)).values_list("slug", flat=True))

    def free(self, wanted: str) -> str:
        """Return the wanted slug, or the next free one with a number, and remember that it is taken now."""
        slug = wanted
        if slug in self._taken:
            beginning = wanted[: LONGEST - 6]
            similar = self._below.filter(slug__startswith=beginning).values_list("slug", flat=True)
            self._taken |= set(similar)
            number = 1
            while slug in self._taken:
                number += 1
                slug = f"{beginning}-{number}"
        self._taken.add(slug)
        return slug
