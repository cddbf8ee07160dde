from __future__ import annotations

from django.db import models
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page

from wagtail_wpr.access.panels import AccessPanel
from wagtail_wpr.content.fields import MeteredStreamField


class Photo(AbstractImage):
    caption = models.CharField(max_length=255, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "caption")

    def __str__(self) -> str:
        return self.title


class PhotoRendition(AbstractRendition):
    image = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]

    def __str__(self) -> str:
        return self.filter_spec


class Paper(AbstractDocument):
    reference = models.CharField(max_length=40, blank=True)

    admin_form_fields = (*Document.admin_form_fields, "reference")

    def __str__(self) -> str:
        return self.title


class StoryPage(Page):
    body = MeteredStreamField([("paragraph", blocks.RichTextBlock())])

    content_panels = [*Page.content_panels, FieldPanel("body"), AccessPanel()]
