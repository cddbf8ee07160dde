"""Access right after a page or a section has changed: over HTTP, with everything warm that can be."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from tests.factories import CANARY, home, make_article, make_user, set_access, text
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access import memory
from wagtail_wpr.access.models import AccessSetting, Read
from wagtail_wpr.content.door import open_whole


pytestmark = pytest.mark.django_db(transaction=True)

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"


@pytest.fixture(params=["no shared cache", "shared cache", "page cache"], autouse=True)
def caches_in_front(request: Any, settings: Any, tmp_path: Any) -> None:
    """What a site may have: nothing that processes share, a shared cache, and a cache of whole pages too."""
    if request.param != "no shared cache":
        backend = "django.core.cache.backends.filebased.FileBasedCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path / "cache")}}
    if request.param == "page cache":
        place = settings.MIDDLEWARE.index(OURS) + 1
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE[:place],
            "django.middleware.cache.UpdateCacheMiddleware",
            *settings.MIDDLEWARE[place:],
            "django.middleware.cache.FetchFromCacheMiddleware",
        ]
    memory.forget()
    cache.clear()


@pytest.fixture
def reader() -> Client:
    """A signed-in reader with a meter of three."""
    client = Client()
    client.force_login(make_user())
    return client


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(make_user("editor", is_superuser=True, is_staff=True))
    return client


def fresh(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


def shown(client: Client, page: Any) -> str:
    """Return what stands where the body may be: ``body``, the kind of wall, or the status of an error."""
    answer = client.get(Page.objects.get(pk=page.pk).url)
    if answer.status_code != 200:
        return str(answer.status_code)
    html = answer.content.decode()
    if CANARY in html:
        assert "data-wpr-wall" not in html
        return "body"
    return html.partition('data-wpr-wall="')[2].partition('"')[0]


def warm(page: Any, *clients: Client) -> str:
    """Ask twice, so that whatever keeps something keeps it; return what a visitor sees."""
    for client in (Client(), Client(), *clients):
        seen = shown(client, page)
    return seen if not clients else shown(Client(), page)


def edit(editor: Client, page: Any, access: str | None, *, publish: bool = True) -> None:
    """Save the page's form as an editor does; ``access`` None takes the setting away."""
    stored = AccessSetting.objects.filter(page_id=page.pk).first()
    row = {"access": access or "inherit", "DELETE": "on" if access is None else ""}
    rows = [{**row, "id": stored.pk}] if stored else [row]
    body = [
        ("paragraph", rich_text("<p>The teaser says this much.</p>")),
        ("wpr_break", ""),
        ("paragraph", rich_text(f"<p>Behind the wall {CANARY}</p>")),
    ]
    data = {
        "title": page.title,
        "slug": page.slug,
        "body": streamfield(body),
        "wpr_access": inline_formset(rows, initial=1 if stored else 0),
        "comments": inline_formset([]),
        **({"action-publish": "1"} if publish else {}),
    }
    answer = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), nested_form_data(data))
    assert answer.status_code == 302, answer.context["form"].errors


class TestMoved:
    def test_into_another_section_and_back(self, editor: Client) -> None:
        free = make_article("Free", access="free")
        page = make_article("Moved")
        child = make_article("Below", parent=page)
        assert (warm(page), warm(child)) == ("register", "register")
        editor.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, free.pk]))
        assert (shown(Client(), page), shown(Client(), child)) == ("body", "body")
        assert (warm(page), warm(child)) == ("body", "body")
        editor.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home().pk]))
        assert (shown(Client(), page), shown(Client(), child)) == ("register", "register")

    def test_away_from_under_a_reader(self, reader: Client) -> None:
        shut = make_article("Shut", access="subscribers")
        page = make_article("Moved")
        assert warm(page, reader) == "register"
        assert shown(reader, page) == "body"
        fresh(page).move(fresh(shut), pos="last-child")
        assert (shown(reader, page), shown(Client(), page)) == ("subscribe", "subscribe")

    def test_among_its_sisters(self) -> None:
        pages = [make_article(f"Sister {n}") for n in range(3)]
        set_access(pages[1], "free")
        assert [warm(page) for page in pages] == ["register", "body", "register"]
        fresh(pages[2]).move(fresh(pages[0]), pos="left")
        assert [shown(Client(), page) for page in pages] == ["register", "body", "register"]


class TestEditedAndPublished:
    def test_draft_changes_nothing_until_it_is_published(self, editor: Client, reader: Client) -> None:
        page = make_article()
        assert warm(page, reader) == "register"
        edit(editor, page, "free", publish=False)
        assert shown(Client(), page) == "register"
        edit(editor, page, "free")
        assert shown(Client(), page) == "body"
        assert warm(page) == "body"
        edit(editor, page, "subscribers")
        assert (shown(Client(), page), shown(reader, page)) == ("subscribe", "subscribe")
        edit(editor, page, None)
        assert (shown(Client(), page), shown(reader, page)) == ("register", "body")

    def test_published_body_is_the_new_one(self, reader: Client) -> None:
        page = make_article()
        warm(page, reader)
        whole = open_whole(page.body)
        whole.append(("paragraph", text("A quillwort was added.")))
        page.body = whole
        revision = page.save_revision()
        assert "quillwort" not in reader.get(page.url).content.decode()
        revision.publish()
        assert "quillwort" in reader.get(page.url).content.decode()
        assert "quillwort" not in Client().get(page.url).content.decode()
        assert Read.objects.count() == 1

    def test_reverted(self, editor: Client) -> None:
        page = make_article()
        first = page.save_revision()
        edit(editor, page, "free")
        assert warm(page) == "body"
        first.as_object().save_revision().publish()
        assert shown(Client(), page) == "register"


class TestUnpublished:
    def test_is_gone_for_all_and_comes_back(
        self, editor: Client, reader: Client, request: pytest.FixtureRequest
    ) -> None:
        page = make_article(access="registered")
        assert warm(page, reader) == "register"
        editor.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
        if "page cache" in request.node.name:
            # The host's own page cache goes on showing the page; what it shows is the teaser.
            assert {shown(reader, page), shown(Client(), page)} <= {"register", "404"}
        else:
            assert (shown(reader, page), shown(Client(), page)) == ("404", "404")
        fresh(page).save_revision().publish()
        cache.clear()
        assert (shown(reader, page), shown(Client(), page)) == ("body", "register")

    def test_section_goes_on_to_say_what_is_below_it(self) -> None:
        section = make_article("Section", access="free")
        page = make_article("Below", parent=section)
        assert warm(page) == "body"
        fresh(section).unpublish()
        assert shown(Client(), page) == "body"


class TestCopied:
    def test_has_its_own_setting_from_then_on(self, editor: Client, reader: Client) -> None:
        page = make_article(access="registered")
        warm(page, reader)
        data = {
            "new_title": "Copied",
            "new_slug": "copied",
            "new_parent_page": str(home().pk),
            "publish_copies": "on",
        }
        editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
        copied = ArticleLikePage.objects.get(slug="copied")
        assert (shown(Client(), copied), shown(reader, copied)) == ("register", "body")
        assert Read.objects.count() == 0
        set_access(page, "free")
        assert (shown(Client(), page), shown(Client(), copied)) == ("body", "register")

    def test_is_an_article_of_its_own(self, reader: Client) -> None:
        page = make_article()
        assert shown(reader, page) == "body"
        copied = page.copy(update_attrs={"slug": "copied"})
        assert shown(reader, copied) == "body"
        assert Read.objects.count() == 2

    def test_into_a_free_section(self) -> None:
        free = make_article("Free", access="free")
        page = make_article()
        assert warm(page) == "register"
        copied = page.copy(to=fresh(free), update_attrs={"slug": "copied"})
        assert (shown(Client(), copied), shown(Client(), page)) == ("body", "register")


class TestAliased:
    def test_follows_its_source_wherever_it_stands(self, reader: Client) -> None:
        free = make_article("Free", access="free")
        page = make_article()
        warm(page, reader)
        alias = fresh(page).create_alias(parent=fresh(free), update_slug="alias")
        assert shown(Client(), alias) == "register"
        set_access(page, "subscribers")
        assert (shown(Client(), alias), shown(reader, alias)) == ("subscribe", "subscribe")
        set_access(page, "free")
        assert warm(alias) == "body"
        set_access(page, "metered")
        assert shown(Client(), alias) == "register"

    def test_is_the_same_article_for_the_meter(self, reader: Client) -> None:
        page = make_article()
        alias = page.create_alias(update_slug="alias")
        assert (shown(reader, page), shown(reader, alias)) == ("body", "body")
        others = [make_article(f"Other {n}") for n in range(3)]
        assert [shown(reader, other) for other in others] == ["body", "body", "subscribe"]
        assert (shown(reader, alias), shown(reader, page)) == ("body", "body")
        assert Read.objects.count() == 3


class TestTranslated:
    @pytest.fixture(autouse=True)
    def languages(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "tests.slots.multilingual_urls"
        place = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware") + 1
        locale = "django.middleware.locale.LocaleMiddleware"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], locale, *settings.MIDDLEWARE[place:]]

    @pytest.fixture
    def german(self) -> Any:
        """The German of a page: translates it and puts it online."""
        locale, _created = Locale.objects.get_or_create(language_code="de")
        home().copy_for_translation(locale).save_revision().publish()

        def translate(page: Any) -> Any:
            translation = page.copy_for_translation(locale)
            translation.save_revision().publish()
            return fresh(translation)

        return translate

    def test_reading_it_after_the_original_costs_nothing(self, reader: Client, german: Any) -> None:
        page = make_article()
        translation = german(page)
        assert (page.url, translation.url) == ("/tides/", "/de/tides/")
        assert (shown(reader, page), shown(reader, translation)) == ("body", "body")
        assert Read.objects.count() == 1
        others = [make_article(f"Other {n}") for n in range(3)]
        assert [shown(reader, other) for other in others] == ["body", "body", "subscribe"]
        assert (shown(reader, translation), shown(reader, page)) == ("body", "body")
        assert Read.objects.count() == 3

    def test_and_the_other_way_round(self, reader: Client, german: Any) -> None:
        page = make_article()
        translation = german(page)
        assert (shown(reader, translation), shown(reader, page)) == ("body", "body")
        assert Read.objects.get().content == str(page.translation_key)

    def test_has_the_setting_that_was_translated_with_it(self, reader: Client, german: Any) -> None:
        page = make_article(access="registered")
        warm(page, reader)
        translation = german(page)
        assert (shown(Client(), translation), shown(reader, translation)) == ("register", "body")
        set_access(translation, "subscribers")
        assert (shown(reader, translation), shown(reader, page)) == ("subscribe", "body")

    def test_an_alias_in_the_other_language_is_the_same_article_too(self, reader: Client, german: Any) -> None:
        page = make_article()
        locale = Locale.objects.get(language_code="de")
        alias = page.copy_for_translation(locale, alias=True)
        assert (shown(reader, page), shown(reader, alias)) == ("body", "body")
        assert Read.objects.count() == 1


class TestDeleted:
    def test_is_gone_and_its_place_in_the_tree_inherits_nothing(self, editor: Client) -> None:
        page = make_article("Free", access="free")
        path = page.path
        assert warm(page) == "body"
        editor.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
        assert not Page.objects.filter(pk=page.pk).exists()
        cache_free = make_article("Free once more")
        assert cache_free.path == path
        assert AccessSetting.objects.count() == 0
        cache.clear()
        assert shown(Client(), cache_free) == "register"

    def test_section_with_all_below_it(self) -> None:
        section = make_article("Section", access="free")
        page = make_article("Below", parent=section)
        assert warm(page) == "body"
        fresh(section).delete()
        again = make_article("Section", parent=home())
        below = make_article("Below", parent=again)
        assert below.path == page.path
        cache.clear()
        assert (shown(Client(), again), shown(Client(), below)) == ("register", "register")


class TestSection:
    def test_change_reaches_all_below_at_once(self, editor: Client, reader: Client) -> None:
        section = make_article("Section")
        page = make_article("Page", parent=section)
        deep = make_article("Deep", parent=page)
        own = make_article("Own", parent=section, access="subscribers")
        assert [warm(each, reader) for each in (page, deep, own)] == ["register", "register", "subscribe"]
        for access, visitor, known in (
            ("free", "body", "body"),
            ("registered", "register", "body"),
            ("subscribers", "subscribe", "subscribe"),
            (None, "register", "body"),
        ):
            edit(editor, section, access)
            assert [shown(Client(), each) for each in (page, deep, own)] == [visitor, visitor, "subscribe"]
            assert [shown(reader, each) for each in (page, deep, own)] == [known, known, "subscribe"]
