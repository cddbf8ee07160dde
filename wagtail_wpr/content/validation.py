"""What an editor is told about a teaser: an error on publishing, a warning on a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.blocks import StreamValue

from wagtail_wpr.access import AccessLevel
from wagtail_wpr.access.contents import places_of
from wagtail_wpr.access.inheritance import Place, level_at, override_of
from wagtail_wpr.content.blocks import MeteredStreamBlock
from wagtail_wpr.content.door import stored_rows
from wagtail_wpr.content.text import metered_fields


EMPTY_TEASER = _(
    "Nobody can see what this is about: nothing stands above the line where the teaser ends. "
    "Put an opening above it, or make the page free."
)
WHOLE_TEXT = _(
    "Everybody can read all of it: nothing stands behind the wall. Add the line “The teaser ends here” "
    "where the public part ends and text below it, or make the page free."
)


def teaser_problem(value: StreamValue) -> str | Promise | None:
    """Return what is wrong with the teaser of a metered stream, or None. Streams without any block are fine."""
    block = value.stream_block
    if not isinstance(block, MeteredStreamBlock):
        return None
    rows = stored_rows(value)
    if not rows:
        return None
    split = block.split_rows(rows)
    if not split.has_body:
        return WHOLE_TEXT
    if split.teaser == 0 and split.head is None:
        return EMPTY_TEASER
    return None


def is_free_in(form: Any) -> bool:
    """Return whether the page is free as the editor's form has it, with the access set in the same form."""
    page = form.instance
    formset = getattr(form, "formsets", {}).get("wpr_access")
    own = None
    if formset is not None and formset.is_valid():
        kept = [entry for entry in formset.forms if entry.cleaned_data and not entry.cleaned_data.get("DELETE")]
        own = [override_of(entry.instance) for entry in kept]
    return level_at(_place(page, getattr(form, "parent_page", None)), timezone.now(), own=own) is AccessLevel.FREE


def _place(page: Any, parent: Any) -> Place:
    if page.path or parent is None:
        return places_of([page])[0]
    (above,) = places_of([parent])
    # One step below its parent: where a new page is going to stand.
    return Place(path=above.path + "0" * type(page).steplen, site_id=above.site_id, first_published_at=None)


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def warn_about_teaser(request: HttpRequest, page: Any) -> None:
    """Say it once the draft is saved; not at every autosave, and not after publishing, which has refused it."""
    if not request.accepts("text/html") or request.POST.get("action-publish"):
        return
    for field in metered_fields(page):
        problem = teaser_problem(getattr(page, field.name))
        if problem and level_at(_place(page, None), timezone.now()) is not AccessLevel.FREE:
            messages.warning(request, str(problem))
