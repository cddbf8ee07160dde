"""The front page."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.models import Page

from wagtail_wpr import catalogue
from wagtail_wpr.taxonomy.models import Region


class FrontPage(Page):
    """The first page, read from the catalogue: the lead, the newest, reports as covers, regions."""

    lead = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Left empty, the newest article leads.",
    )
    offer = models.CharField(
        max_length=255,
        blank=True,
        help_text="One sentence on what a subscription gives. Left empty, none is shown.",
    )

    content_panels = [*Page.content_panels, PageChooserPanel("lead"), FieldPanel("offer")]
    parent_page_types = ["wagtailcore.Page"]
    max_count_per_parent = 8
    template = "publication/front_page.html"
    context_object_name = "front"

    class Meta:
        verbose_name = "front page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the lists of the page."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        below = catalogue.entries(locale=self.locale_id).with_images()
        articles = list(below.of_kind("article").newest()[:14])
        lead = next((entry for entry in articles if entry.page_id == self.lead_id), None)
        if lead is None:
            lead = articles[0] if articles else None
        others = [entry for entry in articles if entry is not lead]
        context |= {
            "lead_entry": lead,
            "beside": others[:3],
            "more": others[3:9],
            "reports": list(below.of_kind("report").newest()[:2]),
            "regions": self._regions(),
        }
        return context

    def _regions(self) -> list[tuple[Region, list[Any]]]:
        """Return the large regions that have a mark, with what is newest from each; none with nothing to read."""
        regions = (
            Region.objects.filter(parent=None, image__isnull=False, locale_id=self.locale_id)
            .select_related("image")
            .order_by("pk")
        )
        found = []
        for region in regions[:6]:
            newest = list(catalogue.entries(locale=self.locale_id).in_region(region).newest()[:3])
            if newest:
                found.append((region, newest))
        return found
