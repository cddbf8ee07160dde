"""Keeps the catalogue in step with pages, the tree, sites, restrictions and terms."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.models import PageViewRestriction, Site
from wagtail.signals import page_slug_changed, page_unpublished, post_page_move


#: Columns that change without the page's row in the catalogue changing.
IRRELEVANT = {
    "draft_title",
    "expire_at",
    "expired",
    "go_live_at",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "locked",
    "locked_at",
    "locked_by",
    "numchild",
    "owner",
}


def connect() -> None:
    """Connect everything; called once the models are loaded."""
    from wagtail_wpr.content.listing import page_saved
    from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic

    page_saved.connect(on_page_saved, dispatch_uid="wpr_catalogue")
    page_unpublished.connect(on_page_unpublished, dispatch_uid="wpr_catalogue")
    post_page_move.connect(on_page_moved, dispatch_uid="wpr_catalogue")
    page_slug_changed.connect(on_slug_changed, dispatch_uid="wpr_catalogue")
    for signal in (post_save, post_delete):
        signal.connect(on_restriction, sender=PageViewRestriction, dispatch_uid="wpr_catalogue")
        signal.connect(on_site, sender=Site, dispatch_uid="wpr_catalogue")
    for model in (Region, Topic, Contributor, Series):
        pre_save.connect(remember_term, sender=model, dispatch_uid="wpr_catalogue")
        post_save.connect(on_term_saved, sender=model, dispatch_uid="wpr_catalogue")
        post_delete.connect(on_term_deleted, sender=model, dispatch_uid="wpr_catalogue")


def on_page_saved(*, instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """Write the row of a page that was saved: published, unpublished, copied, aliased or plainly saved."""
    from wagtail_wpr.catalogue.upkeep import refresh

    if update_fields is None:
        refresh([instance])
    elif set(update_fields) - IRRELEVANT:
        # The instance may hold a draft of which only these columns were written.
        refresh(type(instance)._default_manager.filter(pk=instance.pk))


def on_page_unpublished(*, instance: Any, **kwargs: Any) -> None:
    """Remove the row of a page that was unpublished as an instance of the base type, as aliases are."""
    from wagtail_wpr.catalogue.models import CatalogueEntry

    CatalogueEntry.objects.filter(page_id=instance.pk).delete()


def on_page_moved(*, instance: Any, **kwargs: Any) -> None:
    """Follow a page and everything below it to its new place."""
    from wagtail_wpr.catalogue.changes import relocate_below

    Site.clear_site_root_paths_cache()
    relocate_below(instance)


def on_slug_changed(*, instance: Any, **kwargs: Any) -> None:
    """Give everything below a page its new address."""
    from wagtail_wpr.catalogue.changes import relocate_below

    Site.clear_site_root_paths_cache()
    relocate_below(instance)


def on_restriction(*, instance: PageViewRestriction, **kwargs: Any) -> None:
    """Hide or show what stands at and below a page whose view restriction changed."""
    from wagtail_wpr.catalogue.changes import relocate_below

    try:
        page = instance.page
    except ObjectDoesNotExist:
        # The restriction went together with its page, whose rows are gone too.
        return
    relocate_below(page)


def on_site(**kwargs: Any) -> None:
    """Put every page into its site again: roots may have changed."""
    from wagtail_wpr.catalogue.changes import relocate

    # Wagtail's own handler may come after this one.
    Site.clear_site_root_paths_cache()
    relocate(Q())


def remember_term(*, instance: Any, **kwargs: Any) -> None:
    """Note what a term was before it is saved, so that saving it unchanged costs nothing."""
    before = type(instance)._default_manager.filter(pk=instance.pk).first() if instance.pk else None
    instance._wpr_before = (before.name, getattr(before, "parent_id", None)) if before else None


def on_term_saved(*, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Write the new name of a term, and the new place of a region, into the rows that have it."""
    before = instance.__dict__.pop("_wpr_before", None)
    if not raw and before != (instance.name, getattr(instance, "parent_id", None)):
        _retag(instance, before[0] if before else None)


def on_term_deleted(*, instance: Any, **kwargs: Any) -> None:
    """Fall back to the term's other languages: a term that pages use themselves cannot be deleted."""
    _retag(instance, instance.name)


def _retag(term: Any, old_name: str | None) -> None:
    from wagtail_wpr.catalogue.changes import rename_series, retag
    from wagtail_wpr.taxonomy.models import Contributor, Region, Series

    if isinstance(term, Series):
        rename_series(term, old_name)
        return
    relation = {Region: "region_rows", Contributor: "contributor_rows"}.get(type(term), "topic_rows")
    retag(Q(**{f"{relation}__key": term.translation_key}))
