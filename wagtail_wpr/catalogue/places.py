"""Where pages stand: their site, and whether a view restriction hides them. Looked up once for many pages."""

from __future__ import annotations

from typing import Any, NamedTuple

from wagtail.models import PageViewRestriction, Site

from wagtail_wpr.swapping import get_page_model


class Place(NamedTuple):
    """Where one page stands."""

    site_id: int | None
    restricted: bool


class Places:
    """The sites' roots and the restricted parts of the tree as they are now: one query or two.

    Restrictions follow Wagtail's rule: an alias is restricted where its source is.
    """

    def __init__(self) -> None:
        self._roots = Site.get_site_root_paths()
        self._closed = tuple(_restricted_paths())

    def of(self, page: Any) -> Place:
        """Return where the page stands. No query."""
        return Place(self._site_of(page.url_path), page.path.startswith(self._closed))

    def _site_of(self, url_path: str) -> int | None:
        # The most specific root comes first.
        return next((root.site_id for root in self._roots if url_path.startswith(root.root_path)), None)


def _restricted_paths() -> list[str]:
    """Return the tree paths of all pages that carry a restriction, and of their aliases."""
    pages = get_page_model()._default_manager
    paths: list[str] = []
    ids = set(PageViewRestriction.objects.values_list("page_id", flat=True))
    seen: set[int] = set()
    while ids:
        seen |= ids
        paths += pages.filter(pk__in=ids).values_list("path", flat=True)
        # An alias of an alias is possible too.
        ids = set(pages.filter(alias_of__in=ids).values_list("pk", flat=True)) - seen
    return paths
