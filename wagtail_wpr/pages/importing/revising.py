"""Brings a changed line into the page it was imported to: a new revision, published as an editor would."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.models import Page

from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.pages.importing.history import MODELS, Imported, log_entries
from wagtail_wpr.pages.importing.lines import BadLine
from wagtail_wpr.pages.importing.pictures import picture_fields
from wagtail_wpr.pages.importing.places import Slugs
from wagtail_wpr.pages.importing.redirects import write_redirects
from wagtail_wpr.pages.importing.stories import Story
from wagtail_wpr.pages.importing.taxonomy import Terms, rows_for, same_terms


def revise_page(story: Story, before: Imported, *, terms: Terms, file: str) -> list[str]:
    """Write the story into its page; return notes for the person at the command. For inside a transaction.

    What a line says nothing of (access, a picture, what editors added in other fields) stays as it is. A page
    that an editor took off the site gets a draft.

    :raises BadLine: for a page that an editor locked.
    """
    page = MODELS[before.kind].objects.get(pk=before.pk)
    if page.locked:
        raise BadLine(f"The page “{page.title}” is locked by an editor; unlock it and import the line again.")
    notes = ["The page had an unpublished draft; it is in the page's history."] if page.has_unpublished_changes else []
    waiting = not page.live and page.go_live_at is not None
    _set_fields(page, story, before)
    _set_children(page, story, terms)
    revision = page.save_revision(log_action=False)
    if page.live or waiting:
        revision.publish(log_action=False)
    else:
        notes.append("The page is not on the site, so the change is a draft.")
    _log(page, story, revision, file)
    for _line, path in write_redirects([(page, story.line)]):
        notes.append(f"“{path}” leads to another page already and was left as it is.")
    return notes


def _set_fields(page: Any, story: Story, before: Imported) -> None:
    line = story.line
    for name, value in story.fields.items():
        setattr(page, name, value)
    if line.picture is not None:
        for name, value in picture_fields(line.picture, line.title).items():
            setattr(page, name, value)
    # An editor may have chosen another slug; only a new one in the line is followed.
    if before.slug and line.slug != before.slug and line.slug != page.slug:
        page.slug = Slugs(page.get_parent(), [line.slug]).free(line.slug)
    now = timezone.now()
    if line.published > now:
        page.go_live_at = line.published
    elif page.go_live_at and page.go_live_at > now and not page.live:
        page.go_live_at = None


def _set_children(page: Any, story: Story, terms: Terms) -> None:
    for vocable, rows in rows_for(page, story.line, terms, page.locale):
        there = sorted(getattr(page, vocable.relation).all(), key=lambda row: row.sort_order or 0)
        if not same_terms(there, rows):
            setattr(page, vocable.relation, rows)
    access = story.line.access
    if access:
        setting = page.wpr_access.first()
        if setting is None:
            page.wpr_access = [AccessSetting(access=access)]
        elif setting.access != access:
            setting.access = access
            page.wpr_access = [setting]


def _log(page: Any, story: Story, revision: Any, file: str) -> None:
    now_live = Page.objects.values_list("live", flat=True).get(pk=page.pk)
    page.live = now_live
    for entry in log_entries(page, story.line, revision, file=file):
        entry.save_base(force_insert=True)
