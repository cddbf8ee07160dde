"""A small publication for the tests of the catalogue and the page types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from wagtail_wpr.catalogue.models import (
    CatalogueContributor,
    CatalogueEntry,
    CatalogueRegion,
    CatalogueTopic,
)
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage
from wagtail_wpr.taxonomy.models import (
    Contributor,
    PageContributor,
    PageRegion,
    PageTopic,
    Region,
    Topic,
)


def day(number: int) -> datetime:
    """Noon of a day in November 2026."""
    return datetime(2026, 11, number, 12, tzinfo=UTC)


def require_search_index() -> None:
    """Skip the test where the tables were made without migrations: SQLite then has no full-text table."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'wagtailsearch_indexentry_fts'")
        found = cursor.fetchone()
    if found is None or "VIRTUAL TABLE" not in found[0].upper():
        pytest.skip("no full-text table: run without --no-migrations")


def everything() -> list[Any]:
    """All that the tables say, without primary keys."""
    columns = [f.attname for f in CatalogueEntry._meta.concrete_fields if f.name != "id"]
    return [
        list(CatalogueEntry.objects.order_by("page_id").values_list(*columns)),
        list(CatalogueRegion.objects.order_by("entry__page_id", "key").values_list("entry__page_id", "key", "direct")),
        list(CatalogueTopic.objects.order_by("entry__page_id", "key").values_list("entry__page_id", "key")),
        list(CatalogueContributor.objects.order_by("entry__page_id", "key").values_list("entry__page_id", "key")),
    ]


class Publication:
    """A site with two sections, a small taxonomy and a way to add articles."""

    def __init__(self) -> None:
        self.en = Locale.objects.get_or_create(language_code="en")[0]
        self.de = Locale.objects.get_or_create(language_code="de")[0]
        root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root", locale=self.en))
        Site.objects.all().delete()
        Page.objects.filter(depth__gt=1).delete()
        root = Page.objects.get(pk=root.pk)
        self.root = root
        self.home = root.add_child(instance=SectionPage(title="Home", slug="start", locale=self.en))
        self.site = Site.objects.create(hostname="localhost", root_page=self.home, is_default_site=True)
        self.world = self.home.add_child(instance=SectionPage(title="World", slug="world", locale=self.en))
        self.trade = self.home.add_child(instance=SectionPage(title="Trade", slug="trade", locale=self.en))
        self.europe = Region.objects.create(name="Europe", locale=self.en)
        self.austria = Region.objects.create(name="Austria", parent=self.europe, locale=self.en)
        self.asia = Region.objects.create(name="Asia", locale=self.en)
        self.rivers = Topic.objects.create(name="Rivers", locale=self.en)
        self.ports = Topic.objects.create(name="Ports", locale=self.en)
        self.ada = Contributor.objects.create(name="Ada Berger", role="Editor", locale=self.en)

    def article(self, title: str = "The Danube", *, under: Any = None, model: Any = ArticlePage, **fields: Any) -> Any:
        """Publish an article; ``regions``, ``topics`` and ``contributors`` are lists of terms."""
        page = self.unsaved(title, model=model, **fields)
        parent = type(under or self.world).objects.get(pk=(under or self.world).pk)
        page.live = False
        parent.add_child(instance=page)
        page.save_revision().publish()
        return model.objects.get(pk=page.pk)

    def unsaved(self, title: str, *, model: Any = ArticlePage, **fields: Any) -> Any:
        """An article that is not in the database yet."""
        tags = {
            "wpr_regions": [PageRegion(region=r, sort_order=i) for i, r in enumerate(fields.pop("regions", []))],
            "wpr_topics": [PageTopic(topic=t, sort_order=i) for i, t in enumerate(fields.pop("topics", []))],
            "wpr_contributors": [
                PageContributor(contributor=c, sort_order=i) for i, c in enumerate(fields.pop("contributors", []))
            ],
        }
        if model is ArticlePage:
            fields.setdefault(
                "body",
                [
                    ("paragraph", RichText("<p>Everybody may read of the teaserword here.</p>")),
                    ("wpr_break", None),
                    ("paragraph", RichText("<p>Only some may read of the canaryword here.</p>")),
                ],
            )
        fields.setdefault("locale", self.en)
        page = model(title=title, **fields)
        for relation, rows in tags.items():
            if rows:
                setattr(page, relation, rows)
        return page

    def report(self, title: str = "Water in 2030", **fields: Any) -> ReportPage:
        """Publish a report."""
        return self.article(title, model=ReportPage, **fields)
