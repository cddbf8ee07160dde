"""What changes remembered words and ways of delivery, who comes in and leaves, and when counts are written down."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.signals import request_finished
from django.db.models.signals import post_delete, post_save

from wagtail_wpr.access import marker, memory
from wagtail_wpr.slots import counting, staleness


def connect() -> None:
    """Connect the signal handlers of this room."""
    from wagtail_wpr.slots.models import DeliverySettings, WallCopy

    for signal in (post_save, post_delete):
        signal.connect(settings_changed, sender=WallCopy, dispatch_uid="wagtail_wpr.wall_copy")
        signal.connect(settings_changed, sender=DeliverySettings, dispatch_uid="wagtail_wpr.delivery")
    user_logged_in.connect(came_in, dispatch_uid="wagtail_wpr.came_in")
    user_logged_out.connect(left, dispatch_uid="wagtail_wpr.left")
    request_finished.connect(counting.write_down, dispatch_uid="wagtail_wpr.counts")
    staleness.connect()


def settings_changed(**kwargs: Any) -> None:
    """The words of walls or a site's way of delivery were written: every process reads them anew."""
    memory.changed()


def came_in(request: Any = None, **kwargs: Any) -> None:
    """Somebody signed in, in whichever way the host has."""
    marker.note(request, True)


def left(request: Any = None, **kwargs: Any) -> None:
    """Somebody signed out."""
    marker.note(request, False)
