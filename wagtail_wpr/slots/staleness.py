"""What makes the copies in caches stale: settings, sections, pages. Noted here, purged by a task."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from wagtail_wpr.slots import purging
from wagtail_wpr.slots.purging import Stale
from wagtail_wpr.swapping import get_page_model


BEFORE = "_wpr_stale_before"


def connect() -> None:
    """Connect everything; called once the models are loaded."""
    from wagtail_wpr.access.models import AccessSetting, MeterSettings
    from wagtail_wpr.slots.models import DeliverySettings, WallCopy

    for model in (AccessSetting, MeterSettings, DeliverySettings, WallCopy):
        pre_save.connect(remember, sender=model, dispatch_uid="wpr_purging")
        post_save.connect(setting_saved, sender=model, dispatch_uid="wpr_purging")
        post_delete.connect(setting_deleted, sender=model, dispatch_uid="wpr_purging")
    pre_save.connect(remember_title, dispatch_uid="wpr_purging_title")
    post_save.connect(section_saved, dispatch_uid="wpr_purging_title")
    page_published.connect(published, dispatch_uid="wpr_purging")
    page_unpublished.connect(unpublished, dispatch_uid="wpr_purging")
    page_slug_changed.connect(slug_changed, dispatch_uid="wpr_purging")
    post_page_move.connect(moved, dispatch_uid="wpr_purging")


# --- settings


def remember(*, sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Note what a setting was: publishing a page writes its access again, unchanged, and that purges nothing."""
    if instance.pk and not raw and purging.is_configured():
        setattr(instance, BEFORE, sender._base_manager.filter(pk=instance.pk).first())


def setting_saved(*, sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """What a setting reaches is stale, and what it reached before."""
    before = instance.__dict__.pop(BEFORE, None)
    if raw or not purging.is_configured() or (before is not None and _values(before) == _values(instance)):
        return
    if before is not None and _place(before) != _place(instance):
        purging.note(_reach_of(before))
    purging.note(_reach_of(instance))


def setting_deleted(*, instance: Any, **kwargs: Any) -> None:
    """What a setting reached is stale."""
    if purging.is_configured():
        purging.note(_reach_of(instance))


def _values(setting: Any) -> list[Any]:
    return [getattr(setting, field.attname) for field in setting._meta.concrete_fields]


def _place(setting: Any) -> list[Any]:
    """Return the page, the site or the language that a setting is for."""
    return [getattr(setting, field.attname) for field in setting._meta.concrete_fields if field.is_relation]


def _reach_of(setting: Any) -> Stale:
    from wagtail_wpr.access.models import AccessSetting
    from wagtail_wpr.slots.models import WallCopy

    if isinstance(setting, AccessSetting):
        # Lists may say of what is below them who may read it.
        pages = get_page_model()._default_manager.filter(pk=setting.page_id)
        return Stale(below={setting.page_id}, above=set(pages.values_list("path", flat=True)))
    if isinstance(setting, WallCopy):
        return Stale(walls={(setting.locale_id, setting.site_id or 0, setting.section_id or 0)})
    return Stale(sites={setting.site_id})


# --- sections


def remember_title(*, sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Note what a section was called; pages without any below them cost nothing."""
    if not isinstance(instance, get_page_model()) or not instance.pk or not instance.numchild:
        return
    if not raw and purging.is_configured():
        pages = get_page_model()._default_manager.filter(pk=instance.pk, live=True)
        setattr(instance, BEFORE, pages.values_list("title", flat=True).first())


def section_saved(*, instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """The pages below a section show its name."""
    if not isinstance(instance, get_page_model()):
        return
    before = instance.__dict__.pop(BEFORE, None)
    written = update_fields is None or "title" in update_fields
    if before is not None and written and before != instance.title:
        purging.note(Stale(below={instance.pk}, above={instance.path}))


# --- pages


def published(*, instance: Any, **kwargs: Any) -> None:
    """Wagtail purges the page at once; it may be fetched again before the commit. Its lists show its teaser."""
    purging.note(Stale(pages={instance.pk}, above={instance.path}))


def unpublished(*, instance: Any, **kwargs: Any) -> None:
    """The page is gone, perhaps for good: its addresses are found while they are known."""
    if purging.is_configured():
        purging.note(Stale(urls=purging.addresses_of([instance]), above={instance.path}))


def slug_changed(*, instance: Any, instance_before: Any, **kwargs: Any) -> None:
    """What was kept under the old addresses must go."""
    purging.note(Stale(moved={(instance.pk, instance_before.url_path)}, above={instance.path}))


def moved(
    *,
    instance: Any,
    parent_page_before: Any,
    parent_page_after: Any,
    url_path_before: str,
    url_path_after: str,
    **kwargs: Any,
) -> None:
    """A page below another section has its access and its address; the lists of both have changed."""
    stale = Stale(above={instance.path})
    if parent_page_before.pk != parent_page_after.pk:
        stale.below.add(instance.pk)
        # The lists of its old place: those above the page that was its parent, and that page itself.
        stale.pages.add(parent_page_before.pk)
        stale.above.add(parent_page_before.path)
    if url_path_before != url_path_after:
        stale.moved.add((instance.pk, url_path_before))
    purging.note(stale)
