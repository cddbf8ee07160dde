from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save

from wagtail_wpr.access import memory


def copy_changed(**kwargs: Any) -> None:
    """The words of walls are remembered beside the settings of access, and forgotten with them."""
    memory.changed()


def connect() -> None:
    """Drop remembered wall copy when an editor changes it."""
    from wagtail_wpr.slots.models import WallCopy

    for signal in (post_save, post_delete):
        signal.connect(copy_changed, sender=WallCopy, dispatch_uid="wagtail_wpr.wall_copy")
