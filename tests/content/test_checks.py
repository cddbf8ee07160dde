"""System checks of metered streams and of delivery."""

from __future__ import annotations

import pytest
from wagtail import blocks

from tests.testapp.models import ArticleLikePage
from wagtail_wpr.content import checks
from wagtail_wpr.content.blocks import MeteredBlock
from wagtail_wpr.content.fields import MeteredStreamField
from wagtail_wpr.content.loops import loops_that_drop_the_break
from wagtail_wpr.slots.checks import check_delivery


def ids(messages):
    return [message.id for message in messages]


class TestPlainStreamWithMeteredBlocksInside:
    def field(self, block_types):
        field = MeteredStreamField(block_types)
        field.name, field.model = "body", ArticleLikePage
        return field

    def test_is_an_error_that_names_the_place(self):
        inner = blocks.StreamBlock([("part", MeteredBlock([("text", blocks.CharBlock())]))])
        found = list(checks._plain_streams_inside(self.field([("chapter", blocks.StructBlock([("parts", inner)]))])))
        assert ids(found) == ["wagtail_wpr.E010"]
        assert "body.chapter.parts is an ordinary StreamBlock" in found[0].msg

    def test_list_of_structs_is_fine(self):
        listed = blocks.ListBlock(blocks.StructBlock([("part", MeteredBlock([("text", blocks.CharBlock())]))]))
        assert not list(checks._plain_streams_inside(self.field([("parts", listed)])))


class TestColumnInApiFields:
    def test_warns(self):
        found = list(checks._api_columns(ArticleLikePage, ArticleLikePage._meta.get_field("body")))
        assert ids(found) == ["wagtail_wpr.W011"]


class TestLoops:
    @pytest.mark.parametrize(
        ("inside", "drops"),
        [
            (
                "{% if block.block_type == 'heading' %}<h2>a</h2>{% elif block.block_type == 'x' %}{% endif %}",
                True,
            ),
            (
                "{% if block.block_type == 'heading' %}a{% endif %}{% if block.block_type == 'x' %}b{% endif %}",
                True,
            ),
            ("{% if block.block_type == 'heading' %}a{% else %}{% include_block block %}{% endif %}", False),
            ("{% if block.block_type == 'heading' %}a{% endif %}{% include_block block %}", False),
            ("{% include_block block %}", False),
            ("<div>{{ block }}</div>", False),
            (
                "{% if block.block_type == 'wpr_break' %}{{ block }}{% elif block.block_type == 'x' %}{% endif %}",
                False,
            ),
        ],
    )
    def test_that_drop_the_break(self, tmp_path, settings, inside, drops):
        (tmp_path / "page.html").write_text(
            "{% load wagtailcore_tags %}<main>\n{% for block in page.body %}" + inside + "{% endfor %}</main>"
        )
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
        assert loops_that_drop_the_break("page.html", "body") == ([2] if drops else [])

    def test_jinja_is_warned_about(self, settings):
        settings.TEMPLATES = [*settings.TEMPLATES, {"BACKEND": "django.template.backends.jinja2.Jinja2"}]
        assert ids(checks._jinja()) == ["wagtail_wpr.W013"]


class TestDelivery:
    OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

    def test_test_settings_are_right(self):
        assert check_delivery() == []

    def test_missing_middleware(self, settings):
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != self.OURS]
        assert ids(check_delivery()) == ["wagtail_wpr.E001"]

    def test_unknown_delivery(self, settings):
        settings.WPR_DELIVERY = "pigeon"
        (error,) = check_delivery()
        assert error.id == "wagtail_wpr.E002"
        assert "'inline', 'fetch', 'null'" in error.hint

    @pytest.mark.parametrize(
        "name", ["django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware"]
    )
    def test_what_must_stand_above(self, settings, name):
        settings.MIDDLEWARE = [self.OURS, name]
        (error,) = check_delivery()
        assert error.id == "wagtail_wpr.E003"
        assert "must stand above" in error.msg

    @pytest.mark.parametrize(
        "name",
        [
            "django.middleware.cache.UpdateCacheMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
        ],
    )
    def test_what_must_stand_below(self, settings, name):
        settings.MIDDLEWARE = [name, self.OURS]
        (error,) = check_delivery()
        assert error.id == "wagtail_wpr.E003"
        assert "must stand below" in error.msg

    def test_urls_not_mounted(self, settings):
        settings.ROOT_URLCONF = "wagtail.urls"
        assert ids(check_delivery()) == ["wagtail_wpr.W004"]


class TestSecondsThatBodiesAreKept:
    @pytest.mark.parametrize("seconds", ["five minutes", None, -1, "-300"])
    def test_that_are_none_are_an_error(self, settings, seconds):
        settings.WPR_BODY_CACHE_SECONDS = seconds
        assert ids(checks.check_kept_bodies()) == ["wagtail_wpr.E014"]

    @pytest.mark.parametrize("seconds", [0, 300, "300"])
    def test_that_are_some_are_fine(self, settings, seconds):
        settings.WPR_BODY_CACHE_SECONDS = seconds
        assert checks.check_kept_bodies() == []
