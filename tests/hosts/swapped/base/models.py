from __future__ import annotations

from django.db import models
from wagtail.models import AbstractPage


class BasePage(AbstractPage):
    """Stands where Wagtail's own Page stands elsewhere."""

    kicker = models.CharField(max_length=80, blank=True)

    promote_panels = [*AbstractPage.promote_panels, "kicker"]
    template = "stories/page.html"
