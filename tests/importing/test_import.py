from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, Locale, Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.models import IndexEntry
from wagtail.signals import page_published

from tests.importing.sources import BODY, HIDDEN, article, report
from wagtail_wpr import catalogue
from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.content.door import open_whole
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage
from wagtail_wpr.taxonomy.models import Contributor, PageRegion, Region, Topic


pytestmark = pytest.mark.django_db

Run = Callable[..., Any]


def rows(page: Any, field: str = "body") -> list[Any]:
    """The stored rows of a stream, without their ids."""
    return [(row["type"], row["value"]) for row in open_whole(getattr(page, field)).raw_data]


def state() -> dict[str, Any]:
    """Everything an import writes, by table."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (
            Page,
            ArticlePage,
            ReportPage,
            Revision,
            PageLogEntry,
            PageRegion,
            Region,
            AccessSetting,
        )
    }


class TestAnArticle:
    def test_the_teaser_stands_before_the_break(self, run: Run) -> None:
        assert run(article()).failure == ""
        assert rows(ArticlePage.objects.get()) == [
            ("paragraph", "<p>Ships wait outside for the tide.</p>"),
            ("wpr_break", None),
            (
                "paragraph",
                BODY,
            ),
        ]

    def test_fields(self, run: Run, library: Page) -> None:
        run(article(format="interview", standfirst="At the quay.", updated="2024-03-02T09:00:00Z", access="free"))
        page = ArticlePage.objects.get()
        assert (page.title, page.draft_title, page.slug) == ("The harbour, part 1",) * 2 + ("harbour-1",)
        assert page.get_parent().pk == library.pk
        assert (page.format, page.standfirst, page.source_id) == ("interview", "At the quay.", "harbour/1")
        assert page.date_published == page.first_published_at == datetime(2024, 3, 1, 9, tzinfo=UTC)
        assert page.date_updated == datetime(2024, 3, 2, 9, tzinfo=UTC)
        assert page.word_count == 16
        assert list(page.wpr_access.values_list("access", flat=True)) == ["free"]

    def test_terms_are_created_once_and_tied_in_order(self, run: Run) -> None:
        outcome = run(article(1, topics=["Ports", "Tides"]), article(2, topics=["tides", "PORTS"]))
        assert [topic.name for topic in ArticlePage.objects.get(slug="harbour-2").topics] == [
            "Tides",
            "Ports",
        ]
        assert Topic.objects.count() == 2
        assert Contributor.objects.get().role == "Harbour correspondent"
        assert "Created 2 new topics: Ports, Tides" in outcome.out

    def test_tables_become_table_blocks(self, run: Run) -> None:
        table = "<table><caption>Depths</caption><tr><th>Quay</th><th>Metres</th></tr>"
        table += '<tr><td>North</td><td><a href="/n/">9</a></td></tr></table>'
        run(article(body=f"<p>Before</p>{table}<p>After</p>"))
        page = ArticlePage.objects.get()
        assert [kind for kind, _value in rows(page)] == [
            "paragraph",
            "wpr_break",
            "paragraph",
            "table",
            "paragraph",
        ]
        block = open_whole(page.body)[3]
        assert block.value["caption"] == "Depths"
        assert [column["heading"] for column in block.value["table"].columns] == ["Quay", "Metres"]
        assert str(block.value["table"].row_data[0]["values"][0]) == "North"
        assert 'href="/n/"' in str(block.value["table"].row_data[0]["values"][1])

    def test_a_body_without_words_is_noted(self, run: Run) -> None:
        outcome = run(article(body="<p><p style='margin: 0'></p>"))
        assert outcome.failure == ""
        assert "note: body: it has no words, so the teaser is the whole text." in outcome.out
        assert [kind for kind, _value in rows(ArticlePage.objects.get())] == ["paragraph", "wpr_break"]

    def test_chapters_of_an_article_become_headings(self, run: Run) -> None:
        line = article(chapters=[{"title": "A & B", "html": "<p>One</p>"}, {"title": "C", "html": "<p>Two</p>"}])
        del line["body"]
        run(line)
        assert rows(ArticlePage.objects.get())[2] == (
            "paragraph",
            "<h2>A &amp; B</h2><p>One</p><h2>C</h2><p>Two</p>",
        )

    def test_a_picture_is_kept_once(self, run: Run, tmp_path: Any, settings: Any) -> None:
        from PIL import Image as PillowImage
        from wagtail.images import get_image_model

        settings.MEDIA_ROOT = str(tmp_path / "media")
        if Collection.get_first_root_node() is None:
            Collection.add_root(name="Root")
        PillowImage.new("RGB", (8, 6), "teal").save(tmp_path / "quay.png")
        picture = {"file": "quay.png", "alt": "A quay", "caption": "In May", "credit": "Lin"}
        outcome = run(article(1, picture=picture), article(2, picture=str(tmp_path / "quay.png")))
        assert outcome.err == ""
        image = get_image_model().objects.get()
        assert (image.width, image.height) == (8, 6)
        page = ArticlePage.objects.get(slug="harbour-1")
        assert (page.lead_image, page.lead_image_alt, page.lead_image_caption) == (image, "A quay", "In May")
        assert page.lead_image_credit == "Lin"
        assert ReferenceIndex.get_references_to(image).filter(object_id=str(page.pk)).count() == 1

    def test_a_file_that_is_no_picture(self, run: Run, tmp_path: Any) -> None:
        (tmp_path / "quay.png").write_bytes(b"no picture")
        outcome = run(article(picture="quay.png"))
        assert outcome.err.startswith("news.jsonl:1: picture: “")
        assert "cannot be read as a picture." in outcome.err
        assert not ArticlePage.objects.exists()

    def test_a_picture_left_out_is_counted(self, run: Run) -> None:
        assert "Left out: 2 × <img>" in run(article(body="<p>x<img src='a'><img src='b'></p>")).out


class TestAReport:
    def test_introduction_and_chapters(self, run: Run) -> None:
        assert run(report()).failure == ""
        page = ReportPage.objects.get()
        assert page.introduction == "<p>Ships wait outside for the tide.</p>"
        assert page.key_findings == "<ul><li>Traffic grew.</li></ul>"
        chapters = [value for _kind, value in rows(page, "chapters")]
        assert [chapter["title"] for chapter in chapters] == ["Quays", "Cranes"]
        assert [chapter["content"]["teaser"] for chapter in chapters] == [[], []]
        assert chapters[0]["content"]["body"][0]["value"] == f"<p>Six quays, one {HIDDEN}.</p>"

    def test_a_body_is_parted_into_chapters(self, run: Run) -> None:
        line = report(body="<p>First</p><h2>Second</h2><p>More</p>")
        del line["chapters"]
        run(line)
        chapters = [value for _kind, value in rows(ReportPage.objects.get(), "chapters")]
        assert [chapter["title"] for chapter in chapters] == ["Ports in review 1", "Second"]


class TestLikePublishedInTheAdmin:
    def test_revision_and_draft_state(self, run: Run) -> None:
        run(article())
        page = ArticlePage.objects.get()
        revision = Revision.objects.get()
        assert page.live
        assert not page.has_unpublished_changes
        assert page.latest_revision == page.live_revision == revision
        assert page.latest_revision_created_at == revision.created_at
        assert revision.as_object().body == page.body
        assert [region.name for region in revision.as_object().regions] == ["North Coast"]
        assert list(page.revisions.values_list("object_str", flat=True)) == ["The harbour, part 1"]

    def test_the_tree_is_sound(self, run: Run, library: Page) -> None:
        run(*[article(number) for number in range(1, 8)], report())
        library.refresh_from_db()
        assert library.numchild == 8
        assert Page.find_problems() == ([], [], [], [], [])
        assert [page.slug for page in library.get_children()][:2] == ["harbour-1", "harbour-2"]
        assert ArticlePage.objects.first().url == "/library/harbour-1/"

    def test_the_editor_opens_and_saves_it_whole(self, run: Run) -> None:
        run(article())
        get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
        client = Client()
        client.login(username="editor", password="secret")
        page = ArticlePage.objects.get()
        before = rows(page)
        shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert shown.status_code == 200
        form = shown.context["form"]
        assert rows_of_form(form) == before
        history = client.get(reverse("wagtailadmin_pages:history", args=[page.pk]))
        assert "Imported from news.jsonl, line 1" in history.content.decode()

    def test_listeners_hear_of_it(self, run: Run) -> None:
        heard: list[Any] = []

        def listen(sender: Any, instance: Any, revision: Any, **kwargs: Any) -> None:
            heard.append((sender, instance.title, revision.pk))

        page_published.connect(listen)
        try:
            run(article())
        finally:
            page_published.disconnect(listen)
        assert heard == [(ArticlePage, "The harbour, part 1", Revision.objects.get().pk)]

    def test_a_date_in_the_future_is_a_schedule(self, run: Run) -> None:
        at = timezone.now().replace(microsecond=0) + timedelta(days=3)
        outcome = run(article(published=at.isoformat()))
        page = ArticlePage.objects.get()
        assert (page.live, page.has_unpublished_changes, page.go_live_at) == (False, True, at)
        assert page.approved_schedule
        assert page.status_string == "scheduled"
        assert "1 of them are dated in the future and are scheduled." in outcome.out
        assert not catalogue.entries().exists()
        page.latest_revision.publish()
        page.refresh_from_db()
        assert not page.live  # Its time has not come.


def rows_of_form(form: Any) -> list[Any]:
    return [(row["type"], row["value"]) for row in open_whole(form.initial["body"]).raw_data]


class TestFoundAtOnce:
    def test_in_the_search_index_by_public_words_alone(self, run: Run) -> None:
        run(article(), report())
        # Read from the index itself: without migrations SQLite has no full-text table to search.
        indexed = {
            page.title: str(list(IndexEntry.objects.filter(object_id=str(page.pk)).values_list("title", "body")))
            for page in Page.objects.filter(slug__in=["harbour-1", "report-1"])
        }
        assert set(indexed) == {"The harbour, part 1", "Ports in review 1"}
        assert all("tide" in text and "Brandt".lower() in text.lower() for text in indexed.values())
        assert all(HIDDEN not in text for text in indexed.values())

    def test_in_the_catalogue_with_public_words_alone(self, run: Run) -> None:
        run(article(), report())
        entries = catalogue.entries().order_by("title")
        assert [(entry.kind, entry.title) for entry in entries] == [
            ("report", "Ports in review 1"),
            ("article", "The harbour, part 1"),
        ]
        assert entries[1].region_names == ["North Coast"]
        assert entries[1].contributor_names == ["Ada Brandt"]
        assert all(HIDDEN not in str(vars(entry)) for entry in entries)

    def test_in_the_reference_index(self, run: Run) -> None:
        run(article())
        region = Region.objects.get()
        assert ReferenceIndex.get_references_to(region).count() == 1

    def test_access_holds_at_once(self, run: Run) -> None:
        from wagtail_wpr.access.inheritance import access_of

        run(article(1, access="subscribers"), article(2))
        assert access_of(ArticlePage.objects.order_by("slug")) == ["subscribers", "metered"]


class TestASecondRun:
    def test_changes_nothing(self, run: Run) -> None:
        lines = [article(1, access="free", old_address="/a"), article(2), report()]
        run(*lines)
        before = state()
        assert run(*lines).counts == "0 pages created, 0 changed, 3 unchanged, 0 bad lines."
        assert state() == before

    def test_leaves_what_editors_did(self, run: Run) -> None:
        run(article())
        page = ArticlePage.objects.get()
        page.title = "Edited"
        page.save_revision().publish()
        run(article())
        page.refresh_from_db()
        assert (page.title, Revision.objects.count()) == ("Edited", 2)

    def test_a_changed_line_becomes_a_published_revision(self, run: Run) -> None:
        run(article(), article(2))
        before = ArticlePage.objects.get(slug="harbour-1")
        outcome = run(article(title="New", body=f"<p>All new {HIDDEN}.</p>", topics=["Tides"]), article(2))
        page = ArticlePage.objects.get(pk=before.pk)
        assert outcome.counts == "0 pages created, 1 changed, 1 unchanged, 0 bad lines."
        assert page.title == "New"
        assert rows(page)[2] == ("paragraph", f"<p>All new {HIDDEN}.</p>")
        assert page.live
        assert not page.has_unpublished_changes
        assert page.live_revision == page.latest_revision != before.latest_revision
        assert page.revisions.count() == 2
        assert [topic.name for topic in page.topics] == ["Tides"]
        assert catalogue.entries().filter(title="New").count() == 1
        assert list(PageRegion.objects.filter(page=page)) == list(before.wpr_regions.all())

    def test_unchanged_blocks_keep_their_ids(self, run: Run) -> None:
        run(article())
        before = [row["id"] for row in open_whole(ArticlePage.objects.get().body).raw_data]
        run(article(teaser="<p>Another teaser.</p>"))
        after = [row["id"] for row in open_whole(ArticlePage.objects.get().body).raw_data]
        assert after[0] != before[0]
        assert after[1:] == before[1:]

    def test_what_the_line_says_nothing_of_stays(self, run: Run) -> None:
        run(article())
        page = ArticlePage.objects.get()
        page.correction = "The pilot's name was wrong."
        page.wpr_access = [AccessSetting(access="registered")]
        page.save_revision().publish()
        run(article(title="New"))
        page = ArticlePage.objects.get()
        assert (page.title, page.correction) == ("New", "The pilot's name was wrong.")
        assert page.wpr_access.get().access == "registered"

    def test_a_page_taken_off_the_site_stays_off(self, run: Run) -> None:
        run(article())
        ArticlePage.objects.get().unpublish()
        outcome = run(article(title="New"))
        page = ArticlePage.objects.get()
        assert (page.live, page.title, page.latest_revision.as_object().title) == (
            False, "The harbour, part 1", "New",
        )  # fmt: skip
        assert "note: The page is not on the site, so the change is a draft." in outcome.out

    def test_a_locked_page_is_left(self, run: Run) -> None:
        run(article())
        ArticlePage.objects.update(locked=True)
        outcome = run(article(title="New"))
        assert "news.jsonl:1: The page “The harbour, part 1” is locked by an editor" in outcome.err
        assert ArticlePage.objects.get().title == "The harbour, part 1"

    def test_a_copied_page_is_not_taken_for_the_imported_one(self, run: Run, library: Page) -> None:
        run(article())
        page = ArticlePage.objects.get()
        page.copy(update_attrs={"slug": "copy", "title": "Copy"})
        ArticlePage.objects.filter(slug="copy").update(source_id="harbour/1")
        run(article(title="New"))
        assert ArticlePage.objects.get(pk=page.pk).title == "New"
        assert ArticlePage.objects.get(slug="copy").title == "Copy"

    def test_a_kind_cannot_change(self, run: Run) -> None:
        run(article())
        line = report(source_id="harbour/1")
        assert run(line).err == (
            "news.jsonl:1: kind: the page with this source_id is a article; it cannot become a report.\n"
        )

    def test_a_new_slug_is_followed(self, run: Run) -> None:
        run(article())
        run(article(slug="anchorage"))
        assert ArticlePage.objects.get().url_path.endswith("/library/anchorage/")


class TestBadLines:
    def test_are_reported_and_the_rest_goes_on(self, run: Run) -> None:
        bad = article(2)
        del bad["teaser"]
        outcome = run(article(1), bad, b"{", b"\xff", article(1), b"", article(3, teaser="<p> </p>"), article(4))
        assert outcome.err.splitlines() == [
            "news.jsonl:2: teaser: is missing.",
            "news.jsonl:3: The line is not valid JSON: Expecting property name enclosed in double quotes.",
            "news.jsonl:4: The line is not UTF-8: byte 1 cannot be read.",
            "news.jsonl:5: source_id: “harbour/1” stands in line 1 already.",
            "news.jsonl:7: teaser: nothing to read is left of it once the HTML is made safe.",
        ]
        assert outcome.counts == "2 pages created, 0 changed, 0 unchanged, 5 bad lines."
        assert outcome.failure == "5 bad lines were left out; they are named above."
        assert sorted(ArticlePage.objects.values_list("slug", flat=True)) == ["harbour-1", "harbour-4"]

    def test_a_line_the_database_refuses_does_not_take_its_batch_along(self, run: Run) -> None:
        from django.db.models.signals import pre_save

        def refuse(instance: Any, **kwargs: Any) -> None:
            if instance.name == "Nowhere":
                raise RuntimeError("no such place")

        pre_save.connect(refuse, sender=Region)
        try:
            outcome = run(article(1), article(2, regions=["Nowhere"]), article(3))
        finally:
            pre_save.disconnect(refuse, sender=Region)
        assert outcome.err == "news.jsonl:2: The page could not be written: no such place\n"
        assert sorted(ArticlePage.objects.values_list("slug", flat=True)) == ["harbour-1", "harbour-3"]
        assert Page.find_problems() == ([], [], [], [], [])

    def test_keys_the_import_does_not_know_are_named(self, run: Run) -> None:
        assert "Not read: “acess”, which 2 lines have" in run(article(1, acess="free"), article(2, acess="x")).out


class TestOptions:
    def test_strict_refuses_unknown_terms(self, run: Run) -> None:
        Region.objects.create(name="North Coast", locale=Locale.get_default())
        outcome = run(article(), strict=True)
        assert outcome.err == (
            "news.jsonl:1: topics: the site does not have the topic “Ports”, contributor “Ada Brandt” (--strict).\n"
        )
        assert not ArticlePage.objects.exists()
        assert not Topic.objects.exists()

    def test_dry_run_changes_nothing(self, run: Run) -> None:
        run(article())
        before = state()
        outcome = run(article(title="New"), article(2, regions=["South Coast"]), b"{", dry_run=True)
        assert state() == before
        assert outcome.counts == "1 pages would be created, 1 would be changed, 0 unchanged, 1 bad lines."
        assert "Would create 1 new region: South Coast" in outcome.out
        assert outcome.failure

    def test_section_by_slug_or_path(self, run: Run) -> None:
        from tests.factories import home

        press = home().add_child(instance=SectionPage(title="Press", slug="press"))
        deep = press.add_child(instance=SectionPage(title="Library", slug="library"))
        run(article(1), section="press")
        run(article(2), section="/press/library/")
        assert ArticlePage.objects.get(slug="harbour-1").get_parent().pk == press.pk
        assert ArticlePage.objects.get(slug="harbour-2").get_parent().pk == deep.pk
        assert run(article(3), section="library").failure == (
            "More than one page has the slug “library”; give --section its path, as in /news/library/."
        )
        assert run(article(3), section="nowhere").failure == (
            "There is no page “nowhere”; give --section the slug or the path of a page."
        )

    def test_an_article_is_no_section(self, run: Run) -> None:
        run(article())
        assert run(article(2), section="harbour-1").failure == (
            "Articles and reports may not stand below “The harbour, part 1”; choose another --section."
        )

    def test_language(self, run: Run, library: Page) -> None:
        german = Locale.objects.create(language_code="de")
        there = library.copy_for_translation(german, copy_parents=True)
        run(article(1), article(2, language="de"), article(3), language=None)
        page = ArticlePage.objects.get(slug="harbour-2")
        assert (page.locale, page.get_parent().pk) == (german, there.pk)
        assert ArticlePage.objects.get(slug="harbour-1").locale.language_code == "en"
        assert run(article(4), language="de").failure == ""
        assert ArticlePage.objects.get(slug="harbour-4").locale == german
        assert run(article(5), language="fr").failure == "The site has no language “fr”; it has de, en."
        assert "language: “fr” is not known; use one of de, en." in run(article(6, language="fr")).err

    def test_a_taken_slug_gets_a_number(self, run: Run, library: Page) -> None:
        library.add_child(instance=SectionPage(title="Taken", slug="tides"))
        run(article(1, slug="tides"), article(2, slug="tides"), article(3, slug="tides-2"))
        slugs = ArticlePage.objects.order_by("source_id").values_list("slug", flat=True)
        assert list(slugs) == ["tides-2", "tides-3", "tides-2-2"]

    def test_no_such_file(self, library: Page) -> None:
        from django.core.management import CommandError, call_command

        with pytest.raises(CommandError, match=r"There is no file /nowhere\.jsonl\."):
            call_command("wpr_import", "/nowhere.jsonl")


class TestOldAddresses:
    def test_lead_to_the_page(self, run: Run, client: Client) -> None:
        run(article(old_address="https://old.example/stories/1.html?b=2&a=1"))
        reply = client.get("/stories/1.html?a=1&b=2", headers={"host": "localhost"})
        assert (reply.status_code, reply["Location"]) == (301, "/library/harbour-1/")

    def test_one_that_leads_elsewhere_stays(self, run: Run) -> None:
        from wagtail.contrib.redirects.models import Redirect

        run(article(1, old_address="/a"))
        outcome = run(article(1, old_address="/a"), article(2, old_address=["/a", "/b/"]))
        assert sorted(Redirect.objects.values_list("old_path", "redirect_page__slug")) == [
            ("/a", "harbour-1"),
            ("/b", "harbour-2"),
        ]
        assert ":2: note: “/a” leads to another page already and was left as it is." in outcome.out


class TestCost:
    def test_statements_do_not_grow_with_the_batch_but_for_the_reference_index(self, run: Run) -> None:
        run(article(900))

        def statements(numbers: range) -> int:
            with CaptureQueriesContext(connection) as queries:
                assert run(*[article(number) for number in numbers]).failure == ""
            return len(queries)

        few, many = statements(range(1, 6)), statements(range(101, 146))
        # Two a page for its references, which Wagtail writes page by page.
        assert (many - few) / 40 <= 2.2
        assert few <= 60
