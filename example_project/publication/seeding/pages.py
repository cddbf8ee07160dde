"""The tree: a front page a language, its sections, articles and reports."""

from __future__ import annotations

import html
import json
from typing import Any

from django.utils import timezone
from wagtail.models import Locale, Page, Site

from example_project.content.loader import Piece
from example_project.publication.dates import moment_of
from example_project.publication.models import FrontPage
from example_project.publication.seeding import images, streams
from example_project.publication.seeding.taxonomy import Terms
from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage
from wagtail_wpr.taxonomy.models import PageContributor, PageRegion, PageTopic


#: Titles of the sections that the other languages have; the rest stay away until there is something in them.
SECTION_TITLES = {
    ("dispatches", "ar"): "رسائل",
    ("dispatches", "de"): "Reportagen",
    ("opinion", "de"): "Meinung",
    ("analysis", "de"): "Analyse",
    ("analysis", "ar"): "تحليل",
}


def seed_pages(publication: dict[str, Any], articles: list[Piece], reports: list[Piece], terms: Terms) -> None:
    """Make or update every page of the publication."""
    front = _front(publication)
    sections = {row["slug"]: _section(front, row) for row in publication["sections"]}
    for piece in [*articles, *reports]:
        _story(_home(sections[piece.meta["section"]], piece.meta["language"]), piece, terms)
    lead = ArticlePage.objects.filter(slug=publication["front"]["lead"]).first()
    if front.lead_id != (lead.pk if lead else None):
        front.lead = lead
        front.save_revision().publish()


def _front(publication: dict[str, Any]) -> FrontPage:
    front = FrontPage.objects.filter(locale=Locale.get_default()).first()
    if front is None:
        front = FrontPage(title=publication["name"], slug="front", offer=publication["subscription_line"])
        Page.get_first_root_node().add_child(instance=front)
        front.save_revision().publish()
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True, hostname="127.0.0.1")
    welcome = site.root_page if site.pk else None
    site.root_page, site.site_name = front, publication["name"]
    site.save()
    if welcome is not None and type(welcome.specific) is Page:
        Page.objects.get(pk=welcome.pk).delete()
        front = FrontPage.objects.get(pk=front.pk)
    return front


def _section(front: FrontPage, row: dict[str, Any]) -> SectionPage:
    section = SectionPage.objects.child_of(front).filter(slug=row["slug"]).first()
    if section is None:
        section = SectionPage(title=row["title"], slug=row["slug"], show_in_menus=True)
        section.introduction = f"<p>{html.escape(row['introduction'], quote=False)}</p>"
        front.add_child(instance=section)
        section.save_revision().publish()
    return section


def _home(section: SectionPage, language: str) -> SectionPage:
    """Return the section in that language, made where it is missing."""
    if language == section.locale.language_code:
        return section
    locale, _new = Locale.objects.get_or_create(language_code=language)
    found = section.get_translation_or_none(locale)
    if found is None:
        front = section.get_parent().specific
        if front.get_translation_or_none(locale) is None:
            copy = front.copy_for_translation(locale)
            copy.lead, copy.offer = None, ""
            copy.save_revision().publish()
        found = section.copy_for_translation(locale)
        found.title = SECTION_TITLES.get((section.slug, language), section.title)
        found.introduction = ""
        found.save_revision().publish()
    return SectionPage.objects.get(pk=found.pk)


def _story(parent: SectionPage, piece: Piece, terms: Terms) -> None:
    model: Any = ReportPage if piece.chapters else ArticlePage
    page = model.objects.filter(slug=piece.slug, locale=parent.locale).first() or model(slug=piece.slug)
    _describe(page, piece, terms)
    if piece.chapters:
        page.cover = images.cover(piece.meta["picture"], piece.slug, piece.title)
        page.introduction = _paragraphs(piece.meta["introduction"])
        page.key_findings = _list(piece.meta["key_findings"])
        page.chapters = json.dumps(streams.chapters(piece))
    else:
        page.lead_image = images.motif(piece.meta["picture"], piece.slug, piece.title)
        page.lead_image_alt = piece.meta.get("picture_alt", "")
        page.lead_image_caption = piece.meta.get("picture_caption", "")
        page.body = json.dumps(streams.article_body(piece))
    if page.pk is None:
        page.locale = parent.locale
        parent.add_child(instance=page)
    page.save_revision().publish()


def _describe(page: Any, piece: Piece, terms: Terms) -> None:
    meta = piece.meta
    page.title, page.standfirst = piece.title, meta["standfirst"]
    page.format = meta.get("format", "analysis")
    page.date_published = page.first_published_at = moment_of(meta, timezone.now())
    page.correction = meta.get("correction", "")
    page.series = terms.series.get(meta.get("series") or "")
    # As lists: they replace what an earlier seeding wrote.
    page.wpr_regions = [PageRegion(region=terms.regions[slug]) for slug in meta.get("regions", [])]
    page.wpr_topics = [PageTopic(topic=terms.topics[slug]) for slug in meta.get("topics", [])]
    page.wpr_contributors = [
        PageContributor(contributor=terms.contributors[slug]) for slug in meta.get("contributors", [])
    ]
    is_inherited = meta["access"] in ("inherit", "metered")  # the site's default is metered
    page.wpr_access = [] if is_inherited else [AccessSetting(access=meta["access"])]


def _paragraphs(parts: list[str]) -> str:
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts)


def _list(parts: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(part, quote=False)}</li>" for part in parts) + "</ul>"
