"""wagtail-localize carries the whole body: what it reads and what it writes is the opened value."""

from __future__ import annotations

import importlib.util

import pytest
from django.conf import settings
from wagtail.models import Locale, Page, Site

from tests.testapp.models import ArticleLikePage
from wagtail_wpr.content.door import open_whole


pytestmark = [
    pytest.mark.localize,
    pytest.mark.django_db,
    pytest.mark.skipif(
        importlib.util.find_spec("wagtail_localize") is None or "wagtail_localize" not in settings.INSTALLED_APPS,
        reason="wagtail-localize is not installed; the row of .ci/run has it",
    ),
]

TEASER = "The opening of it."
BODY = "The hidden rest."


@pytest.fixture
def article() -> ArticleLikePage:
    english = Locale.objects.get_or_create(language_code="en")[0]
    Locale.objects.get_or_create(language_code="de")
    root = Page.objects.filter(depth=1).first() or Page.add_root(
        instance=Page(title="Root", slug="root", locale=english)
    )
    home = root.add_child(instance=Page(title="Home", slug="localize-home", locale=english))
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    page = ArticleLikePage(
        title="Harbour",
        slug="harbour",
        locale=english,
        body=[("paragraph", f"<p>{TEASER}</p>"), ("wpr_break", None), ("paragraph", f"<p>{BODY}</p>")],
    )
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.fixture
def german(article: ArticleLikePage) -> ArticleLikePage:
    """The article translated string by string, the body's too."""
    from wagtail_localize.models import StringTranslation, Translation, TranslationSource

    source, _created = TranslationSource.get_or_create_from_instance(article)
    german = Locale.objects.get(language_code="de")
    home, _created = TranslationSource.get_or_create_from_instance(article.get_parent().specific)
    Translation.objects.create(source=home, target_locale=german).save_target(publish=True)
    translation = Translation.objects.create(source=source, target_locale=german)
    for segment in source.stringsegment_set.select_related("string", "context"):
        StringTranslation.objects.create(
            translation_of=segment.string,
            context=segment.context,
            locale=german,
            data=f"DE {segment.string.data}",
        )
    translation.save_target(publish=True)
    return article.get_translation(german)


class TestTranslating:
    def test_reads_the_words_of_the_body(self, article: ArticleLikePage) -> None:
        from wagtail_localize.models import TranslationSource

        source, _created = TranslationSource.get_or_create_from_instance(article)
        strings = set(source.stringsegment_set.values_list("string__data", flat=True))
        assert {TEASER, BODY} <= strings

    def test_writes_teaser_break_and_body(self, german: ArticleLikePage) -> None:
        whole = open_whole(german.body)
        assert [child.block_type for child in whole] == ["paragraph", "wpr_break", "paragraph"]
        assert [str(child.value.source) for child in whole if child.block_type == "paragraph"] == [
            f"<p>DE {TEASER}</p>",
            f"<p>DE {BODY}</p>",
        ]

    def test_the_translation_is_behind_the_door_too(self, german: ArticleLikePage) -> None:
        assert f"DE {TEASER}" in str(german.body)
        assert BODY not in str(german.body)

    def test_leaves_the_original_whole(self, article: ArticleLikePage, german: ArticleLikePage) -> None:
        article.refresh_from_db()
        assert BODY in "".join(str(child) for child in open_whole(article.body))

    def test_counts_as_the_same_article(self, article: ArticleLikePage, german: ArticleLikePage) -> None:
        assert german.translation_key == article.translation_key
