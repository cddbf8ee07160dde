from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale, Page

from tests.access.publication import make_page, set_meter, statements
from wagtail_wpr.access import AccessLevel, Content, memory, simulate
from wagtail_wpr.access.inheritance import access_of, next_change
from wagtail_wpr.access.models import AccessSetting


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def level(page: Any, at: datetime | None = None) -> str:
    return access_of([Page.objects.get(pk=page.pk)], at=at)[0].value


@pytest.mark.django_db
class TestInheritance:
    """A page's own setting, then the nearest section's, then the site's."""

    def test_the_nearest_setting_counts(self, site: Any, home: Any) -> None:
        section = make_page(home, "section", "subscribers")
        inner = make_page(section, "inner", "inherit")
        article, open_article = make_page(inner, "article"), make_page(inner, "open", "free")
        assert [level(page) for page in (home, section, inner, article, open_article)] == [
            "metered",
            "subscribers",
            "subscribers",
            "subscribers",
            "free",
        ]
        set_meter(site, default_access="registered")
        assert [level(page) for page in (home, article)] == ["registered", "subscribers"]

    def test_siblings_whose_paths_look_alike_do_not_inherit(self, home: Any) -> None:
        make_page(home, "one", "free")
        assert level(make_page(home, "two")) == "metered"

    def test_resolving_asks_nothing(self, home: Any) -> None:
        section = make_page(home, "section", "registered")
        pages = [make_page(section, f"a{n}") for n in range(5)]
        access_of(pages)
        with statements(0):
            assert access_of(pages) == [AccessLevel.REGISTERED] * 5

    def test_one_query_for_all_aliases(self, home: Any) -> None:
        source = make_page(home, "source", "free")
        closed = make_page(home, "closed", "subscribers")
        aliases = [source.create_alias(parent=closed, update_slug=f"alias{n}") for n in range(4)]
        access_of(aliases)
        with statements(1):
            assert access_of([*aliases, closed]) == [*[AccessLevel.FREE] * 4, AccessLevel.SUBSCRIBERS]


@pytest.mark.django_db
class TestChanges:
    """Right at once after whatever editors do to pages."""

    def test_setting_saved_and_deleted(self, article: Any) -> None:
        assert level(article) == "metered"
        row = AccessSetting.objects.create(page=article, access="free")
        assert level(article) == "free"
        row.access = "subscribers"
        row.save()
        assert level(article) == "subscribers"
        row.delete()
        assert level(article) == "metered"

    def test_a_draft_changes_nothing_until_it_is_published(self, article: Any) -> None:
        article.wpr_access.add(AccessSetting(access="free"))
        revision = article.save_revision()
        assert level(article) == "metered"
        revision.publish()
        assert level(article) == "free"
        draft = article.get_latest_revision_as_object()
        draft.wpr_access.clear()
        second = draft.save_revision()
        assert level(article) == "free"
        second.publish()
        assert level(article) == "metered"
        revision.publish()
        assert level(article) == "free"

    def test_move(self, home: Any) -> None:
        section, other = make_page(home, "section", "subscribers"), make_page(home, "other", "free")
        inner = make_page(section, "inner")
        article = make_page(inner, "article")
        assert level(article) == "subscribers"
        inner.move(other, pos="last-child")
        assert level(article) == "free"

    def test_moving_a_sibling_before_it_shifts_paths(self, home: Any) -> None:
        first, second = make_page(home, "first", "free"), make_page(home, "second")
        assert (level(first), level(second)) == ("free", "metered")
        Page.objects.get(pk=second.pk).move(Page.objects.get(pk=first.pk), pos="left")
        assert (level(first), level(second)) == ("free", "metered")

    def test_a_page_put_before_others_shifts_paths(self, home: Any) -> None:
        first = make_page(home, "first", "free")
        assert level(first) == "free"
        new = Page(title="New", slug="new")
        Page.objects.get(pk=first.pk).add_sibling(pos="left", instance=new)
        assert (level(first), level(new)) == ("free", "metered")

    def test_unpublish_publish_and_delete(self, home: Any) -> None:
        section = make_page(home, "section", "subscribers")
        article = make_page(section, "article")
        section.unpublish()
        assert level(article) == "subscribers"
        section.save_revision().publish()
        assert level(article) == "subscribers"
        section.delete()
        assert level(make_page(home, "section")) == "metered"

    def test_copy(self, home: Any) -> None:
        section = make_page(home, "section", "subscribers", subscribers_after_days=3)
        make_page(section, "article")
        copied = section.copy(recursive=True, update_attrs={"slug": "copied"})
        assert level(copied) == "subscribers"
        assert level(copied.get_children().get()) == "subscribers"
        assert AccessSetting.objects.get(page=copied).subscribers_after_days == 3

    def test_alias_follows_its_source(self, home: Any) -> None:
        section = make_page(home, "section", "registered")
        source, closed = make_page(section, "source"), make_page(home, "closed", "subscribers")
        alias = source.create_alias(parent=closed, update_slug="alias")
        own, second = make_page(closed, "own"), alias.create_alias(parent=closed, update_slug="second")
        assert (level(alias), level(second), level(own)) == ("registered", "registered", "subscribers")
        source.wpr_access.add(AccessSetting(access="free"))
        source.save_revision().publish()
        assert (level(alias), level(second)) == ("free", "free")
        assert Content.of(second).key == str(source.translation_key)
        section.move(closed, pos="last-child")
        AccessSetting.objects.filter(page=source).get().delete()
        assert (level(alias), level(second)) == ("registered", "registered")

    def test_translation_is_copied_with_its_setting(self, home: Any) -> None:
        page = make_page(home, "page", "registered")
        german = page.copy_for_translation(Locale.objects.create(language_code="de"), copy_parents=True)
        assert level(german) == "registered"
        assert Content.of(german).key == Content.of(page).key

    def test_in_bulk_one_says_so(self, article: Any) -> None:
        assert level(article) == "metered"
        AccessSetting.objects.bulk_create([AccessSetting(page=article, access="free")])
        memory.changed()
        assert level(article) == "free"


@pytest.mark.django_db
class TestSchedule:
    """Free from and until; subscribers only after some days."""

    def test_free_window(self, home: Any) -> None:
        page = make_page(home, "a", "subscribers", free_from=NOW, free_until=NOW + DAY)
        tick = timedelta(microseconds=1)
        moments = [NOW - tick, NOW, NOW + DAY - tick, NOW + DAY]
        assert [level(page, at) for at in moments] == ["subscribers", "free", "free", "subscribers"]

    def test_open_ends(self, home: Any) -> None:
        since, till = make_page(home, "a", free_from=NOW), make_page(home, "b", free_until=NOW)
        assert [level(since, NOW - DAY), level(since, NOW)] == ["metered", "free"]
        assert [level(till, NOW - DAY), level(till, NOW)] == ["free", "metered"]

    def test_a_window_that_ends_before_it_begins_frees_nothing(self, home: Any) -> None:
        page = make_page(home, "a", free_from=NOW + DAY, free_until=NOW)
        assert {level(page, NOW + hours * DAY / 24) for hours in range(-3, 30)} == {"metered"}
        with pytest.raises(ValidationError, match="end after it begins"):
            AccessSetting(page=page, free_from=NOW, free_until=NOW).full_clean()

    def test_a_sections_archive_is_for_subscribers(self, home: Any) -> None:
        section = make_page(home, "section", "registered", subscribers_after_days=30)
        old, new = make_page(section, "old"), make_page(section, "new")
        Page.objects.filter(pk=old.pk).update(first_published_at=NOW - 30 * DAY)
        Page.objects.filter(pk=new.pk).update(first_published_at=NOW - 30 * DAY + timedelta(seconds=1))
        assert (level(old, NOW), level(new, NOW)) == ("subscribers", "registered")
        Page.objects.filter(pk=old.pk).update(first_published_at=None)
        assert level(old, NOW) == "registered"

    def test_a_free_window_opens_the_archive(self, home: Any) -> None:
        page = make_page(home, "a", free_from=NOW, free_until=NOW + DAY, subscribers_after_days=0)
        later = timezone.now() + DAY
        assert level(page, later) == "subscribers"
        AccessSetting.objects.filter(page=page).delete()
        AccessSetting.objects.create(page=page, free_from=later, subscribers_after_days=0)
        assert level(page, later) == "free"

    def test_next_change(self, home: Any) -> None:
        section = make_page(home, "section", subscribers_after_days=10)
        page = make_page(section, "a", free_from=NOW, free_until=NOW + DAY)
        Page.objects.filter(pk=page.pk).update(first_published_at=NOW)
        page.refresh_from_db()
        moments = [NOW - DAY, NOW, NOW + DAY, NOW + 10 * DAY]
        assert [next_change(page, at=at) for at in moments] == [NOW, NOW + DAY, NOW + 10 * DAY, None]
        assert next_change(home) is None


@pytest.mark.django_db
class TestRandomTrees:
    """Whatever is moved where: access is that of the nearest page above that has a setting."""

    @given(data=st.data())
    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_moves_and_settings(self, home: Any, data: st.DataObject) -> None:
        home = Page.objects.get(pk=home.pk)
        top = make_page(home, f"tree{home.numchild}")
        pages = [top]
        for n in range(6):
            parent = Page.objects.get(pk=data.draw(st.sampled_from(pages)).pk)
            pages.append(parent.add_child(instance=Page(title=str(n), slug=str(n))))
        for _step in range(5):
            pk = data.draw(st.sampled_from(pages[1:])).pk
            if data.draw(st.booleans()):
                choice = data.draw(st.sampled_from(["free", "registered", "subscribers", "inherit", None]))
                for row in AccessSetting.objects.filter(page_id=pk):
                    row.delete()
                if choice:
                    AccessSetting.objects.create(page_id=pk, access=choice)
            else:
                page = Page.objects.get(pk=pk)
                target = Page.objects.get(pk=data.draw(st.sampled_from(pages)).pk)
                if not (target == page or target.is_descendant_of(page)):
                    slugs = set(target.get_children().values_list("slug", flat=True))
                    if page.slug not in slugs:
                        page.move(target, pos=data.draw(st.sampled_from(["first-child", "last-child"])))
            fresh = list(Page.objects.filter(pk__in=[page.pk for page in pages]))
            assert [found.value for found in access_of(fresh)] == [self.by_hand(page) for page in fresh]

    def by_hand(self, page: Any) -> str:
        for above in page.get_ancestors(inclusive=True).reverse():
            row = AccessSetting.objects.filter(page=above).exclude(access="inherit").first()
            if row is not None:
                return row.access
        return "metered"


@pytest.mark.django_db
class TestPreviews:
    """A preview shows what a kind of reader would see of the draft."""

    @pytest.mark.parametrize(
        ("access", "outcomes"),
        [
            ("free", ["free", "free", "free", "free"]),
            ("registered", ["register", "registered", "registered", "subscriber"]),
            ("metered", ["register", "metered", "subscribe", "subscriber"]),
            ("subscribers", ["subscribe", "subscribe", "subscribe", "subscriber"]),
        ],
    )
    def test_modes(self, home: Any, access: str, outcomes: list[str]) -> None:
        page = make_page(home, "a", access)
        decisions = [simulate(page, mode) for mode in ("visitor", "one_left", "used_up", "subscriber")]
        assert [decision.wall or decision.reason for decision in decisions] == outcomes
        assert all(decision.cost == 0 and decision.claim is None for decision in decisions)

    def test_the_draft_counts_and_not_what_is_live(self, article: Any) -> None:
        article.wpr_access.add(AccessSetting(access="subscribers"))
        assert simulate(article, "visitor").wall == "subscribe"
        assert simulate(Page.objects.get(pk=article.pk), "visitor").wall == "register"

    def test_the_meter_of_one_left(self, site: Any, article: Any) -> None:
        meter = simulate(article, "one_left").meter
        assert meter is not None
        assert (meter.limit, meter.used, meter.remaining) == (3, 2, 1)
        set_meter(site, registered_limit=0)
        assert simulate(article, "one_left").wall == "subscribe"

    def test_a_page_that_was_never_saved(self, home: Any) -> None:
        new = Page(title="New", slug="new", locale=home.locale)
        new.path, new.depth = home.path + "0009", home.depth + 1
        new.set_url_path(home)
        assert simulate(new, "subscriber").granted
        assert simulate(new, "visitor").wall == "register"

    def test_another_mode_is_refused(self, article: Any) -> None:
        with pytest.raises(ValueError, match="not a preview mode"):
            simulate(article, "gold")
