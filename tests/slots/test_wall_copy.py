"""The words of the wall: an editor's for a section, a site or everywhere; otherwise ours."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from wagtail.models import Locale, Site

from tests.factories import home, make_article, make_user
from wagtail_wpr.access.models import MeterSettings
from wagtail_wpr.slots.copy import wall_copy
from wagtail_wpr.slots.models import WallCopy


pytestmark = pytest.mark.django_db


def copy(headline, **fields):
    home()
    fields.setdefault("locale", Locale.objects.get(language_code="en"))
    return WallCopy.objects.create(headline=headline, **fields)


class TestChoice:
    def test_ours_where_nobody_wrote_any(self):
        assert wall_copy(make_article(), "register").headline == "Keep reading for free"

    def test_everywhere_site_section_nearest(self):
        section = make_article("Section")
        page = make_article("Page", parent=section)
        copy("Everywhere")
        assert wall_copy(page, "register").headline == "Everywhere"
        copy("This site", site=Site.objects.get(is_default_site=True))
        assert wall_copy(page, "register").headline == "This site"
        copy("This section", section_id=section.pk)
        assert wall_copy(page, "register").headline == "This section"
        assert wall_copy(make_article("Elsewhere"), "register").headline == "This site"

    def test_empty_fields_keep_our_words(self):
        copy("Only a headline")
        words = wall_copy(make_article(), "register")
        assert (words.headline, str(words.button)) == ("Only a headline", "Continue reading")

    def test_other_kinds_and_languages_are_left_alone(self):
        german, _ = Locale.objects.get_or_create(language_code="de")
        copy("Auf Deutsch", locale=german)
        copy("Subscribe now", wall="subscribe")
        page = make_article()
        assert wall_copy(page, "register").headline == "Keep reading for free"
        assert wall_copy(page, "subscribe").headline == "Subscribe now"

    def test_change_and_deletion_show_at_once(self):
        page, words = make_article(), copy("First")
        assert wall_copy(page, "register").headline == "First"
        words.headline = "Second"
        words.save()
        assert wall_copy(page, "register").headline == "Second"
        words.delete()
        assert wall_copy(page, "register").headline == "Keep reading for free"

    def test_without_the_database_ours(self):
        page = make_article()

        def refuse(execute, sql, params, many, context):
            raise DatabaseError("gone")

        with connection.execute_wrapper(refuse):
            assert wall_copy(page, "register").headline == "Keep reading for free"


class TestPromise:
    """Nobody is promised more than the site's meter gives."""

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({}, "together with three free articles every month."),
            ({"registered_limit": 5}, "You can then read 5 free articles every month."),
            ({"registered_limit": 1, "period": "week"}, "You can then read 1 free article every week."),
            ({"period": "rolling", "rolling_days": 14}, "You can then read 3 free articles in 14 days."),
            ({"registered_limit": 0}, "the rest of this article opens at once."),
        ],
    )
    def test_follows_the_meter(self, fields, sentence):
        page = make_article()
        MeterSettings.objects.create(site=Site.objects.get(is_default_site=True), **fields)
        assert str(wall_copy(page, "register").promise).endswith(sentence)

    def test_what_an_editor_wrote_stays(self):
        copy("Headline", promise="Read on.")
        page = make_article()
        MeterSettings.objects.create(site=Site.objects.get(is_default_site=True), registered_limit=5)
        assert wall_copy(page, "register").promise == "Read on."


class TestOnThePage:
    def test_wall_says_it_escaped(self, client):
        copy("Read <b>on</b>")
        html = client.get(make_article().url).content.decode()
        assert "Read &lt;b&gt;on&lt;/b&gt;" in html


class TestAdmin:
    def test_lists_and_edits(self, client):
        client.force_login(make_user("editor", is_superuser=True))
        words = copy("Our promise")
        listing = client.get("/admin/snippets/wagtail_wpr/wallcopy/")
        assert listing.status_code == 200
        assert "Our promise" in listing.content.decode()
        assert client.get(f"/admin/snippets/wagtail_wpr/wallcopy/edit/{words.pk}/").status_code == 200
        assert client.get("/admin/snippets/wagtail_wpr/wallcopy/add/").status_code == 200

    def test_needs_a_permission(self, client):
        client.force_login(make_user("reader"))
        assert client.get("/admin/snippets/wagtail_wpr/wallcopy/").status_code == 302
