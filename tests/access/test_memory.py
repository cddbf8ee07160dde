from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import transaction
from wagtail.models import Page

from tests.access.publication import make_page, statements
from wagtail_wpr.access import AccessLevel, checks, memory
from wagtail_wpr.access.inheritance import access_of
from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.access.panels import AccessPanel


FILE_CACHE = "django.core.cache.backends.filebased.FileBasedCache"


def level(page: Any) -> AccessLevel:
    return access_of([page])[0]


@pytest.fixture
def shared_cache(settings: Any, tmp_path: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": FILE_CACHE, "LOCATION": str(tmp_path)}}
    memory.forget()


def elsewhere(page: Any, access: str) -> None:
    """Change a setting as another process does: behind the back of what this one remembers."""
    AccessSetting.objects.bulk_create([AccessSetting(page=page, access=access)])


@pytest.mark.django_db(transaction=True)
class TestOtherProcesses:
    """At once with a shared cache, within five seconds without."""

    def test_shared(self, shared_cache: None, article: Any) -> None:
        assert level(article) is AccessLevel.METERED
        elsewhere(article, "free")
        assert level(article) is AccessLevel.METERED
        caches["default"].set(memory.VERSION_KEY, "another process says so", None)
        assert level(article) is AccessLevel.FREE
        with statements(0):
            assert level(article) is AccessLevel.FREE

    def test_shared_and_announced_by_this_one(self, shared_cache: None, article: Any) -> None:
        level(article)
        before = cache.get(memory.VERSION_KEY)
        AccessSetting.objects.create(page=article, access="free")
        assert cache.get(memory.VERSION_KEY) != before

    def test_an_evicted_version_heals(self, shared_cache: None, article: Any) -> None:
        level(article)
        elsewhere(article, "free")
        cache.clear()
        assert level(article) is AccessLevel.FREE

    def test_not_shared(self, article: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        now = memory.time.monotonic()
        monkeypatch.setattr("wagtail_wpr.access.memory.time.monotonic", lambda: now)
        level(article)
        elsewhere(article, "free")
        monkeypatch.setattr("wagtail_wpr.access.memory.time.monotonic", lambda: now + 4.9)
        assert level(article) is AccessLevel.METERED
        monkeypatch.setattr("wagtail_wpr.access.memory.time.monotonic", lambda: now + 5.0)
        assert level(article) is AccessLevel.FREE


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    """What is not committed is seen here only, and forgotten when it is rolled back."""

    def test_rolled_back(self, article: Any) -> None:
        level(article)
        with transaction.atomic():
            AccessSetting.objects.create(page=article, access="free")
            assert level(article) is AccessLevel.FREE
            transaction.set_rollback(True)
        assert level(article) is AccessLevel.METERED

    def test_rolled_back_to_a_savepoint(self, article: Any) -> None:
        with transaction.atomic():
            AccessSetting.objects.create(page=article, access="registered")
            assert level(article) is AccessLevel.REGISTERED
            with transaction.atomic():
                AccessSetting.objects.update_or_create(page=article, defaults={"access": "free"})
                assert level(article) is AccessLevel.FREE
                transaction.set_rollback(True)
            assert level(article) is AccessLevel.REGISTERED
        assert level(article) is AccessLevel.REGISTERED

    def test_committed(self, article: Any) -> None:
        with transaction.atomic():
            AccessSetting.objects.create(page=article, access="free")
        assert level(article) is AccessLevel.FREE
        with statements(0):
            level(article)


class TestChecks:
    """A wrong cache is said before it costs anything."""

    def test_not_shared(self) -> None:
        assert [message.id for message in checks.check_cache_is_shared()] == ["wagtail_wpr.W200"]

    def test_shared(self, shared_cache: None) -> None:
        assert checks.check_cache_is_shared() == []
        assert checks.check_cache_exists() == []

    def test_missing(self, settings: Any) -> None:
        settings.WPR_CACHE = "nowhere"
        assert [message.id for message in checks.check_cache_exists()] == ["wagtail_wpr.E200"]
        assert checks.check_cache_is_shared() == []

    def test_time_zones_and_apps(self, settings: Any) -> None:
        assert checks.check_time_zones() == checks.check_apps() == []
        settings.USE_TZ = False
        assert [message.id for message in checks.check_time_zones()] == ["wagtail_wpr.E202"]


@pytest.mark.django_db
class TestPanel:
    """The panel binds to any page type and makes a form for one setting at most."""

    def test_it_edits_the_setting(self, home: Any) -> None:
        page = make_page(home, "a", "registered")
        panel = AccessPanel().bind_to_model(Page)
        form_class = panel.get_form_class()
        form = form_class(instance=page)
        formset = form.formsets["wpr_access"]
        assert (formset.max_num, len(formset.forms)) == (1, 1)
        assert formset.forms[0].initial["access"] == "registered"
