"""What caches in front of the site are told: by Wagtail's own backend, to a server that writes it down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from tests.factories import home, make_article, set_access
from tests.testapp.models import ArticleLikePage, SectionLikePage
from wagtail_wpr.access.models import AccessSetting, MeterSettings
from wagtail_wpr.slots import purging
from wagtail_wpr.slots.models import WallCopy
from wagtail_wpr.slots.purging import BATCH, Stale
from wagtail_wpr.slots.tasks import purge_pages


pytestmark = pytest.mark.django_db

Told = Callable[[], AbstractContextManager[list[str]]]


class Recorder(BaseHTTPRequestHandler):
    """A cache that only writes down what it is told to forget."""

    heard: list[str] = []
    status = 200

    def do_PURGE(self) -> None:
        self.heard.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def cache_in_front(settings: Any) -> Iterator[type[Recorder]]:
    Recorder.heard, Recorder.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.WAGTAILFRONTENDCACHE = {
        "recorder": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
            "LOCATION": f"http://127.0.0.1:{server.server_address[1]}",
        }
    }
    yield Recorder
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(cache_in_front: type[Recorder], django_capture_on_commit_callbacks: Any) -> Told:
    """A ``with`` that is a transaction; its list holds, after the commit, the paths that were purged."""

    class Told:
        def __enter__(self) -> list[str]:
            self.heard: list[str] = []
            # What the test did before counts as committed.
            connection.run_on_commit.clear()
            cache_in_front.heard.clear()
            self.commit = django_capture_on_commit_callbacks(execute=True)
            self.commit.__enter__()
            return self.heard

        def __exit__(self, *args: Any) -> None:
            self.commit.__exit__(*args)
            self.heard.extend(sorted(set(cache_in_front.heard)))

    return Told


def make_section(slug: str, *, parent: Page | None = None) -> Any:
    return (parent or home()).add_child(instance=SectionLikePage(title=slug.title(), slug=slug))


@pytest.fixture
def sea() -> Any:
    """A section with two articles and a section below it, beside another section with one article."""
    section = make_section("sea")
    make_article("Tides", slug="tides", parent=section)
    make_article("Waves", slug="waves", parent=section)
    deep = make_section("deep", parent=section)
    make_article("Trench", slug="trench", parent=deep)
    make_article("Hills", slug="hills", parent=make_section("land"))
    return SectionLikePage.objects.get(pk=section.pk)


def article(slug: str) -> Any:
    return ArticleLikePage.objects.get(slug=slug)


BELOW_SEA = ["/sea/", "/sea/deep/", "/sea/deep/trench/", "/sea/tides/", "/sea/waves/"]


class TestAccess:
    def test_of_an_article_purges_it_and_the_lists_above_it(self, sea: Any, told: Told) -> None:
        with told() as paths:
            set_access(article("trench"), "free")
        assert paths == ["/", "/sea/", "/sea/deep/", "/sea/deep/trench/"]

    def test_of_a_section_purges_all_below_it(self, sea: Any, told: Told) -> None:
        with told() as paths:
            set_access(sea, "subscribers")
        assert paths == ["/", *BELOW_SEA]

    def test_schedule_counts_too(self, sea: Any, told: Told) -> None:
        setting = set_access(article("tides"), "metered")
        setting.free_until = timezone.now() + timedelta(days=2)
        with told() as paths:
            setting.save()
        assert paths == ["/", "/sea/", "/sea/tides/"]

    def test_taken_away_counts_too(self, sea: Any, told: Told) -> None:
        setting = set_access(sea, "free")
        with told() as paths:
            setting.delete()
        assert paths == ["/", *BELOW_SEA]

    def test_saved_unchanged_purges_nothing(self, sea: Any, told: Told) -> None:
        setting = set_access(sea, "free")
        with told() as paths:
            AccessSetting.objects.get(pk=setting.pk).save()
        assert paths == []

    def test_publishing_a_section_without_a_change_of_access_leaves_what_is_below(self, sea: Any, told: Told) -> None:
        set_access(sea, "free")
        section = SectionLikePage.objects.get(pk=sea.pk)
        with told() as paths:
            section.save_revision().publish()
        assert paths == ["/", "/sea/"]

    def test_published_with_the_page_is_told_once_it_is_committed(self, sea: Any, told: Told) -> None:
        section = SectionLikePage.objects.get(pk=sea.pk)
        section.wpr_access = [AccessSetting(access="subscribers")]
        with told() as paths:
            section.save_revision().publish()
        assert paths == ["/", *BELOW_SEA]

    def test_of_a_page_that_is_no_more_purges_nothing_and_breaks_nothing(self, sea: Any, told: Told) -> None:
        set_access(article("trench"), "free")
        with told() as paths:
            article("trench").delete()
        assert paths == ["/", "/sea/", "/sea/deep/", "/sea/deep/trench/"]


class TestTwins:
    def test_aliases_are_purged_with_their_source_and_so_are_the_lists_above_them(self, sea: Any, told: Told) -> None:
        land = SectionLikePage.objects.get(slug="land")
        source = article("trench")
        alias = source.create_alias(parent=land)
        alias.create_alias(parent=home(), update_slug="trench-again")
        with told() as paths:
            set_access(source, "free")
        assert paths == ["/", "/land/", "/land/trench/", "/sea/", "/sea/deep/", "/sea/deep/trench/", "/trench-again/"]

    def test_translations_are_purged_too(self, sea: Any, told: Told) -> None:
        german = Locale.objects.create(language_code="de")
        translated = article("tides").copy_for_translation(german, copy_parents=True)
        translated.slug = "gezeiten"
        translated.save_revision().publish()
        with told() as paths:
            set_access(article("tides"), "free")
        assert translated.relative_url(Site.objects.get()) in paths

    def test_aliases_of_what_is_below_a_section_are_purged(self, sea: Any, told: Told) -> None:
        article("trench").create_alias(parent=home(), update_slug="picked")
        with told() as paths:
            set_access(sea, "subscribers")
        assert paths == ["/", "/picked/", *BELOW_SEA]


class TestMeter:
    def test_purges_the_pages_of_its_site_alone(self, sea: Any, told: Told) -> None:
        land = SectionLikePage.objects.get(slug="land")
        Site.objects.create(hostname="land.example", root_page=land)
        site = Site.objects.get(is_default_site=True)
        with told() as paths:
            MeterSettings.objects.create(site=site, registered_limit=5)
        # The most specific site's address is the one a page is known by; over-purging the other is harmless.
        assert set(paths) >= {"/", *BELOW_SEA}
        with told() as paths:
            MeterSettings.objects.create(site=Site.objects.get(hostname="land.example"), registered_limit=5)
        assert paths == ["/", "/hills/"]


class TestWallCopy:
    def test_purges_the_section_it_is_for_in_its_language(self, sea: Any, told: Told) -> None:
        with told() as paths:
            copy = WallCopy.objects.create(headline="Read on", section=sea, locale=Locale.objects.get())
        assert paths == BELOW_SEA
        german = Locale.objects.create(language_code="de")
        with told() as paths:
            WallCopy.objects.create(headline="Weiterlesen", section=sea, locale=german)
        assert paths == []
        copy.section = SectionLikePage.objects.get(slug="land")
        with told() as paths:
            copy.save()
        assert paths == ["/land/", "/land/hills/", *BELOW_SEA]

    def test_for_everywhere_purges_every_page_of_the_language(self, sea: Any, told: Told) -> None:
        with told() as paths:
            WallCopy.objects.create(headline="Read on", locale=Locale.objects.get())
        assert paths == ["/", "/land/", "/land/hills/", *BELOW_SEA]

    def test_for_a_site_purges_that_site(self, sea: Any, told: Told) -> None:
        with told() as paths:
            WallCopy.objects.create(headline="Read on", site=Site.objects.get(), locale=Locale.objects.get())
        assert paths == ["/", "/land/", "/land/hills/", *BELOW_SEA]


class TestPages:
    def test_publishing_purges_the_lists_that_show_the_teaser(self, sea: Any, told: Told) -> None:
        page = article("trench")
        with told() as paths:
            page.save_revision().publish()
        assert paths == ["/", "/sea/", "/sea/deep/", "/sea/deep/trench/"]

    def test_unpublishing_does_too_and_after_the_commit(
        self, sea: Any, cache_in_front: type[Recorder], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:
            article("trench").unpublish()
        # A request between Wagtail's own purge and the commit would have the old page kept.
        cache_in_front.heard.clear()
        for callback in callbacks:
            callback()
        assert sorted(set(cache_in_front.heard)) == ["/", "/sea/", "/sea/deep/", "/sea/deep/trench/"]

    def test_a_new_name_of_a_section_purges_what_is_below_it(self, sea: Any, told: Told) -> None:
        sea.title = "Ocean"
        with told() as paths:
            sea.save()
        assert paths == ["/", *BELOW_SEA]

    def test_a_draft_of_a_new_name_purges_nothing(self, sea: Any, told: Told) -> None:
        sea.title = "Ocean"
        with told() as paths:
            sea.save_revision()
        assert paths == []

    def test_a_new_slug_purges_the_old_addresses(self, sea: Any, told: Told) -> None:
        sea.slug = "ocean"
        with told() as paths:
            sea.save()
        assert set(paths) >= set(BELOW_SEA)

    def test_moving_purges_the_old_addresses_and_both_lists(self, sea: Any, told: Told) -> None:
        land = SectionLikePage.objects.get(slug="land")
        with told() as paths:
            SectionLikePage.objects.get(slug="deep").move(land, "last-child")
        # The app of redirects tells of its own, which have no slash at their end.
        assert {path for path in paths if path.endswith("/")} == {
            *("/", "/sea/", "/land/"),
            *("/sea/deep/", "/sea/deep/trench/"),
            *("/land/deep/", "/land/deep/trench/"),
        }


class TestOneTransaction:
    def test_tells_everything_with_one_task(
        self, sea: Any, cache_in_front: type[Recorder], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:
            for slug in ("tides", "waves", "trench"):
                set_access(article(slug), "free")
        assert sum(isinstance(callback, purging._Note) for callback in callbacks) == 1

    @pytest.mark.django_db(transaction=True)
    def test_that_is_rolled_back_tells_nothing(self, cache_in_front: type[Recorder]) -> None:
        page = make_article()
        cache_in_front.heard.clear()
        with pytest.raises(RuntimeError), transaction.atomic():
            set_access(page, "free")
            raise RuntimeError("The editor's save failed.")
        assert cache_in_front.heard == []
        set_access(page, "free")
        assert sorted(cache_in_front.heard) == ["/", "/tides/"]


class TestSave:
    def test_of_an_editor_looks_up_no_page_that_is_stale(
        self, sea: Any, told: Told, django_assert_num_queries: Any
    ) -> None:
        setting = set_access(sea, "free")
        setting.access = "metered"
        what_it_was, the_save_itself, where_the_page_stands = 1, 1, 1
        connection.run_on_commit.clear()
        with django_assert_num_queries(what_it_was + the_save_itself + where_the_page_stands):
            setting.save()


class TestFailure:
    @pytest.mark.parametrize("location", ["http://127.0.0.1:9", "http://no-such-host.invalid", "nonsense"])
    def test_of_the_cache_never_reaches_the_editor(self, sea: Any, told: Told, settings: Any, location: str) -> None:
        settings.WAGTAILFRONTENDCACHE = {
            "gone": {"BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend", "LOCATION": location}
        }
        with told():
            set_access(sea, "free")
        assert AccessSetting.objects.get(page_id=sea.pk).access == "free"

    def test_of_the_queue_never_reaches_the_editor(
        self, sea: Any, told: Told, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["x"]}}
        with told() as paths:
            set_access(sea, "free")
        assert paths == []
        assert AccessSetting.objects.get(page_id=sea.pk).access == "free"
        assert "The caches were not told what has changed" in caplog.text

    def test_of_one_address_leaves_the_others(self, sea: Any, told: Told, cache_in_front: type[Recorder]) -> None:
        cache_in_front.status = 405
        with told() as paths:
            set_access(sea, "free")
        assert paths == ["/", *BELOW_SEA]


class TestWithoutACache:
    def test_nothing_is_noted_and_nothing_is_asked(self, sea: Any, django_assert_num_queries: Any) -> None:
        setting = set_access(sea, "free")
        setting.access = "metered"
        with django_assert_num_queries(1):
            setting.save()


class TestBatches:
    def test_a_section_costs_two_queries_for_so_many_pages(
        self, told: Told, settings: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
    ) -> None:
        """No query a page: one for the pages of a batch, one for their twins; one more finds the section."""
        assert BATCH == 200
        section = make_section("sea")
        for number in range(45):
            section.add_child(instance=ArticleLikePage(title=f"Part {number}", slug=f"part-{number}"))
        monkeypatch.setattr(purging, "BATCH", 20)
        stale = Stale(below={section.pk}, above={section.path}).as_data()
        purge_pages.call(stale)  # Wagtail remembers content types and sites
        batches, section_itself, lists = 3, 1, 1
        with django_assert_num_queries(section_itself + 2 * batches + lists):
            assert purge_pages.call(stale) == 46 + 1

    def test_pages_of_many_sections_are_looked_up_together(self, told: Told, django_assert_num_queries: Any) -> None:
        pages = [make_article(f"Tide {n}", parent=make_section(f"section-{n}")) for n in range(10)]
        stale = Stale(below={page.pk for page in pages}, above={page.path for page in pages}).as_data()
        purge_pages.call(stale)
        with django_assert_num_queries(4):
            assert purge_pages.call(stale) == 10 + 10 + 1


class TestStale:
    def test_survives_a_queue(self) -> None:
        stale = Stale(below={3, 1}, walls={(1, 0, 7)}, moved={(5, "/front/sea/")}, urls={"http://localhost/"})
        data = stale.as_data()
        assert data == {
            "below": [1, 3],
            "moved": [(5, "/front/sea/")],
            "urls": ["http://localhost/"],
            "walls": [(1, 0, 7)],
        }
        as_json = {name: [list(i) if isinstance(i, tuple) else i for i in items] for name, items in data.items()}
        assert Stale.from_data(as_json) == stale
