from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from tests.catalogue.publication import Publication
from wagtail_wpr.taxonomy.models import PageRegion, Region, Series, Topic
from wagtail_wpr.taxonomy.terms import in_locale


@pytest.mark.django_db
class TestRegionTree:
    def test_ancestors_are_the_nearest_first(self, publication: Publication) -> None:
        tyrol = Region.objects.create(name="Tyrol", parent=publication.austria, locale=publication.en)
        assert [region.name for region in tyrol.get_ancestors()] == ["Austria", "Europe"]
        assert publication.europe.get_ancestors() == []

    def test_descendants_are_at_any_depth(self, publication: Publication) -> None:
        Region.objects.create(name="Tyrol", parent=publication.austria, locale=publication.en)
        assert [region.name for region in publication.europe.get_descendants()] == ["Austria", "Tyrol"]
        assert [region.name for region in publication.europe.get_descendants(inclusive=True)] == [
            "Austria",
            "Europe",
            "Tyrol",
        ]
        assert list(publication.asia.get_descendants()) == []

    def test_a_region_cannot_be_part_of_itself(self, publication: Publication) -> None:
        publication.europe.parent = publication.austria
        with pytest.raises(ValidationError, match="cannot be part of itself"):
            publication.europe.full_clean()
        publication.asia.parent = publication.asia
        with pytest.raises(ValidationError, match="cannot be part of itself"):
            publication.asia.full_clean()

    def test_a_circle_in_the_table_ends(self, publication: Publication) -> None:
        Region.objects.filter(pk=publication.europe.pk).update(parent=publication.austria)
        europe = Region.objects.get(pk=publication.europe.pk)
        assert [region.name for region in europe.get_ancestors()] == ["Austria"]
        assert [region.name for region in europe.get_descendants()] == ["Austria"]

    def test_nesting_ends_somewhere(self, publication: Publication) -> None:
        region = publication.europe
        for number in range(5):
            region = Region.objects.create(name=f"Level {number}", parent=region, locale=publication.en)
        with pytest.raises(ValidationError, match="nested any deeper"):
            Region(name="Too deep", parent=region, locale=publication.en).full_clean()

    def test_a_parent_speaks_the_same_language(self, publication: Publication) -> None:
        with pytest.raises(ValidationError, match="same language"):
            Region(name="Österreich", parent=publication.europe, locale=publication.de).full_clean()

    def test_a_region_with_countries_cannot_be_deleted(self, publication: Publication) -> None:
        with pytest.raises(ProtectedError):
            publication.europe.delete()


@pytest.mark.django_db
class TestTranslation:
    def test_a_copy_stands_under_the_translation_of_its_parent(self, publication: Publication) -> None:
        europa = publication.europe.copy_for_translation(publication.de)
        europa.name = "Europa"
        europa.save()
        copy = publication.austria.copy_for_translation(publication.de)
        assert copy.parent == europa
        assert copy.translation_key == publication.austria.translation_key

    def test_a_copy_has_no_parent_that_was_not_translated(self, publication: Publication) -> None:
        assert publication.austria.copy_for_translation(publication.de).parent is None

    def test_the_same_slug_in_two_languages(self, publication: Publication) -> None:
        copy = publication.austria.copy_for_translation(publication.de)
        copy.full_clean()
        copy.save()
        assert copy.slug == "austria"

    def test_terms_are_read_in_one_language_with_one_query(
        self, publication: Publication, django_assert_num_queries
    ) -> None:
        fluesse = publication.rivers.copy_for_translation(publication.de)
        fluesse.name = "Flüsse"
        fluesse.save()
        with django_assert_num_queries(1):
            found = in_locale([publication.rivers, publication.ports, fluesse], publication.de.pk)
        assert [term.name for term in found] == ["Flüsse", "Ports"]
        with django_assert_num_queries(0):
            assert in_locale([publication.rivers], publication.en.pk) == [publication.rivers]


@pytest.mark.django_db
class TestSlug:
    def test_is_made_from_the_name(self, publication: Publication) -> None:
        assert publication.ada.slug == "ada-berger"
        assert Series.objects.create(name="أنهار", locale=publication.en).slug == "أنهار"
        assert Topic.objects.create(name="!", locale=publication.en).slug == "topic"

    def test_is_counted_up_where_it_is_taken(self, publication: Publication) -> None:
        assert Topic.objects.create(name="Rivers", locale=publication.en).slug == "rivers-2"
        assert Topic.objects.create(name="rivers", locale=publication.en).slug == "rivers-3"

    def test_one_that_is_taken_is_refused_in_words(self, publication: Publication) -> None:
        with pytest.raises(ValidationError, match="has that slug already"):
            Topic(name="Streams", slug="rivers", locale=publication.en).full_clean()


@pytest.mark.django_db
class TestTaggedPages:
    def test_terms_come_in_the_editors_order(self, publication: Publication) -> None:
        page = publication.article(regions=[publication.asia, publication.austria], topics=[publication.ports])
        assert [region.name for region in page.regions] == ["Asia", "Austria"]
        assert [topic.name for topic in page.topics] == ["Ports"]
        assert page.contributors == []

    def test_terms_are_read_in_the_language_of_the_page(self, publication: Publication) -> None:
        oesterreich = publication.austria.copy_for_translation(publication.de)
        oesterreich.name = "Österreich"
        oesterreich.save()
        page = publication.article(locale=publication.de, regions=[publication.austria, publication.asia])
        assert [region.name for region in page.regions] == ["Österreich", "Asia"]

    def test_a_draft_shows_what_was_chosen_so_far(self, publication: Publication) -> None:
        page = publication.article(regions=[publication.asia])
        page.wpr_regions = [PageRegion(region=publication.austria, sort_order=0)]
        assert [region.name for region in page.regions] == ["Austria"]
        page.save_revision()
        live = type(page).objects.get(pk=page.pk)
        assert [region.name for region in live.regions] == ["Asia"]
        assert [region.name for region in live.get_latest_revision_as_object().regions] == ["Austria"]

    @pytest.mark.parametrize("term", ["austria", "rivers", "ada"])
    def test_a_term_that_is_used_cannot_be_deleted(self, publication: Publication, term: str) -> None:
        page = publication.article(
            regions=[publication.austria], topics=[publication.rivers], contributors=[publication.ada]
        )
        with pytest.raises(ProtectedError):
            getattr(publication, term).delete()
        page.delete()
        getattr(publication, term).delete()

    def test_rows_go_with_their_page_and_are_copied_with_it(self, publication: Publication) -> None:
        page = publication.article(regions=[publication.austria])
        copy = page.copy(update_attrs={"slug": "copy"})
        assert [region.name for region in copy.regions] == ["Austria"]
        page.delete()
        assert PageRegion.objects.count() == 1
