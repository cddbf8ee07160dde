from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page
from wagtail.rich_text import RichText
from wagtail.search.backends import get_search_backend

from tests.catalogue.publication import Publication, day, require_search_index
from wagtail_wpr.pages.models import ArticlePage, ReportPage


def words(number: int, word: str = "word") -> RichText:
    return RichText(f"<p>{' '.join([word] * number)}</p>")


CHAPTERS = [
    (
        "chapter",
        {
            "title": "The source",
            "content": {
                "teaser": [("paragraph", RichText("<p>The openingword of it.</p>"))],
                "body": [("paragraph", RichText("<p>The canaryword of it.</p>"))],
            },
        },
    ),
    (
        "chapter",
        {
            "title": "The delta",
            "content": {"teaser": [], "body": [("paragraph", RichText("<p>A second canaryword.</p>"))]},
        },
    ),
]


@pytest.mark.django_db
class TestReadingTime:
    def test_counts_teaser_and_body(self, publication: Publication) -> None:
        page = publication.article(body=[("paragraph", words(100)), ("wpr_break", None), ("paragraph", words(500))])
        assert page.word_count == 600
        assert page.reading_minutes == 3

    def test_follows_the_text(self, publication: Publication) -> None:
        page = publication.article(body=[("paragraph", words(100))])
        page.body = [("paragraph", words(10)), ("note", {"title": "Two words", "text": words(3)})]
        page.save_revision().publish()
        page = ArticlePage.objects.get(pk=page.pk)
        assert (page.word_count, page.reading_minutes) == (15, 1)

    def test_an_empty_text_takes_no_time(self, publication: Publication) -> None:
        assert publication.article(body=[]).reading_minutes == 0

    def test_counts_chapters_and_introduction(self, publication: Publication) -> None:
        page = publication.report(chapters=CHAPTERS, introduction="<p>Three more words</p>")
        # 2 titles of 2 words, texts of 4, 4 and 3 words, and the introduction.
        assert page.word_count == 18


@pytest.mark.django_db
# MariaDB's full-text index holds committed rows only.
@pytest.mark.django_db(transaction=True)
class TestSearch:
    def found(self, model: Any, query: str) -> list[str]:
        return [page.title for page in get_search_backend().search(query, model)]

    def test_titles_standfirsts_teasers_and_contributors_are_found(self, publication: Publication) -> None:
        require_search_index()
        publication.article("Danube", standfirst="Sluices", contributors=[publication.ada])
        for query in ("danube", "sluices", "teaserword", "berger"):
            assert self.found(ArticlePage, query) == ["Danube"], query
            assert self.found(Page, query) == ["Danube"], query

    def test_a_word_of_the_body_finds_nothing(self, publication: Publication) -> None:
        require_search_index()
        publication.article()
        publication.report(chapters=CHAPTERS, introduction="<p>introword</p>")
        assert self.found(Page, "canaryword") == []
        assert self.found(Page, "introword") == ["Water in 2030"]
        assert self.found(Page, "openingword") == ["Water in 2030"]

    def test_index_entries_hold_no_word_of_a_body(self, publication: Publication) -> None:
        from wagtail.search.models import IndexEntry

        publication.article()
        publication.report(chapters=CHAPTERS)
        assert "canaryword" not in str(list(IndexEntry.objects.values()))
        for field in (*ArticlePage.search_fields, *ReportPage.search_fields):
            assert field.field_name not in ("body", "chapters")


@pytest.mark.django_db
class TestArticle:
    def test_shows_what_stands_around_the_text(self, client: Any, publication: Publication) -> None:
        page = publication.article(
            regions=[publication.austria],
            topics=[publication.rivers],
            contributors=[publication.ada],
            standfirst="What it carries.",
            date_published=day(3),
            date_updated=day(5),
            correction="It was the Inn.",
        )
        shown = client.get(page.url).content.decode()
        for text in (
            '<html lang="en" dir="ltr">',
            '<h1 class="wpr-headline">The Danube</h1>',
            "What it carries.",
            "<span>Austria</span> · <span>Rivers</span>",
            "Ada Berger",
            "Nov. 3, 2026",
            "Nov. 5, 2026",
            "It was the Inn.",
            "1 minute to read",
            "teaserword",
        ):
            assert text in shown, text
        assert "canaryword" not in shown

    def test_every_block_is_shown(self, client: Any, publication: Publication) -> None:
        table = {
            "columns": [{"type": "text", "heading": "River"}, {"type": "number", "heading": "km"}],
            "rows": [{"values": ["Danube", 2850]}],
            "caption": "",
        }
        page = publication.article(
            body=[
                {"type": "quote", "value": {"text": "It flows.", "attribution": "Ada"}},
                {"type": "table", "value": {"caption": "Lengths", "table": table}},
                {"type": "note", "value": {"title": "How counted", "text": "<p>From the source.</p>"}},
                {"type": "wpr_break", "value": None},
                {"type": "paragraph", "value": "<p>The rest.</p>"},
            ]
        )
        shown = client.get(page.url).content.decode()
        for text in (
            '<figure class="wpr-quote">',
            "<figcaption>Ada</figcaption>",
            "<caption>Lengths</caption>",
            '<th scope="col">River</th>',
            "<td>Danube</td>",
            "How counted",
            "From the source.",
        ):
            assert text in shown, text

    def test_a_page_in_a_language_written_from_the_right_says_so(self, publication: Publication, client: Any) -> None:
        from wagtail.models import Locale

        arabic = Locale.objects.create(language_code="ar")
        page = publication.article("أنهار", locale=arabic, slug="anhar")
        assert '<html lang="ar" dir="rtl">' in client.get(page.url).content.decode()

    def test_related_articles_are_listed_below(self, publication: Publication, client: Any) -> None:
        page = publication.article(topics=[publication.rivers])
        publication.article("The Rhine", topics=[publication.rivers])
        shown = client.get(page.url).content.decode()
        assert '<a href="/world/the-rhine/">The Rhine</a>' in shown


@pytest.mark.django_db
class TestReport:
    def test_shows_contents_findings_and_openings_of_chapters(self, client: Any, publication: Publication) -> None:
        page = publication.report(
            chapters=CHAPTERS, key_findings="<p>Water is short.</p>", introduction="<p>Why we looked.</p>"
        )
        shown = client.get(page.url).content.decode()
        for text in (
            '<a href="#chapter-1">The source</a>',
            '<a href="#chapter-2">The delta</a>',
            'id="chapter-2"',
            "Water is short.",
            "Why we looked.",
            "openingword",
        ):
            assert text in shown, text
        assert "canaryword" not in shown

    def test_is_summed_up_by_its_introduction(self, publication: Publication) -> None:
        page = publication.report(introduction=f"<p>{'long ' * 50}</p>")
        assert page.wpr_catalogue_summary() == ("long " * 40).strip() + "…"
        short = publication.report("Other", introduction="<p>Short.</p>", chapters=CHAPTERS)
        assert short.wpr_catalogue_summary() == "Short. The source The openingword of it. The delta"


@pytest.mark.django_db
class TestSection:
    def test_lists_what_stands_below_page_by_page(self, client: Any, publication: Publication) -> None:
        for number in range(1, 24):
            publication.article(f"Article {number}", date_published=day(number))
        first = client.get(publication.world.url)
        assert [entry.title for entry in first.context["entries"]][:2] == ["Article 23", "Article 22"]
        assert len(first.context["entries"]) == 20
        assert 'href="?page=2"' in first.content.decode()
        second = client.get(publication.world.url, {"page": 2})
        assert [entry.title for entry in second.context["entries"]] == ["Article 3", "Article 2", "Article 1"]
        assert len(client.get(publication.world.url, {"page": "x"}).context["entries"]) == 20

    def test_lists_its_sections(self, client: Any, publication: Publication) -> None:
        shown = client.get(publication.home.url).content.decode()
        assert '<a href="/world/">World</a>' in shown
        assert '<a href="/trade/">Trade</a>' in shown
        assert "Nothing has been published here yet." in shown

    def test_asks_the_same_number_of_queries_for_few_and_many(self, client: Any, publication: Publication) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        publication.article("First")
        client.get(publication.world.url)
        with CaptureQueriesContext(connection) as few:
            client.get(publication.world.url)
        for number in range(8):
            publication.article(f"Article {number}")
        client.get(publication.world.url)  # new pages make the settings be read anew
        with CaptureQueriesContext(connection) as many:
            client.get(publication.world.url)
        assert len(many) == len(few)
