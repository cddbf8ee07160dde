"""Ready-made page types. A host with a page model of its own leaves this app out and uses the mixins."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, TabbedInterface
from wagtail.models import Page

from wagtail_wpr.access.panels import AccessPanel
from wagtail_wpr.content.fields import MeteredStreamField
from wagtail_wpr.content.pages import ArticleMixin, ReportMixin, SectionMixin
from wagtail_wpr.content.preview import MeteredPreviewMixin
from wagtail_wpr.pages.blocks import ArticleBodyBlock, ChaptersBlock
from wagtail_wpr.taxonomy.panels import taxonomy_panels


def tabs(content: list[Any], about: list[Any], promote: list[Any], settings: list[Any]) -> TabbedInterface:
    """Return the editor's tabs in the order in which a text comes into being."""
    shown = [
        ObjectList(content, heading=_("Content")),
        ObjectList(about, heading=_("About")) if about else None,
        ObjectList([AccessPanel()], heading=_("Access")),
        ObjectList(promote, heading=_("Promote")),
        ObjectList(settings, heading=_("Settings")) if settings else None,
    ]
    return TabbedInterface([tab for tab in shown if tab is not None])


class ArticlePage(MeteredPreviewMixin, ArticleMixin, Page):
    """An article with a metered body."""

    body = MeteredStreamField(ArticleBodyBlock(), blank=True, verbose_name=_("text"))

    content_panels = [*Page.content_panels, *ArticleMixin.wpr_panels, FieldPanel("body")]
    edit_handler = tabs(
        content_panels,
        [*taxonomy_panels(), *ArticleMixin.wpr_detail_panels],
        Page.promote_panels,
        Page.settings_panels,
    )
    # The body is in neither: what is named here can be searched, filtered or ordered by, by anybody.
    search_fields = [*Page.search_fields, *ArticleMixin.wpr_search_fields]
    api_fields = ArticleMixin.wpr_api_fields

    subpage_types: list[str] = []
    template = "wagtail_wpr_pages/article_page.html"
    context_object_name = "article"
    page_description = _("A text with a teaser for everybody and a body behind the wall.")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")


class ReportPage(MeteredPreviewMixin, ReportMixin, Page):
    """A report in chapters, each with an opening for everybody."""

    chapters = MeteredStreamField(ChaptersBlock(), blank=True, verbose_name=_("chapters"))

    content_panels = [*Page.content_panels, *ReportMixin.wpr_panels, FieldPanel("chapters")]
    edit_handler = tabs(
        content_panels,
        [*taxonomy_panels(), *ReportMixin.wpr_detail_panels],
        Page.promote_panels,
        Page.settings_panels,
    )
    search_fields = [*Page.search_fields, *ReportMixin.wpr_search_fields]
    api_fields = ReportMixin.wpr_api_fields

    subpage_types: list[str] = []
    template = "wagtail_wpr_pages/report_page.html"
    context_object_name = "report"
    page_description = _("A long text in chapters, with a cover and key findings.")

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")


class SectionPage(SectionMixin, Page):
    """A section that lists what stands below it. Its access is inherited by all of it."""

    content_panels = [*Page.content_panels, *SectionMixin.wpr_panels]
    edit_handler = tabs(content_panels, [], Page.promote_panels, Page.settings_panels)
    search_fields = [*Page.search_fields, *SectionMixin.wpr_search_fields]
    api_fields = SectionMixin.wpr_api_fields

    template = "wagtail_wpr_pages/section_page.html"
    context_object_name = "section"
    page_description = _("Lists the articles and reports below it and sets who may read them.")

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
