from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction, Site

from tests.catalogue.publication import Publication, day, everything
from wagtail_wpr import catalogue
from wagtail_wpr.catalogue.models import (
    CatalogueEntry,
    CatalogueRegion,
)
from wagtail_wpr.pages.models import ArticlePage, SectionPage
from wagtail_wpr.taxonomy.models import Series


def titles(found: Any) -> list[str]:
    return [entry.title for entry in found]


def public(**kwargs: Any) -> list[str]:
    return sorted(titles(catalogue.entries(**kwargs)))


@pytest.mark.django_db
class TestAPublishedPage:
    def test_has_a_row_that_says_it_all(self, publication: Publication) -> None:
        series = Series.objects.create(name="Water", locale=publication.en)
        page = publication.article(
            regions=[publication.austria],
            topics=[publication.rivers],
            contributors=[publication.ada],
            format="briefing",
            standfirst="What the river carries.",
            date_published=day(3),
            date_updated=day(5),
            series=series,
            series_position=2,
        )
        entry = CatalogueEntry.objects.get(page=page)
        assert (entry.title, entry.kind, entry.format) == ("The Danube", "article", "briefing")
        assert entry.summary == "What the river carries."
        assert (entry.published_at, entry.updated_at) == (day(3), day(5))
        assert (entry.site, entry.locale) == (publication.site, publication.en)
        assert entry.region_names == ["Austria"]
        assert entry.topic_names == ["Rivers"]
        assert entry.contributor_names == ["Ada Berger"]
        assert (entry.series_key, entry.series_name, entry.series_position) == (
            series.translation_key,
            "Water",
            2,
        )
        assert entry.reading_minutes == 1
        assert entry.content_key == page.translation_key
        assert entry.url == "/world/the-danube/"
        assert entry.get_full_url() == "http://localhost/world/the-danube/"
        assert entry.kicker == "Austria"

    def test_without_a_standfirst_is_summed_up_by_its_teaser(self, publication: Publication) -> None:
        publication.article()
        assert "teaserword" in CatalogueEntry.objects.get().summary

    def test_a_body_is_in_no_row(self, publication: Publication) -> None:
        publication.article()
        publication.report()
        assert "canaryword" not in str(everything())

    def test_shows_the_day_it_went_live_unless_told_otherwise(self, publication: Publication) -> None:
        page = publication.article()
        assert CatalogueEntry.objects.get().published_at == page.first_published_at

    def test_a_section_is_not_listed(self, publication: Publication) -> None:
        assert CatalogueEntry.objects.count() == 0

    def test_a_draft_is_not_listed_and_changes_nothing(self, publication: Publication) -> None:
        page = publication.article()
        page.title = "Not yet"
        page.standfirst = "Not yet."
        page.save_revision()
        entry = CatalogueEntry.objects.get()
        assert (entry.title, "teaserword" in entry.summary) == ("The Danube", True)
        publication.world.add_child(instance=publication.unsaved("Draft", live=False))
        assert public() == ["The Danube"]

    def test_changes_when_it_is_published_again(self, publication: Publication) -> None:
        page = publication.article(regions=[publication.austria])
        page.title = "The Rhine"
        page.wpr_regions.clear()
        page.save_revision().publish()
        entry = CatalogueEntry.objects.get()
        assert (entry.title, entry.region_names) == ("The Rhine", [])
        assert CatalogueRegion.objects.count() == 0

    def test_saved_live_by_code_is_listed_with_its_terms(self, publication: Publication) -> None:
        publication.world.add_child(instance=publication.unsaved("Plain", regions=[publication.austria]))
        entry = CatalogueEntry.objects.get()
        assert (entry.title, entry.region_names) == ("Plain", ["Austria"])
        assert titles(catalogue.entries().in_region(publication.europe)) == ["Plain"]

    def test_loses_its_row_when_unpublished_or_deleted(self, publication: Publication) -> None:
        page = publication.article()
        page.unpublish()
        assert CatalogueEntry.objects.count() == 0
        page.save_revision().publish()
        assert public() == ["The Danube"]
        page.delete()
        assert CatalogueEntry.objects.count() == 0
        assert CatalogueRegion.objects.count() == 0

    def test_a_copy_that_is_live_is_listed(self, publication: Publication) -> None:
        page = publication.article()
        page.copy(update_attrs={"slug": "copy", "title": "Copy"})
        assert public() == ["Copy", "The Danube"]
        page.copy(update_attrs={"slug": "copy-2", "title": "Copy 2"}, keep_live=False)
        assert public() == ["Copy", "The Danube"]

    def test_a_page_type_may_keep_a_page_out(self, publication: Publication, monkeypatch: Any) -> None:
        page = publication.article()
        monkeypatch.setattr(ArticlePage, "wpr_in_catalogue", lambda self: self.title != "The Danube")
        page.save_revision().publish()
        assert public() == []


@pytest.mark.django_db
class TestTheTree:
    def test_a_moved_page_is_found_at_its_new_place(self, publication: Publication) -> None:
        page = publication.article()
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=publication.trade.pk), pos="last-child")
        assert CatalogueEntry.objects.get().url == "/trade/the-danube/"
        assert titles(catalogue.entries().under(publication.trade)) == ["The Danube"]
        assert titles(catalogue.entries().under(publication.world)) == []

    def test_pages_of_a_moved_section_follow_it(self, publication: Publication) -> None:
        publication.article()
        Page.objects.get(pk=publication.world.pk).move(Page.objects.get(pk=publication.trade.pk), pos="last-child")
        assert CatalogueEntry.objects.get().url == "/trade/world/the-danube/"
        assert titles(catalogue.entries().under(Page.objects.get(pk=publication.trade.pk))) == ["The Danube"]

    def test_reordered_sections_keep_their_pages(self, publication: Publication) -> None:
        publication.article()
        publication.article("Ports", under=publication.trade)
        Page.objects.get(pk=publication.trade.pk).move(Page.objects.get(pk=publication.world.pk), pos="left")
        assert titles(catalogue.entries().under(Page.objects.get(pk=publication.world.pk))) == ["The Danube"]
        assert titles(catalogue.entries().under(Page.objects.get(pk=publication.trade.pk))) == ["Ports"]

    def test_pages_of_a_renamed_section_have_its_new_address(
        self, publication: Publication, django_capture_on_commit_callbacks
    ) -> None:
        publication.article()
        section = SectionPage.objects.get(pk=publication.world.pk)
        section.slug = "the-world"
        with django_capture_on_commit_callbacks(execute=True):
            section.save_revision().publish()
        assert CatalogueEntry.objects.get().url == "/the-world/the-danube/"

    def test_a_renamed_page_has_its_new_address(self, publication: Publication) -> None:
        page = publication.article()
        page.slug = "danube"
        page.save()
        assert CatalogueEntry.objects.get().url == "/world/danube/"

    def test_a_page_outside_every_site_is_not_found(self, publication: Publication) -> None:
        page = publication.article()
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=publication.root.pk), pos="last-child")
        assert public() == []
        assert CatalogueEntry.objects.get().url is None

    def test_a_new_site_takes_its_pages(self, publication: Publication) -> None:
        publication.article()
        publication.article("Ports", under=publication.trade)
        trade = Site.objects.create(hostname="trade.example", root_page=Page.objects.get(pk=publication.trade.pk))
        assert public(site=trade) == ["Ports"]
        assert public(site=publication.site) == ["The Danube"]
        assert [entry.url for entry in catalogue.entries(site=trade)] == ["http://trade.example/ports/"]
        trade.delete()
        assert public(site=publication.site) == ["Ports", "The Danube"]


@pytest.mark.django_db
class TestRestrictedPages:
    def restrict(self, page: Any) -> PageViewRestriction:
        return PageViewRestriction.objects.create(
            page=Page.objects.get(pk=page.pk), restriction_type=PageViewRestriction.LOGIN
        )

    def test_are_left_out_at_once_and_come_back(self, publication: Publication) -> None:
        page = publication.article()
        restriction = self.restrict(page)
        assert public() == []
        restriction.delete()
        assert public() == ["The Danube"]

    def test_a_restricted_section_hides_what_is_below(self, publication: Publication) -> None:
        publication.article()
        publication.article("Ports", under=publication.trade)
        self.restrict(publication.world)
        assert public() == ["Ports"]
        publication.article("Hidden too")
        assert public() == ["Ports"]

    def test_a_page_moved_into_a_restricted_section_is_hidden(self, publication: Publication) -> None:
        page = publication.article()
        self.restrict(publication.trade)
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=publication.trade.pk), pos="last-child")
        assert public() == []

    def test_an_alias_of_a_restricted_page_is_hidden(self, publication: Publication) -> None:
        page = publication.article()
        alias = page.create_alias(parent=publication.trade)
        alias.create_alias(parent=publication.home)
        self.restrict(page)
        assert public(aliases=True) == []

    def test_are_not_related_to_anything(self, publication: Publication) -> None:
        page = publication.article(topics=[publication.rivers])
        other = publication.article("Other", topics=[publication.rivers])
        self.restrict(other)
        assert catalogue.related_to(page) == []


@pytest.mark.django_db
class TestAliasesAndTranslations:
    def test_an_alias_beside_its_source_is_listed_once(self, publication: Publication) -> None:
        page = publication.article()
        page.create_alias(parent=publication.trade)
        assert public() == ["The Danube"]
        assert [entry.page_id for entry in catalogue.entries()] == [page.pk]
        assert public(aliases=True) == ["The Danube", "The Danube"]

    def test_a_section_shows_an_alias_placed_in_it_but_never_both(self, publication: Publication) -> None:
        page = publication.article()
        alias = page.create_alias(parent=publication.trade)
        assert [e.page_id for e in catalogue.entries_below(Page.objects.get(pk=publication.trade.pk))] == [alias.pk]
        assert [e.page_id for e in catalogue.entries_below(Page.objects.get(pk=publication.home.pk))] == [page.pk]

    def test_an_alias_follows_its_source(self, publication: Publication) -> None:
        page = publication.article()
        page.create_alias(parent=publication.trade)
        page.title = "The Rhine"
        page.save_revision().publish()
        assert public(aliases=True) == ["The Rhine", "The Rhine"]
        page.unpublish()
        assert public(aliases=True) == []

    def test_an_alias_of_a_deleted_page_is_listed_once_it_is_published_again(self, publication: Publication) -> None:
        page = publication.article()
        alias = page.create_alias(parent=publication.trade)
        ArticlePage.objects.get(pk=page.pk).delete()
        assert public(aliases=True) == []
        ArticlePage.objects.get(pk=alias.pk).save_revision().publish()
        assert [entry.page_id for entry in catalogue.entries()] == [alias.pk]

    def test_an_alias_made_a_page_of_its_own_is_listed(self, publication: Publication) -> None:
        page = publication.article()
        alias = page.create_alias(parent=publication.trade)
        alias.alias_of = None
        alias.save(update_fields=["alias_of"])
        assert public() == ["The Danube", "The Danube"]

    def test_a_translation_is_listed_in_its_language(self, publication: Publication) -> None:
        home = publication.home.copy_for_translation(publication.de)
        home.save_revision().publish()
        page = publication.article(under=publication.home, regions=[publication.austria])
        europa = publication.europe.copy_for_translation(publication.de)
        europa.save()
        oesterreich = publication.austria.copy_for_translation(publication.de)
        oesterreich.name = "Österreich"
        oesterreich.save()
        german = page.copy_for_translation(publication.de)
        assert public(locale=publication.de) == []
        german.title = "Die Donau"
        german.save_revision().publish()
        assert public(locale=publication.de) == ["Die Donau"]
        assert public(locale=publication.en) == ["The Danube"]
        assert CatalogueEntry.objects.get(title="Die Donau").region_names == ["Österreich"]
        assert CatalogueEntry.objects.get(title="Die Donau").site == publication.site
        assert len(catalogue.entries().in_region(europa)) == 2

    def test_an_alias_in_another_language_stands_in_for_the_translation(self, publication: Publication) -> None:
        home = publication.home.copy_for_translation(publication.de)
        home.save_revision().publish()
        page = publication.article(under=publication.home)
        page.copy_for_translation(publication.de, alias=True)
        assert public(locale=publication.de) == ["The Danube"]


@pytest.mark.django_db
class TestTerms:
    def test_a_renamed_term_is_renamed_in_the_rows(self, publication: Publication) -> None:
        publication.article(regions=[publication.austria], topics=[publication.rivers], contributors=[publication.ada])
        for term, name in ((publication.austria, "A"), (publication.rivers, "R"), (publication.ada, "B")):
            term.name = name
            term.save()
        entry = CatalogueEntry.objects.get()
        assert (entry.region_names, entry.topic_names, entry.contributor_names) == (["A"], ["R"], ["B"])

    def test_a_renamed_series_is_renamed_in_the_rows(self, publication: Publication) -> None:
        series = Series.objects.create(name="Water", locale=publication.en)
        publication.article(series=series)
        series.name = "Rivers and seas"
        series.save()
        assert CatalogueEntry.objects.get().series_name == "Rivers and seas"

    def test_a_country_that_changes_its_region_takes_its_pages_along(self, publication: Publication) -> None:
        publication.article(regions=[publication.austria])
        publication.austria.parent = publication.asia
        publication.austria.save()
        assert titles(catalogue.entries().in_region(publication.asia)) == ["The Danube"]
        assert titles(catalogue.entries().in_region(publication.europe)) == []

    def test_a_translation_of_a_term_is_used_from_then_on(self, publication: Publication) -> None:
        publication.article(locale=publication.de, topics=[publication.rivers])
        assert CatalogueEntry.objects.get().topic_names == ["Rivers"]
        german = publication.rivers.copy_for_translation(publication.de)
        german.name = "Flüsse"
        german.save()
        assert CatalogueEntry.objects.get().topic_names == ["Flüsse"]
        german.delete()
        assert CatalogueEntry.objects.get().topic_names == ["Rivers"]

    def test_saving_a_term_unchanged_touches_no_row(self, publication: Publication) -> None:
        publication.article(topics=[publication.rivers])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            publication.rivers.save()
        assert [q["sql"] for q in queries if "catalogue" in q["sql"]] == []
