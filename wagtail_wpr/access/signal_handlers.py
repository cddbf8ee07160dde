"""What makes the remembered settings stale, and what is forgotten with a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, post_migrate, post_save
from wagtail.signals import post_page_move

from wagtail_wpr.access import memory
from wagtail_wpr.access.models import AccessSetting, MeterSettings
from wagtail_wpr.swapping import get_page_model


def connect() -> None:
    """Connect the signal handlers of this room."""
    for model in (AccessSetting, MeterSettings):
        for signal in (post_save, post_delete):
            signal.connect(settings_changed, sender=model, dispatch_uid=f"wpr_access_{model.__name__}")
    post_page_move.connect(settings_changed, dispatch_uid="wpr_access_move")
    post_save.connect(page_saved, dispatch_uid="wpr_access_page")
    post_migrate.connect(database_replaced, dispatch_uid="wpr_access_migrate")
    post_delete.connect(user_deleted, sender=get_user_model(), dispatch_uid="wpr_access_user")


def settings_changed(**kwargs: Any) -> None:
    """An access or meter setting was written, or a page moved: paths and settings are read anew."""
    memory.changed()


def page_saved(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """A page put *between* others shifts the paths of those after it; elsewhere this costs one look."""
    if created and isinstance(instance, get_page_model()):
        memory.changed()


def database_replaced(**kwargs: Any) -> None:
    """Tables were migrated or flushed: nothing that is remembered need be true."""
    memory.forget()


def user_deleted(instance: Any, **kwargs: Any) -> None:
    """Whoever deletes an account deletes what it read."""
    from wagtail_wpr.access.ledger import forget_reader

    forget_reader(instance.pk)
