from __future__ import annotations

from base.models import BasePage
from wagtail import blocks
from wagtail.admin.panels import FieldPanel

from wagtail_wpr.access.panels import AccessPanel
from wagtail_wpr.content.fields import MeteredStreamField


class StoryPage(BasePage):
    body = MeteredStreamField([("paragraph", blocks.RichTextBlock())])

    template = "stories/story_page.html"
    content_panels = [*BasePage.content_panels, FieldPanel("body"), AccessPanel()]
