"""One row for each live page that readers look for: what lists, related articles and the library query.

``entries()`` begins every list; ``related_to()`` finds more like a page; ``refresh()`` writes rows for pages
that were saved in bulk, past the signals. All three may be imported before the models are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from wagtail.models import Locale, Site

    from wagtail_wpr.catalogue.models import CatalogueEntry
    from wagtail_wpr.catalogue.queries import CatalogueQuerySet


__all__ = ["entries", "entries_below", "refresh", "related_to"]


def entries(
    *, site: Site | int | None = None, locale: Locale | int | None = None, aliases: bool = False
) -> CatalogueQuerySet:
    """Return what the public may find, of one site and one language, or of all where ``None`` is given.

    Pages behind a view restriction and pages outside every site are never in it. Aliases are in it where
    their source is not: in another site or language; with ``aliases=True`` all of them.
    """
    from wagtail_wpr.catalogue.models import CatalogueEntry

    found = CatalogueEntry.objects.public()
    if site is not None:
        found = found.filter(site_id=getattr(site, "pk", site))
    if locale is not None:
        found = found.filter(locale_id=getattr(locale, "pk", locale))
    return found if aliases else found.filter(shadow=False)


def entries_below(page: Any) -> CatalogueQuerySet:
    """Return what the public may find below a page of the tree, newest first.

    An alias placed there is in it, unless its source is below the page as well.
    """
    return entries(aliases=True).under(page).newest()


def related_to(page: Any, limit: int = 4) -> list[CatalogueEntry]:
    """Return up to ``limit`` entries that share a series, topics or regions with the page, best first.

    Of equally good ones the newest come first. The page itself, its aliases and its translations are never
    among them. One query for a live page; for a draft, three more.
    """
    from wagtail_wpr.catalogue.related import related_to as find

    return find(page, limit)


def refresh(pages: Iterable[Any]) -> int:
    """Write the rows of the given pages as the database has them now; return how many rows there are.

    For code that saves pages in bulk, past ``page.save()``. Pages that are not live, or not of a type the
    catalogue lists, lose their row. Works in batches with a fixed number of queries each.
    """
    from wagtail_wpr.catalogue.upkeep import refresh as write

    return write(pages)
