from __future__ import annotations

from django.db.models.signals import post_delete, post_save

from wagtail_wpr.slots import copy


def connect() -> None:
    """Drop remembered wall copy when an editor changes it."""
    from wagtail_wpr.slots.models import WallCopy

    for signal in (post_save, post_delete):
        signal.connect(copy.forget, sender=WallCopy, dispatch_uid="wagtail_wpr.wall_copy")
