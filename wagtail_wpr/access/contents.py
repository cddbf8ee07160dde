"""What a rule judges: a page's article, wherever the page stands in the tree and in whichever language."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Site

from wagtail_wpr.access.inheritance import Place, level_at
from wagtail_wpr.access.levels import AccessLevel, BrokenAccess
from wagtail_wpr.access.memory import Known, known
from wagtail_wpr.swapping import get_page_model


logger = logging.getLogger("wagtail_wpr.access")

#: An alias may point to an alias; further than this nobody goes.
ALIAS_STEPS = 5

#: Where an alias keeps the key that its last decision found: what is asked after deciding need not be looked up.
_SOURCE_KEY = "_wpr_source_key"


@dataclass(frozen=True)
class Content:
    """A page as rules see it.

    ``key`` names the article: the translation key of the page, of its source for an alias. ``access`` is
    resolved, never ``INHERIT``. ``broken`` says what is wrong with the stored access; such a content is
    refused to everybody.
    """

    key: str
    page_id: int | None
    site_id: int | None
    path: str
    locale_id: int | None
    access: AccessLevel
    page: Any = field(compare=False, repr=False)
    broken: str = ""

    @classmethod
    def of(cls, page: Any, *, at: datetime | None = None) -> Content:
        """Return the content of *page*; asks the database only for an alias."""
        return cls.of_many([page], at=at)[0]

    @classmethod
    def of_many(cls, pages: Iterable[Any], *, at: datetime | None = None) -> list[Content]:
        """Return the contents of *pages* in the same order: one query where there are aliases, else none."""
        at = at or timezone.now()
        pages = list(pages)
        remembered = known()
        sources = _sources(pages)
        roots = _site_roots()
        return [_content(page, sources.get(page.alias_of_id, page), roots, at, remembered) for page in pages]

    def with_access(self, access: AccessLevel) -> Content:
        """Return the same content with another access, for previews."""
        return replace(self, access=access, broken="")


def content_key(page: Any) -> str:
    """Return the key of the article that *page* shows; one query for an alias that was not decided about, else none."""
    alias_of, key = vars(page).get(_SOURCE_KEY, (None, ""))
    if alias_of is not None and alias_of == page.alias_of_id:
        return str(key)
    return str(_sources([page]).get(page.alias_of_id, page).translation_key)


def places_of(pages: Sequence[Any]) -> list[Place]:
    """Return where the access of *pages* is looked up."""
    sources, roots = _sources(pages), _site_roots()
    return [_place(sources.get(page.alias_of_id, page), roots) for page in pages]


def site_id_of(page: Any) -> int | None:
    """Return the id of the site that *page* belongs to, None outside every site; no query."""
    return _site_id(page.url_path, _site_roots())


def _content(page: Any, source: Any, roots: list[tuple[int, str]], at: datetime, remembered: Known) -> Content:
    broken = ""
    if page.alias_of_id is not None:
        setattr(page, _SOURCE_KEY, (page.alias_of_id, str(source.translation_key)))
    try:
        access = level_at(_place(source, roots), at, remembered=remembered)
    except BrokenAccess as error:
        logger.error("Access of page %s is broken, so nobody reads it: %s", page.pk, error)
        access, broken = AccessLevel.SUBSCRIBERS, str(error)
    return Content(
        key=str(source.translation_key),
        page_id=page.pk,
        site_id=_site_id(page.url_path, roots),
        path=page.path,
        locale_id=page.locale_id,
        access=access,
        page=page,
        broken=broken,
    )


def _place(source: Any, roots: list[tuple[int, str]]) -> Place:
    return Place(
        path=source.path,
        site_id=_site_id(source.url_path, roots),
        first_published_at=source.first_published_at,
    )


def _sources(pages: Sequence[Any]) -> dict[int | None, Any]:
    """Return the page at the end of each alias, by the id that the alias points to."""
    wanted = {page.alias_of_id for page in pages if page.alias_of_id}
    found: dict[int | None, Any] = {}
    pending = set(wanted)
    for _step in range(ALIAS_STEPS):
        if not pending:
            break
        rows = get_page_model().objects.only(
            "path", "url_path", "translation_key", "first_published_at", "alias_of", "depth"
        )
        fetched = rows.in_bulk(pending)
        found.update(fetched)
        pending = {row.alias_of_id for row in fetched.values() if row.alias_of_id} - found.keys()
    return {start: _follow(start, found) for start in wanted if start in found}


def _follow(start: int, found: dict[int | None, Any]) -> Any:
    source = found[start]
    for _step in range(ALIAS_STEPS):
        if source.alias_of_id not in found:
            break
        source = found[source.alias_of_id]
    return source


def _site_roots() -> list[tuple[int, str]]:
    """Return (site id, root path) pairs, the most specific first; Wagtail caches them."""
    try:
        return [(root.site_id, root.root_path) for root in Site.get_site_root_paths()]
    except Exception:
        logger.warning("The cache is down: the sites are read from the database.")
        return _site_roots_from_database()


def _site_roots_from_database() -> list[tuple[int, str]]:
    sites = Site.objects.select_related("root_page").order_by("-root_page__url_path", "-is_default_site", "hostname")
    return [
        (site.pk, translation.url_path)
        for site in sites
        for translation in site.root_page.get_translations(inclusive=True)
    ]


def _site_id(url_path: str, roots: list[tuple[int, str]]) -> int | None:
    return next((site_id for site_id, root in roots if url_path.startswith(root)), None)
