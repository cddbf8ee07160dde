"""Writes the catalogue: for pages as they change, for many at once, and for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections, router, transaction
from django.utils import timezone

from wagtail_wpr.catalogue.models import (
    CatalogueContributor,
    CatalogueEntry,
    CatalogueRegion,
    CatalogueTopic,
)
from wagtail_wpr.catalogue.places import Place, Places
from wagtail_wpr.catalogue.tagging import RegionTree, Tags, series_of
from wagtail_wpr.content.listing import CatalogueMixin
from wagtail_wpr.swapping import get_page_model


#: Pages written with one set of statements.
BATCH = 200

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Cut the items into lists of at most ``size``."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def catalogued_models() -> list[Any]:
    """Return the page types of this project that the catalogue lists."""
    return [model for model in apps.get_models() if issubclass(model, CatalogueMixin)]


def refresh(pages: Iterable[Any]) -> int:
    """Write the rows of the given pages, as they are in memory; return how many are in the catalogue now.

    Base instances of the page model are read again as their own type.
    """
    writer = Writer()
    return sum(writer.write(batch) for batch in batches(pages))


def rebuild(*, size: int = BATCH) -> int:
    """Write every row anew and remove those that have no page to list any more; return the number of rows.

    Memory stays flat: pages are read ``size`` at a time.
    """
    writer = Writer()
    types = [ContentType.objects.get_for_model(model) for model in catalogued_models()]
    leftovers = CatalogueEntry.objects.exclude(page__live=True, page__content_type__in=types)
    CatalogueEntry.objects.filter(pk__in=list(leftovers.values_list("pk", flat=True))).delete()
    return sum(writer.write(batch) for content_type in types for batch in _live_pages(content_type, size))


def _live_pages(content_type: ContentType, size: int) -> Iterator[list[Any]]:
    # By key, not by offset: pages that change meanwhile cannot shift the window.
    last = 0
    model = content_type.model_class()
    live = model._default_manager.filter(live=True, content_type=content_type).order_by("pk")  # type: ignore[union-attr]
    while batch := list(live.filter(pk__gt=last)[:size]):
        yield batch
        last = batch[-1].pk


class Writer:
    """Writes rows in batches. What is the same for all pages is looked up once, when the writer is made."""

    def __init__(self) -> None:
        self._places = Places()
        self._tree = RegionTree()

    def write(self, pages: list[Any]) -> int:
        """Write or remove the rows of one batch; return how many there are. A fixed number of statements."""
        listed = [page for page in own_types(pages) if page.live and page.wpr_in_catalogue()]
        gone = {page.pk for page in pages} - {page.pk for page in listed}
        if gone:
            CatalogueEntry.objects.filter(page_id__in=gone).delete()
        if not listed:
            return 0
        tags, series, shadows = Tags(listed), series_of(listed), Shadows(listed, self._places)
        rows = [self._row(page, tags, series.get(page.pk), shadows) for page in listed]
        with transaction.atomic():
            _upsert(rows)
            ids = dict(
                CatalogueEntry.objects.filter(page_id__in=[page.pk for page in listed]).values_list("page_id", "pk")
            )
            write_terms(ids, tags, self._tree)
        return len(rows)

    def _row(self, page: Any, tags: Tags, series: Any, shadows: Shadows) -> CatalogueEntry:
        place = self._places.of(page)
        published, updated = page.wpr_catalogue_dates()
        image_id, image_alt = page.wpr_catalogue_image()
        return CatalogueEntry(
            page_id=page.pk,
            content_key=page.translation_key,
            site_id=place.site_id,
            restricted=place.restricted,
            shadow=shadows.is_shadow(page, place),
            locale_id=page.locale_id,
            url_path=page.url_path,
            kind=page.wpr_kind,
            format=page.wpr_catalogue_format(),
            title=page.wpr_catalogue_title()[:255],
            summary=page.wpr_catalogue_summary(),
            image_id=image_id,
            image_alt=image_alt[:255],
            published_at=published or page.last_published_at or page.latest_revision_created_at or timezone.now(),
            updated_at=updated,
            reading_minutes=getattr(page, "reading_minutes", 0),
            **names(tags, page.pk),
            series_key=series.translation_key if series else None,
            series_name=series.name if series else "",
            series_position=page.wpr_catalogue_series()[1] if series else None,
        )


def own_types(pages: Iterable[Any]) -> list[Any]:
    """Return those of the pages that the catalogue can list, each as an instance of its own type."""
    known: list[Any] = []
    unread: dict[Any, list[int]] = {}
    for page in pages:
        if isinstance(page, CatalogueMixin):
            known.append(page)
        elif type(page) is get_page_model() and issubclass(page.specific_class or object, CatalogueMixin):
            unread.setdefault(page.specific_class, []).append(page.pk)
    for model, ids in unread.items():
        known += model._default_manager.filter(pk__in=ids)
    return known


class Shadows:
    """Which of the pages are aliases in the same list as their source; one query if there are any."""

    def __init__(self, pages: Iterable[Any], places: Places) -> None:
        ids = {page.alias_of_id for page in pages if page.alias_of_id}
        sources = get_page_model()._default_manager.filter(pk__in=ids, live=True) if ids else []
        self._sources = {page.pk: (places.of(page).site_id, page.locale_id) for page in sources}

    def is_shadow(self, page: Any, place: Place) -> bool:
        """Return whether a live source of the page has a row of the same site and language."""
        return self._sources.get(page.alias_of_id) == (place.site_id, page.locale_id)


def names(tags: Tags, page_id: int) -> dict[str, list[str]]:
    """Return the columns that name the terms of a page."""
    return {
        "region_names": [term.name for term in tags.regions.get(page_id, ())],
        "topic_names": [term.name for term in tags.topics.get(page_id, ())],
        "contributor_names": [term.name for term in tags.contributors.get(page_id, ())],
    }


def _upsert(rows: list[CatalogueEntry]) -> None:
    """Insert the rows or overwrite those of the same pages: one statement, safe beside another writer."""
    using = router.db_for_write(CatalogueEntry)
    # MariaDB takes whichever unique index is hit and must not be told.
    named = connections[using].features.supports_update_conflicts_with_target
    CatalogueEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["page"] if named else None,
        update_fields=[
            field.name for field in CatalogueEntry._meta.concrete_fields if field.name not in ("id", "page")
        ],
    )


def write_terms(ids: dict[int, int], tags: Tags, tree: RegionTree) -> None:
    """Write the rows that lists filter by, anew, for the entries ``{page id: entry id}``."""
    regions: list[CatalogueRegion] = []
    topics: list[CatalogueTopic] = []
    contributors: list[CatalogueContributor] = []
    for page_id, entry_id in ids.items():
        chosen = tags.regions.get(page_id, [])
        keys = {key: False for region in chosen for key in tree.keys_above(region.pk)}
        keys |= {region.translation_key: True for region in chosen}
        regions += [CatalogueRegion(entry_id=entry_id, key=key, direct=direct) for key, direct in keys.items()]
        topics += [
            CatalogueTopic(entry_id=entry_id, key=topic.translation_key) for topic in tags.topics.get(page_id, ())
        ]
        contributors += [
            CatalogueContributor(entry_id=entry_id, key=person.translation_key)
            for person in tags.contributors.get(page_id, ())
        ]
    for model, rows in (
        (CatalogueRegion, regions),
        (CatalogueTopic, topics),
        (CatalogueContributor, contributors),
    ):
        model.objects.filter(entry__in=list(ids.values())).delete()
        # Another writer of the same page may have been quicker; its rows say the same.
        model.objects.bulk_create(rows, ignore_conflicts=True)
