"""Tells the caches in front of the site which pages have changed, through ``wagtail.contrib.frontend_cache``.

Wagtail purges a page that is published. What changes *without* its page being published is told here: access and
its schedule, the words of walls, the meter, a section's name, a page's place, and the lists that show a page.

Nothing is looked up while an editor saves: what is stale is noted, and a task finds and purges it after the commit.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.db import connections, models, router, transaction
from django.db.models import Q
from wagtail.models import Site

from wagtail_wpr.swapping import get_page_model


logger = logging.getLogger("wagtail_wpr.slots")

#: Pages that are looked up and told to the caches at once.
BATCH = 200

#: How far back in a transaction's callbacks a note is looked for that can be added to.
LOOK_BACK = 20


@dataclass
class Stale:
    """What has changed, as the task is told it. Nothing in it needs the database to be noted."""

    #: Pages themselves.
    pages: set[int] = field(default_factory=set)
    #: Pages with all that is below them, and their aliases and translations.
    below: set[int] = field(default_factory=set)
    #: Tree paths of pages above which every page lists what changed.
    above: set[str] = field(default_factory=set)
    #: Sites of which every page has changed.
    sites: set[int] = field(default_factory=set)
    #: Walls: locale, site or 0, section or 0.
    walls: set[tuple[int, int, int]] = field(default_factory=set)
    #: Pages that have moved with all that is below them, and their ``url_path`` of before.
    moved: set[tuple[int, str]] = field(default_factory=set)
    #: Addresses that are no more.
    urls: set[str] = field(default_factory=set)

    def add(self, other: Stale) -> None:
        """Take in what ``other`` says."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))

    def as_data(self) -> dict[str, list[Any]]:
        """Return it as plain data, for a queue."""
        return {each.name: sorted(value) for each in fields(self) if (value := getattr(self, each.name))}

    @classmethod
    def from_data(cls, data: dict[str, list[Any]]) -> Stale:
        """Return what ``as_data`` was made of."""
        return cls(**{name: {_hashable(item) for item in items} for name, items in data.items()})


def _hashable(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item


def is_configured() -> bool:
    """Return whether ``wagtail.contrib.frontend_cache`` is installed and knows a cache."""
    return apps.is_installed("wagtail.contrib.frontend_cache") and bool(
        getattr(django_settings, "WAGTAILFRONTENDCACHE", None)
        or getattr(django_settings, "WAGTAILFRONTENDCACHE_LOCATION", None)
    )


def purge_below(page: Any) -> None:
    """Purge ``page`` and all pages below it, after the commit. For code that writes settings in bulk."""
    note(Stale(below={page.pk}, above={page.path}))


# --- noting


class _Note:
    """What a transaction has made stale; told when it commits, all at once."""

    def __init__(self, stale: Stale) -> None:
        self.stale = stale

    def __call__(self) -> None:
        from wagtail_wpr.slots.tasks import purge_pages

        try:
            purge_pages.enqueue(self.stale.as_data())
        except Exception:
            logger.exception("The caches were not told what has changed: the task could not be enqueued.")


def note(stale: Stale) -> None:
    """Note what is stale: a task purges it after the commit. Never raises, and does nothing without a cache."""
    if not is_configured():
        return
    try:
        using = router.db_for_write(get_page_model())
        pending = _pending(using)
        if pending is not None:
            pending.stale.add(stale)
        else:
            transaction.on_commit(_Note(stale), using=using)
    except Exception:
        logger.exception("The caches were not told what has changed.")


def _pending(using: str) -> _Note | None:
    """Return the note of this very transaction, or savepoint, that can be added to."""
    connection = connections[using]
    if not connection.in_atomic_block:
        return None
    for entry in reversed(connection.run_on_commit[-LOOK_BACK:]):
        if isinstance(entry[1], _Note) and entry[0] == set(connection.savepoint_ids):
            return entry[1]
    return None


# --- purging


class Purge:
    """The work of the task: finds the pages in batches, and hands their addresses to Wagtail.

    A batch takes one query for its pages and one for their aliases and translations elsewhere.
    """

    def __init__(self, stale: Stale) -> None:
        self.stale = stale
        self.pages = get_page_model()._default_manager
        self.lists: set[str] = set()

    def run(self) -> int:
        """Purge everything; return the number of addresses. What fails is logged, and the rest goes on."""
        number = self._tell(self.stale.urls)
        for path in self.stale.above:
            self._note_lists(path)
        for condition in self._with_twins():
            number += sum(self._purge_with_twins(batch) for batch in self._batches(condition))
        for pk, before in self.stale.moved:
            number += self._purge_old_addresses(pk, before)
        for condition in self._alone():
            number += sum(self._purge(batch) for batch in self._batches(condition))
        return number

    def _with_twins(self) -> Iterator[Q]:
        """Yield what finds pages whose aliases and translations are stale too."""
        leaves, sections = [], []
        for chunk in _chunks(self.stale.below):
            for pk, path, numchild in self.pages.filter(pk__in=chunk).values_list("pk", "path", "numchild"):
                if numchild:
                    sections.append(path)
                else:
                    leaves.append(pk)
        for path in _outermost(sections):
            yield Q(path__startswith=path)
        for chunk in _chunks(leaves):
            yield Q(pk__in=chunk)

    def _alone(self) -> Iterator[Q]:
        """Yield what finds pages that are stale by themselves; the lists come last, when all are known."""
        for site_id in self.stale.sites:
            yield from _of_site(site_id)
        for wall in self.stale.walls:
            yield from self._of_wall(*wall)
        for chunk in _chunks(self.stale.pages):
            yield Q(pk__in=chunk)
        for chunk in _chunks(self.lists):
            yield Q(path__in=chunk)

    def _of_wall(self, locale_id: int, site_id: int, section_id: int) -> Iterator[Q]:
        where = Q(locale=locale_id)
        if section_id:
            paths = list(self.pages.filter(pk=section_id).values_list("path", flat=True))
            if not paths:
                return
            where &= Q(path__startswith=paths[0])
        if not site_id:
            yield where
            return
        for of_site in _of_site(site_id):
            yield where & of_site

    def _batches(self, condition: Q) -> Iterator[list[Any]]:
        """Yield the live pages, as their own types so that these may say their addresses, with no query a page."""
        last = 0
        found = self.pages.filter(condition, live=True).order_by("pk")
        while batch := list(found.filter(pk__gt=last)[:BATCH].specific(defer=True)):
            yield batch
            if len(batch) < BATCH:
                return
            last = batch[-1].pk

    def _purge_with_twins(self, batch: list[Any]) -> int:
        number = self._purge(batch)
        seen = {page.pk for page in batch}
        while twins := self._twins(batch, seen):
            number += self._purge(twins)
            for page in twins:
                self._note_lists(page.path)
            seen |= {page.pk for page in twins}
            # An alias of an alias is possible too.
            batch = twins
        return number

    def _twins(self, batch: list[Any], seen: set[int]) -> list[Any]:
        """Return aliases and translations of the pages."""
        same = Q(alias_of__in=[page.pk for page in batch])
        same |= Q(translation_key__in=[page.translation_key for page in batch])
        return list(self.pages.filter(same, live=True).exclude(pk__in=seen).specific(defer=True))

    def _note_lists(self, path: str) -> None:
        """A page's lists stand above it; the root of the tree is no page that anybody sees."""
        step = get_page_model().steplen
        self.lists.update(path[:end] for end in range(2 * step, len(path), step))

    def _purge_old_addresses(self, pk: int, before: str) -> int:
        """A page that has moved is still kept under its old address, and so is what is below it."""
        place = self.pages.filter(pk=pk).values_list("path", "url_path").first()
        if place is None:
            return 0
        path, now = place
        number = 0
        for batch in self._batches(Q(path__startswith=path)):
            for page in batch:
                page.url_path = before + page.url_path.removeprefix(now)
            number += self._purge(batch)
        return number

    def _purge(self, pages: list[Any]) -> int:
        return self._tell(addresses_of(pages, cache_object=self))

    def _tell(self, urls: Collection[str]) -> int:
        from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

        if not urls:
            return 0
        try:
            purge_urls_from_cache(sorted(urls))
        except Exception:
            logger.exception("%s addresses could not be purged.", len(urls))
            return 0
        logger.info("Told the caches that %s addresses have changed.", len(urls))
        return len(urls)


def addresses_of(pages: Collection[models.Model], *, cache_object: Any = None) -> set[str]:
    """Return every address under which caches keep the pages: Wagtail's ``get_cached_paths()`` says which."""
    from wagtail.contrib.frontend_cache.utils import PurgeBatch

    batch = PurgeBatch(cache_object=cache_object)
    for page in pages:
        try:
            batch.add_page(page)
        except Exception:
            logger.exception("The addresses of page %s are not known, so that it is not purged.", page.pk)
    return set(batch.urls)


def _of_site(site_id: int) -> Iterator[Q]:
    for root in Site.get_site_root_paths():
        if root.site_id == site_id:
            yield Q(url_path__startswith=root.root_path)


def _outermost(paths: list[str]) -> list[str]:
    """Return the paths that do not stand below another of them."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def _chunks(items: Collection[Any]) -> Iterator[list[Any]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
