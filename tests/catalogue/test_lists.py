from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page

from tests.catalogue.publication import Publication, day
from wagtail_wpr import catalogue
from wagtail_wpr.taxonomy.models import Series


def titles(found: Any) -> list[str]:
    return [entry.title for entry in found]


@pytest.mark.django_db
class TestQueries:
    def test_a_page_tagged_with_a_country_is_found_under_its_region_in_one_query(
        self, publication: Publication, django_assert_num_queries
    ) -> None:
        publication.article("Vienna", regions=[publication.austria], date_published=day(2))
        publication.article("Brussels", regions=[publication.europe], date_published=day(3))
        publication.article("Tokyo", regions=[publication.asia])
        with django_assert_num_queries(1):
            assert titles(catalogue.entries().in_region(publication.europe).newest()) == [
                "Brussels",
                "Vienna",
            ]
        with django_assert_num_queries(1):
            assert titles(catalogue.entries().in_region(publication.austria)) == ["Vienna"]

    def test_a_page_tagged_with_a_country_and_its_region_is_found_once(self, publication: Publication) -> None:
        publication.article("Vienna", regions=[publication.austria, publication.europe])
        assert titles(catalogue.entries().in_region(publication.europe)) == ["Vienna"]

    def test_questions_follow_each_other(self, publication: Publication, django_assert_num_queries) -> None:
        both = {"regions": [publication.austria], "topics": [publication.rivers]}
        publication.article("One", contributors=[publication.ada], **both)
        publication.article("Two", topics=[publication.rivers])
        publication.article("Three", under=publication.trade, contributors=[publication.ada], **both)
        publication.report("Four", contributors=[publication.ada], **both)
        with django_assert_num_queries(1):
            found = (
                catalogue.entries(site=publication.site, locale=publication.en)
                .in_region(publication.europe)
                .about(publication.rivers)
                .by(publication.ada)
                .under(publication.world)
                .of_kind("article")
                .newest()
            )
            assert titles(found) == ["One"]

    def test_newest_first_by_the_day_shown(self, publication: Publication) -> None:
        for number in (4, 9, 2):
            publication.article(f"Day {number}", date_published=day(number))
        assert titles(catalogue.entries().newest()) == ["Day 9", "Day 4", "Day 2"]
        assert titles(catalogue.entries().since(day(4)).newest()) == ["Day 9", "Day 4"]
        assert titles(catalogue.entries().before(day(4))) == ["Day 2"]

    def test_parts_of_a_series_in_their_order(self, publication: Publication) -> None:
        series = Series.objects.create(name="Water", locale=publication.en)
        for part in (2, 1, 3):
            publication.article(f"Part {part}", series=series, series_position=part)
        assert titles(catalogue.entries().in_series(series)) == ["Part 1", "Part 2", "Part 3"]

    def test_formats_and_pages_left_out(self, publication: Publication) -> None:
        page = publication.article("Column", format="column")
        publication.article("Interview", format="interview")
        assert titles(catalogue.entries().of_format("column")) == ["Column"]
        assert titles(catalogue.entries().without(page)) == ["Interview"]
        assert titles(catalogue.entries().without(catalogue.entries().of_format("column").get())) == ["Interview"]

    def test_a_list_of_fifty_is_one_query_with_all_it_shows(
        self, publication: Publication, django_assert_num_queries
    ) -> None:
        for number in range(12):
            publication.article(f"Article {number}", regions=[publication.austria], contributors=[publication.ada])
        catalogue.entries()[0].get_url()
        with django_assert_num_queries(1):
            shown = [
                (
                    entry.title,
                    entry.url,
                    entry.summary,
                    entry.kicker,
                    entry.contributor_names,
                    entry.reading_minutes,
                )
                for entry in catalogue.entries().newest()[:50]
            ]
        assert len(shown) == 12


@pytest.mark.django_db
class TestRelated:
    def test_a_series_comes_before_topics_and_topics_before_regions(
        self, publication: Publication, django_assert_num_queries
    ) -> None:
        series = Series.objects.create(name="Water", locale=publication.en)
        page = publication.article(
            regions=[publication.austria], topics=[publication.rivers], series=series, date_published=day(1)
        )
        publication.article("Series", series=series, date_published=day(2))
        publication.article("Topic", topics=[publication.rivers], date_published=day(3))
        publication.article("Both", topics=[publication.rivers], regions=[publication.austria], date_published=day(4))
        publication.article("Region", regions=[publication.austria], date_published=day(5))
        publication.article("Nothing", topics=[publication.ports], regions=[publication.asia], date_published=day(6))
        with django_assert_num_queries(1):
            assert titles(catalogue.related_to(page)) == ["Series", "Both", "Topic", "Region"]
        assert titles(catalogue.related_to(page, 2)) == ["Series", "Both"]
        assert catalogue.related_to(page, 0) == []

    def test_equals_are_newest_first(self, publication: Publication) -> None:
        page = publication.article(topics=[publication.rivers])
        for number in (5, 8, 6):
            publication.article(f"Day {number}", topics=[publication.rivers], date_published=day(number))
        assert titles(catalogue.related_to(page, 2)) == ["Day 8", "Day 6"]

    def test_a_page_is_not_related_to_itself_in_any_form(self, publication: Publication) -> None:
        page = publication.article(topics=[publication.rivers])
        alias = page.create_alias(parent=publication.trade)
        assert catalogue.related_to(page) == []
        assert catalogue.related_to(alias) == []

    def test_a_draft_finds_by_what_was_chosen_so_far(self, publication: Publication) -> None:
        publication.article("Found", topics=[publication.rivers])
        draft = publication.world.add_child(
            instance=publication.unsaved("Draft", live=False, topics=[publication.rivers])
        )
        assert titles(catalogue.related_to(draft)) == ["Found"]

    def test_a_page_without_terms_or_row_has_none(self, publication: Publication) -> None:
        page = publication.article()
        publication.article("Other")
        assert catalogue.related_to(page) == []
        assert catalogue.related_to(Page.objects.get(pk=publication.home.pk)) == []

    def test_other_languages_stay_out(self, publication: Publication) -> None:
        page = publication.article(topics=[publication.rivers])
        publication.article("Deutsch", locale=publication.de, topics=[publication.rivers])
        assert catalogue.related_to(page) == []
