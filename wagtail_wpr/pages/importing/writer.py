"""Writes new pages in bulk, with all that publishing each of them would have done.

``add_child()`` and ``save_revision().publish()`` cost dozens of statements a page. Here a batch of pages
becomes one insert for each table, inside one transaction: pages, taxonomy, access, revisions, log, redirects,
search index, reference index, catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router
from django.db.models import sql
from django.utils import timezone
from modelcluster.models import get_all_child_relations
from wagtail.models import Locale, Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backends

from wagtail_wpr import catalogue
from wagtail_wpr.access import memory
from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.pages.importing.history import MODELS, log_entries
from wagtail_wpr.pages.importing.pictures import picture_fields
from wagtail_wpr.pages.importing.places import Places, Slugs, place_below
from wagtail_wpr.pages.importing.redirects import write_redirects
from wagtail_wpr.pages.importing.stories import Story
from wagtail_wpr.pages.importing.taxonomy import Terms, rows_for


@dataclass
class Written:
    """A page that was written, from which story, its revision, and notes for the person at the command."""

    page: Any
    story: Story
    revision: Any = None
    notes: list[str] = field(default_factory=list)


def create_pages(stories: Sequence[Story], *, places: Places, terms: Terms, file: str) -> list[Written]:
    """Create a page for each story, in their order, and return them. Call it inside a transaction."""
    written: list[Written] = []
    for locale_id, group in groupby(stories, key=lambda story: places.locale(story.line.language).pk):
        chosen = list(group)
        locale = places.locale(chosen[0].line.language)
        assert locale.pk == locale_id  # noqa: S101
        parent = places.parent(locale)
        pages = _unsaved_pages(chosen, parent, locale)
        _insert(pages)
        _tag(pages, chosen, terms, locale)
        written += [Written(page, story) for page, story in zip(pages, chosen, strict=True)]
    _record(written, file)
    finish(written)
    return written


def finish(written: Sequence[Written]) -> None:
    """Bring redirects, search index, reference index and catalogue up to date for new pages."""
    pages = [one.page for one in written]
    elsewhere = write_redirects([(one.page, one.story.line) for one in written])
    for one in written:
        one.notes += [
            f"“{path}” leads to another page already and was left as it is."
            for line, path in elsewhere
            if line is one.story.line
        ]
    for model, found in _by_model(pages):
        for backend in get_search_backends(with_auto_update=True):
            backend.add_bulk(model, found)
    for page in pages:
        if ReferenceIndex.is_indexed(type(page)):
            ReferenceIndex.create_or_update_for_object(page)
    catalogue.refresh(pages)
    memory.changed()


# --- pages


def _unsaved_pages(stories: Sequence[Story], parent: Page, locale: Locale) -> list[Any]:
    slugs = Slugs(parent, [story.line.slug for story in stories])
    pages = [_unsaved_page(story, slugs.free(story.line.slug), locale) for story in stories]
    place_below(parent, pages)
    return pages


def _unsaved_page(story: Story, slug: str, locale: Locale) -> Any:
    """Return the page as publishing would leave it. Dated in the future, it is scheduled instead."""
    now, line = timezone.now(), story.line
    fields = dict(story.fields)
    if line.picture is not None:
        fields |= picture_fields(line.picture, line.title)
    page = MODELS[line.kind](
        slug=slug,
        locale=locale,
        draft_title=line.title,
        latest_revision_created_at=now,
        **fields,
    )
    if line.published > now:
        page.live, page.has_unpublished_changes, page.go_live_at = False, True, line.published
    else:
        page.live, page.has_unpublished_changes = True, False
        page.first_published_at, page.last_published_at = line.published, now
    page.word_count = page.wpr_count_words()
    return page


def _insert(pages: Sequence[Any]) -> None:
    """Insert pages of any of our types: one statement for the pages, one for each type's own table.

    ``bulk_create`` refuses models with a parent table, because not every database tells the new keys. Here
    they are known from the tree's paths, which are unique.
    """
    bases = [Page(**{field.attname: getattr(page, field.attname) for field in _base_fields()}) for page in pages]
    Page.objects.bulk_create(bases)
    if any(base.pk is None for base in bases):
        keys = dict(Page.objects.filter(path__in=[page.path for page in pages]).values_list("path", "pk"))
    else:
        keys = {base.path: base.pk for base in bases}
    for page in pages:
        page.id = keys[page.path]
        page.page_ptr_id = keys[page.path]
    for model, found in _by_model(pages):
        _insert_own_rows(model, found)


def _base_fields() -> list[Any]:
    return [field for field in Page._meta.concrete_fields if not field.primary_key]


def _insert_own_rows(model: type[models.Model], pages: Sequence[Any]) -> None:
    using = router.db_for_write(model)
    connection = connections[using]
    fields = model._meta.local_concrete_fields
    size = max(connection.ops.bulk_batch_size(fields, pages), 1)
    for start in range(0, len(pages), size):
        query = sql.InsertQuery(model)
        query.insert_values(fields, pages[start : start + size])
        query.get_compiler(connection=connection).execute_sql()
    for page in pages:
        page._state.adding = False
        page._state.db = using


def _by_model(pages: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    groups: dict[Any, list[Any]] = {}
    for page in pages:
        groups.setdefault(type(page), []).append(page)
    return list(groups.items())


# --- what belongs to them


def _tag(pages: Sequence[Any], stories: Sequence[Story], terms: Terms, locale: Locale) -> None:
    """Insert the child rows, and hang them onto the pages, so that revisions hold them with their keys."""
    gathered: dict[Any, list[Any]] = {}
    for page, story in zip(pages, stories, strict=True):
        for relation in get_all_child_relations(type(page)):
            # A new page has no children: said here, nobody asks the database for them.
            setattr(page, relation.get_accessor_name(), [])
        access = [AccessSetting(page=page, access=story.line.access)] if story.line.access else []
        gathered.setdefault(AccessSetting, []).extend(access)
        page.wpr_access = access
        for vocable, rows in rows_for(page, story.line, terms, locale):
            gathered.setdefault(vocable.row, []).extend(rows)
            setattr(page, vocable.relation, rows)
    for model, rows in gathered.items():
        model.objects.bulk_create(rows)


def _record(written: Sequence[Written], file: str) -> None:
    """Give each page the revision it was published from, and entries in the log."""
    base_type = ContentType.objects.get_for_model(Page)
    for one in written:
        one.revision = Revision(
            content_type=ContentType.objects.get_for_model(one.page, for_concrete_model=False),
            base_content_type=base_type,
            object_id=str(one.page.pk),
            created_at=one.page.latest_revision_created_at,
            object_str=str(one.page),
            content=one.page.serializable_data(),
            approved_go_live_at=one.page.go_live_at,
        )
    revisions = [one.revision for one in written]
    Revision.objects.bulk_create(revisions)
    if any(revision.pk is None for revision in revisions):
        found = Revision.objects.filter(base_content_type=base_type, object_id__in=[r.object_id for r in revisions])
        keys = dict(found.values_list("object_id", "pk"))
        for revision in revisions:
            revision.pk = keys[revision.object_id]
    for one in written:
        one.page.latest_revision = one.revision
        one.page.live_revision = one.revision if one.page.live else None
    bases = [
        Page(pk=one.page.pk, latest_revision_id=one.revision.pk, live_revision_id=one.page.live_revision_id)
        for one in written
    ]
    Page.objects.bulk_update(bases, ["latest_revision", "live_revision"])
    entries = [e for one in written for e in log_entries(one.page, one.story.line, one.revision, file=file)]
    PageLogEntry.objects.bulk_create(entries)
