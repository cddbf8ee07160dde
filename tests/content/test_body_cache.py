"""Bodies kept behind the door: what is kept, by what it is found, and who gets it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import clear_script_prefix, set_script_prefix, set_urlconf
from django.utils import timezone, translation
from wagtail import blocks
from wagtail.models import Page, Site

import wagtail_wpr
from tests.content.kept_bodies import HEADING, answer_to, ask, kept, kept_html, renders_of, request_for
from tests.content.test_locked_value import make_nested
from tests.factories import CANARY, home, make_article, make_subscriber, make_user, set_access, text
from tests.testapp.models import ArticleLikePage, SectionLikePage
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.content.errors import LockedValueError
from wagtail_wpr.content.slot import BodySlot
from wagtail_wpr.slots.middleware import SlotMiddleware
from wagtail_wpr.slots.tokens import SlotRef


pytestmark = pytest.mark.django_db


class TestHit:
    def test_second_reader_gets_the_first_ones_body(self, host: Any) -> None:
        host.shows_headings_with("<h2>{{ value }}</h2>")
        page = make_article()
        with renders_of(HEADING) as renders:
            first = ask(page, make_subscriber("one"))
            second = ask(page, make_subscriber("two"))
        assert first == second
        assert second.count(CANARY) == 3
        assert renders.number == 3  # twice the teaser's, once the body's
        assert len(kept()) == 1

    def test_is_an_answer_like_any_other(self, client: Any) -> None:
        page = make_article()
        client.force_login(make_subscriber())
        cold, warm = client.get(page.url), client.get(page.url)
        assert cold.content == warm.content
        assert warm["Cache-Control"] == "private, no-store"
        assert len(kept()) == 1

    def test_converts_no_block_of_the_body(self, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_article()
        ask(page, make_subscriber("one"))
        converted: list[Any] = []
        for kind in (blocks.CharBlock, blocks.RichTextBlock, blocks.ListBlock):
            original = kind.bulk_to_python

            def noted(self: Any, values: Any, original: Any = original) -> Any:
                values = list(values)
                converted.extend(values)
                return original(self, values)

            monkeypatch.setattr(kind, "bulk_to_python", noted)
        assert CANARY in ask(page, make_subscriber("two"))
        assert converted
        assert CANARY not in str(converted)
        converted.clear()
        with override_settings(WPR_BODY_CACHE_SECONDS=0):
            ask(page, make_subscriber("three"))
        assert CANARY in str(converted)

    def test_asks_the_database_nothing(self) -> None:
        page = make_article()
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("link", home())]
        page.save()
        page = ArticleLikePage.objects.get(pk=page.pk)
        decision = decide(Reader.for_user(make_subscriber()), page)
        request = request_for(page)
        ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
        with CaptureQueriesContext(connection) as cold:
            first = BodySlot().render(ref, page, decision, request)
        page = ArticleLikePage.objects.get(pk=page.pk)
        with CaptureQueriesContext(connection) as warm:
            second = BodySlot().render(ref, page, decision, request_for(page))
        assert first == second
        assert f">{home().title}</a>" in first
        assert len(cold) >= 1
        assert len(warm) == 0

    def test_of_an_alias_neither(self) -> None:
        source = make_article()
        alias = ArticleLikePage.objects.get(pk=source.create_alias(update_slug="again").pk)
        decision = decide(Reader.for_user(make_subscriber()), alias)
        ref = SlotRef(kind="body", page=alias.pk, field="body", language="en")
        first = BodySlot().render(ref, alias, decision, request_for(alias))
        with CaptureQueriesContext(connection) as warm:
            assert BodySlot().render(ref, alias, decision, request_for(alias)) == first
        assert len(warm) == 0

    def test_free_body_is_kept_too_and_filled_without_a_request(self, settings: Any) -> None:
        page = make_article(access="free")
        ask(page)
        settings.WPR_DELIVERY = "null"
        assert CANARY in ask(page)
        assert CANARY in ask(page)
        assert len(kept()) == 2  # with the links of a site, and with those of no request

    def test_each_stream_of_a_page_by_itself(self, client: Any) -> None:
        page = make_nested()
        client.force_login(make_subscriber())
        assert client.get(page.url).content == client.get(page.url).content
        assert len(kept()) == 3

    def test_reads_are_spent_as_ever(self, client: Any) -> None:
        from wagtail_wpr.access.models import Read

        pages = [make_article(f"Article {number}") for number in range(4)]
        for page in pages:
            ask(page, make_subscriber(f"subscriber-{page.pk}"))
        client.force_login(make_user())
        assert [CANARY in client.get(page.url).content.decode() for page in pages] == [True, True, True, False]
        assert Read.objects.count() == 3


class TestDoor:
    """What is kept opens to nobody who could not have it rendered."""

    def test_visitor_and_used_up_reader_get_the_wall(self, client: Any) -> None:
        page = make_article(access="subscribers")
        assert CANARY in ask(page, make_subscriber())
        assert CANARY not in client.get(page.url).content.decode()
        client.force_login(make_user())
        assert CANARY not in client.get(page.url).content.decode()

    def test_decision_for_other_content_opens_nothing(self) -> None:
        page, other = make_article(), make_article("Other", access="free")
        ask(page, make_subscriber())
        ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
        with pytest.raises(LockedValueError, match="granted decision"):
            BodySlot().render(ref, page, decide(Reader.visitor(), other), None)

    def test_refusal_opens_nothing(self) -> None:
        page = make_article()
        ask(page, make_subscriber())
        ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
        with pytest.raises(LockedValueError, match="granted decision"):
            BodySlot().render(ref, page, decide(Reader.visitor(), page), request_for(page))

    def test_page_that_was_closed_is_closed_at_once(self) -> None:
        page = make_article(access="free")
        assert CANARY in ask(page)
        set_access(page, "subscribers")
        assert CANARY not in ask(page)

    def test_alias_has_an_entry_of_its_own(self) -> None:
        page = make_article()
        alias = page.create_alias(update_slug="again")
        ask(page, make_subscriber("one"))
        assert CANARY in ask(alias, make_subscriber("two"))
        assert len(kept()) == 2


class TestWhatItIsFoundBy:
    """Whatever changes what a body looks like is part of what it is found by."""

    @pytest.fixture
    def page(self) -> ArticleLikePage:
        return make_article()

    @pytest.fixture
    def reader(self) -> Any:
        return make_subscriber()

    def test_text_that_was_saved_without_a_revision(self, page: Any, reader: Any) -> None:
        assert CANARY in ask(page, reader)
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", text("The word is gone."))]
        page.save()
        html = ask(page, reader)
        assert CANARY not in html
        assert "The word is gone." in html

    def test_text_that_was_updated_in_the_database(self, page: Any, reader: Any) -> None:
        ask(page, reader)
        page.body = [("wpr_break", None), ("heading", "Updated")]
        ArticleLikePage.objects.filter(pk=page.pk).update(body=page.body)
        assert "Updated" in ask(page, reader)

    def test_change_in_memory_is_nobody_elses(self, page: Any, reader: Any) -> None:
        ask(page, reader)
        changed = ArticleLikePage.objects.get(pk=page.pk)
        changed.body = [("wpr_break", None), ("heading", "Only here")]
        assert "Only here" in answer_to(request_for(changed, reader))
        assert "Only here" not in ask(page, reader)

    def test_published_title(self, page: Any, reader: Any, host: Any) -> None:
        host.shows_headings_with("<h2>{{ page.title }}: {{ value }}</h2>")
        ask(page, reader)
        page.title = "Ebb"
        page.save_revision().publish()
        assert f"Ebb: Heading {CANARY}" in ask(page, reader)

    def test_version_of_the_templates(self, page: Any, reader: Any, host: Any, settings: Any) -> None:
        host.shows_headings_with("<h2>{{ value }}</h2>")
        ask(page, reader)
        host.sets("heading", template=host.writes("next_release.html", "<h3>{{ value }}</h3>"))
        assert f"<h2>Heading {CANARY}</h2>" in ask(page, reader)
        settings.WPR_TEMPLATE_VERSION = "2026-11-24"
        assert f"<h3>Heading {CANARY}</h3>" in ask(page, reader)

    def test_version_of_the_package(self, page: Any, reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        ask(page, reader)
        monkeypatch.setattr(wagtail_wpr, "__version__", "99.0")
        ask(page, reader)
        assert len(kept()) == 2

    def test_language(self, page: Any, reader: Any, host: Any, settings: Any) -> None:
        settings.WAGTAIL_I18N_ENABLED = False
        host.shows_headings_with(
            "{% load i18n %}{% get_current_language as code %}<h2 lang={{ code }}>{{ value }}</h2>"
        )
        for code in ("en", "de", "en"):
            with translation.override(code):
                assert f"<h2 lang={code}>Heading {CANARY}</h2>" in ask(page, reader)

    def test_time_zone(self, page: Any, reader: Any, host: Any) -> None:
        host.shows_headings_with("{% load tz %}{% get_current_timezone as zone %}<h2>{{ zone }} {{ value }}</h2>")
        for zone in ("Europe/Vienna", "Asia/Tokyo", "Europe/Vienna"):
            with timezone.override(zone):
                assert f"<h2>{zone} Heading {CANARY}</h2>" in ask(page, reader)

    def test_site_whose_links_it_has(self, page: Any, reader: Any, host: Any) -> None:
        host.shows_links_with("{% load wagtailcore_tags %}<a href={% pageurl value %}>link</a>")
        far = Page.get_first_root_node().add_child(instance=SectionLikePage(title="Far", slug="far"))
        Site.objects.create(hostname="far.example", root_page=far)
        Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "near.example"})
        Site.clear_site_root_paths_cache()
        page.body = [("wpr_break", None), ("link", page)]
        page.save()
        address = page.url_path.removeprefix(home().url_path)
        near, away = f"<a href=/{address}>", f"<a href=http://near.example/{address}>"
        for _time in range(2):
            assert near in ask(page, reader, HTTP_HOST="near.example")
            assert away in ask(page, reader, HTTP_HOST="far.example")
        assert len(kept()) == 2

    def test_place_of_the_application(self, page: Any, reader: Any, host: Any) -> None:
        host.shows_links_with("{% load wagtailcore_tags %}<a href={% pageurl value %}>link</a>")
        page.body = [("wpr_break", None), ("link", home())]
        page.save()
        for prefix in ("/", "/magazine/", "/"):
            set_script_prefix(prefix)
            try:
                assert f"<a href={prefix}>" in ask(page, reader)
            finally:
                clear_script_prefix()

    def test_addresses_of_the_host(self, page: Any, reader: Any) -> None:
        for urlconf in (None, "tests.slots.multilingual_urls"):
            set_urlconf(urlconf)
            try:
                ask(page, reader)
            finally:
                set_urlconf(None)
        assert len(kept()) == 2

    def test_site_that_the_request_knows(self, page: Any, reader: Any) -> None:
        for host_name in ("localhost", "www.example.org"):
            request = request_for(page, reader, HTTP_HOST=host_name)
            Site.find_for_request(request)
            answer_to(request)
        assert len(kept()) == 1  # both hosts are the default site's

    def test_two_bodies_in_one_answer_are_found_again(self, page: Any, reader: Any, host: Any) -> None:
        """Rendering the first finds out the site, which must not change the name of the second."""
        host.shows_headings_with("{% load wagtailcore_tags %}{% wagtail_site as site %}{{ site.pk }}{{ value }}")
        other = make_article("Other")

        def answer() -> str:
            found = [ArticleLikePage.objects.get(pk=shown.pk) for shown in (page, other)]
            request: Any = RequestFactory().get("/")
            request.user = reader
            listed = HttpResponse("".join(str(shown.body) for shown in found))
            return SlotMiddleware(lambda asked: listed)(request).content.decode()

        assert answer() == answer()
        assert answer().count(CANARY) == 6
        assert len(kept()) == 2

    def test_secret_key(self, page: Any, reader: Any, settings: Any) -> None:
        """The tokens in it were signed with the old one."""
        ask(page, reader)
        settings.SECRET_KEY = "another-one-for-tests"
        assert CANARY in ask(page, reader)
        assert len(kept()) == 2


class TestWhatIsNeverKept:
    @pytest.mark.parametrize("seconds", [0, -1])
    def test_switched_off(self, settings: Any, seconds: int) -> None:
        settings.WPR_BODY_CACHE_SECONDS = seconds
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept() == {}

    def test_with_debug_on_templates_are_being_written(self, settings: Any) -> None:
        settings.DEBUG = True
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept() == {}
        settings.WPR_BODY_CACHE_SECONDS = 60
        ask(make_article("Other"), make_subscriber("other"))
        assert len(kept()) == 1

    def test_preview(self) -> None:
        page = make_article()
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", text("draughtsman"))]
        answer = page.make_preview_request(preview_mode="subscriber")
        assert "draughtsman" in answer.content.decode()
        assert kept() == {}

    def test_page_that_was_made_for_a_dummy_request(self) -> None:
        """Slots of it are filled from the object in memory, whatever that is."""
        page = make_article(access="free")
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", text("draughtsman"))]
        request = request_for(page)
        request.is_dummy = True
        assert "draughtsman" in answer_to(request)
        assert kept() == {}

    def test_preview_of_a_page_that_was_never_saved(self) -> None:
        page = ArticleLikePage(title="New", slug="new", locale=home().locale)
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None), ("paragraph", text("draughtsman"))]
        answer = page.make_preview_request(preview_mode="subscriber")
        assert "draughtsman" in answer.content.decode()
        assert kept() == {}

    def test_page_that_is_not_live(self) -> None:
        page = make_article()
        ArticleLikePage.objects.filter(pk=page.pk).update(live=False)
        page = ArticleLikePage.objects.get(pk=page.pk)
        request = request_for(page, make_subscriber())
        answer_to(request)
        assert kept() == {}

    def test_page_class_that_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ArticleLikePage, "wpr_cache_bodies", False, raising=False)
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept() == {}

    def test_page_that_carries_what_a_view_wrote_on_it(self) -> None:
        page = make_article()
        page.bookmarked = True
        assert CANARY in answer_to(request_for(page, make_subscriber("one")))
        assert kept() == {}

    def test_page_that_carries_a_request(self) -> None:
        page = make_article()
        page._asked = RequestFactory().get("/")
        assert CANARY in answer_to(request_for(page, make_subscriber("one")))
        assert kept() == {}


class TestOptOutOfBlocks:
    def test_body_that_uses_the_block(self, host: Any) -> None:
        host.sets("heading", wpr_cache_body=False)
        forget_opt_outs(host.block)
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept() == {}

    def test_body_that_does_not(self, host: Any) -> None:
        host.sets("link", wpr_cache_body=False)
        forget_opt_outs(host.block)
        assert CANARY in ask(make_article(), make_subscriber())
        assert len(kept()) == 1

    def test_whole_stream(self, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(host.block.meta, "wpr_cache_body", False, raising=False)
        forget_opt_outs(host.block)
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept() == {}

    @pytest.mark.parametrize(
        ("rows", "used"),
        [
            ([], False),
            ([{"type": "plain", "value": "x"}], False),
            ([{"type": "poll", "value": "x"}], True),
            ([{"type": "many", "value": []}], False),
            ([{"type": "many", "value": ["x"]}], True),
            ([{"type": "many", "value": [{"type": "item", "value": "x", "id": "1"}]}], True),
            ([{"type": "row", "value": {"title": "x"}}], False),
            ([{"type": "row", "value": {"title": "x", "parts": []}}], False),
            ([{"type": "row", "value": {"parts": [{"type": "poll", "value": "x"}]}}], True),
            ([{"type": "row", "value": {"parts": [{"type": "plain", "value": "x"}]}}], False),
            ([{"type": "row", "value": "written by somebody else"}], True),
            ([{"type": "gone", "value": "of an older version"}], True),
        ],
    )
    def test_is_found_at_any_depth(self, rows: list[Any], used: bool) -> None:
        from wagtail_wpr.content.bodies import _opted_out

        class Poll(blocks.CharBlock):
            class Meta:
                wpr_cache_body = False

        inner = blocks.StreamBlock([("poll", Poll()), ("plain", blocks.CharBlock())])
        stream = blocks.StreamBlock(
            [
                ("poll", Poll()),
                ("plain", blocks.CharBlock()),
                ("many", blocks.ListBlock(Poll())),
                ("row", blocks.StructBlock([("title", blocks.CharBlock()), ("parts", inner)])),
            ]
        )
        assert _opted_out(stream, rows) is used


def forget_opt_outs(block: Any) -> None:
    """Blocks remember what they offer; these are changed by a test."""
    block.__dict__.pop("_wpr_offers_opt_out", None)
    for child in block.child_blocks.values():
        child.__dict__.pop("_wpr_offers_opt_out", None)


@pytest.fixture(autouse=True)
def opt_outs_of_other_tests() -> Any:
    yield
    forget_opt_outs(ArticleLikePage._meta.get_field("body").stream_block)


class TestSlotsInside:
    """Parts of a body that depend on the reader are kept as slots and filled for each."""

    @pytest.fixture(autouse=True)
    def templates(self, host: Any) -> None:
        host.writes("part_of_the_host.html", "<aside>{{ user.username }} reads the aside</aside>")
        host.shows_headings_with(
            "{% load wpr_tags %}<h2>{{ value }}</h2>{% if value != 'An opening heading' %}"
            '{% wpr_account %}{% wpr_metered page template="part_of_the_host.html" %}{% endif %}'
        )

    def test_are_filled_for_each_reader(self) -> None:
        page = make_article()
        readers = {name: make_subscriber(name) for name in ("annabel", "benedict")}
        for name in ("annabel", "benedict", "annabel"):
            (other,) = readers.keys() - {name}
            html = ask(page, readers[name])
            assert f"{name} reads the aside" in html
            assert html.count(name) >= 2  # in the account menu, too
            assert other not in html
        (stored,) = kept_html()
        assert stored.count("<wpr-slot ") == 2
        assert "annabel" not in stored
        assert "reads the aside" not in stored

    def test_are_the_same_whatever_came_before(self) -> None:
        page = make_article()
        ask(page, make_subscriber("one"))
        (stored,) = kept_html()
        cache.clear()
        before = str(page.body)  # the page's slots once more, before its own
        ask(page, make_subscriber("two"), before=before + str(make_article("Other").body))
        assert stored in kept_html()

    def test_continue_stands_once_on_the_page(self, client: Any) -> None:
        page = make_article()
        client.force_login(make_subscriber())
        for _time in range(2):
            html = client.get(page.url).content.decode()
            assert "reads the aside" in html
            assert html.count('id="wpr-continue"') == 1

    def test_metered_stream_inside_a_body(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A body whose own blocks hold a metered part: the marker is kept, its body is an entry of its own."""
        from wagtail_wpr.content.blocks import MeteredBlock

        block = ArticleLikePage._meta.get_field("body").stream_block
        metered = MeteredBlock([("paragraph", blocks.RichTextBlock())])
        metered.set_name("metered")
        monkeypatch.setitem(block.child_blocks, "metered", metered)
        page = make_article()
        part = {"teaser": [], "body": [{"type": "paragraph", "value": "<p>inmost</p>", "id": "p"}]}
        page.body = [("paragraph", text("Teaser.")), ("wpr_break", None)]
        rows = [*page.body._whole._raw_data, {"type": "metered", "value": part, "id": "m"}]
        ArticleLikePage.objects.filter(pk=page.pk).update(body=rows)
        cold, warm = ask(page, make_subscriber("one")), ask(page, make_subscriber("two"))
        assert cold == warm
        assert warm.count("inmost") == 1
        assert warm.count('id="wpr-continue"') == 1
        assert sorted("inmost" in html for html in kept_html()) == [False, True]
        assert not re.search("<wpr-slot", warm)
