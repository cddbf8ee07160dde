from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from tests.catalogue.publication import Publication, everything
from wagtail_wpr import catalogue
from wagtail_wpr.catalogue.models import CatalogueEntry
from wagtail_wpr.pages.models import ArticlePage


@pytest.mark.django_db
class TestRebuild:
    def fill(self, publication: Publication, number: int) -> None:
        for index in range(number):
            publication.article(
                f"Article {index}",
                regions=[publication.austria, publication.asia],
                topics=[publication.rivers],
                contributors=[publication.ada],
            )

    def test_says_the_same_as_the_signals(self, publication: Publication) -> None:
        self.fill(publication, 3)
        page = publication.article(locale=publication.de, topics=[publication.ports])
        page.create_alias(parent=publication.trade)
        publication.report(regions=[publication.europe])
        hidden = publication.article("Hidden", under=publication.trade)
        PageViewRestriction.objects.create(
            page=Page.objects.get(pk=hidden.pk), restriction_type=PageViewRestriction.LOGIN
        )
        Page.objects.get(pk=publication.world.pk).move(Page.objects.get(pk=publication.trade.pk), pos="last-child")
        kept = everything()
        assert len(kept[0]) == 7
        CatalogueEntry.objects.all().delete()
        call_command("wpr_catalogue", verbosity=0)
        assert everything() == kept
        call_command("wpr_catalogue", verbosity=0)
        assert everything() == kept

    def test_removes_rows_that_have_nothing_to_list(self, publication: Publication) -> None:
        page = publication.article()
        Page.objects.filter(pk=page.pk).update(live=False)
        call_command("wpr_catalogue", verbosity=0)
        assert CatalogueEntry.objects.count() == 0

    def test_asks_the_same_number_of_queries_for_few_and_many(self, publication: Publication) -> None:
        self.fill(publication, 2)
        with CaptureQueriesContext(connection) as few:
            call_command("wpr_catalogue", verbosity=0)
        self.fill(publication, 10)
        with CaptureQueriesContext(connection) as many:
            call_command("wpr_catalogue", verbosity=0)
        assert len(many) == len(few)

    def test_batches_write_everything(self, publication: Publication, capsys) -> None:
        self.fill(publication, 5)
        CatalogueEntry.objects.all().delete()
        call_command("wpr_catalogue", batch_size=2)
        assert CatalogueEntry.objects.count() == 5
        assert "5 pages in the catalogue" in capsys.readouterr().out

    def test_refresh_writes_many_pages_with_few_queries(self, publication: Publication) -> None:
        self.fill(publication, 10)
        CatalogueEntry.objects.all().delete()
        pages = list(ArticlePage.objects.all())
        with CaptureQueriesContext(connection) as queries:
            assert catalogue.refresh(pages) == 10
        assert len(queries) <= 18
        assert CatalogueEntry.objects.count() == 10

    def test_refresh_takes_pages_of_the_base_type(self, publication: Publication) -> None:
        self.fill(publication, 2)
        CatalogueEntry.objects.all().delete()
        assert catalogue.refresh(Page.objects.all()) == 2
