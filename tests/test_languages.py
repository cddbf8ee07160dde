"""The language of a page, asked for at every slot: no query each time, and right after a locale has changed."""

from __future__ import annotations

import pytest
from wagtail.models import Locale

from tests.access.publication import statements
from tests.factories import make_article
from wagtail_wpr.languages import code_of, language_of


@pytest.mark.django_db
class TestLanguage:
    def test_is_the_pages_own_and_asks_nothing(self) -> None:
        page = make_article()
        language_of(page)
        fresh = type(page).objects.get(pk=page.pk)
        with statements(0):
            assert language_of(fresh) == "en"

    def test_follows_a_locale_that_is_new_changed_or_gone(self) -> None:
        locale = Locale.objects.create(language_code="de")
        assert code_of(locale.pk) == "de"
        locale.language_code = "ar"
        locale.save()
        assert code_of(locale.pk) == "ar"
        gone = locale.pk
        Locale.objects.filter(pk=gone).delete()
        assert code_of(gone) == ""
        assert code_of(None) == ""

    def test_is_the_active_one_where_pages_have_none(self, settings) -> None:
        settings.WAGTAIL_I18N_ENABLED = False
        assert language_of(make_article()) == "en"
