"""One table, two fields: what StreamField wrote is read by ours, and what ours wrote by StreamField."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from wagtail.fields import StreamField

from tests.factories import CANARY, home, make_article, text
from tests.testapp.models import BLOCKS, ArticleLikePage
from wagtail_wpr.content.blocks import MeteredStreamBlock
from wagtail_wpr.content.door import open_whole


pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(db: None) -> Iterator[Any]:
    """A model on the table of ``ArticleLikePage`` as a host had it: a plain field of the same blocks."""
    with isolate_apps("tests.testapp"):

        class Twin(models.Model):
            page = models.IntegerField(primary_key=True, db_column="page_ptr_id")
            body = StreamField(BLOCKS, blank=True)

            class Meta:
                app_label = "testapp"
                managed = False
                db_table = ArticleLikePage._meta.db_table

        yield Twin


def empty_page() -> ArticleLikePage:
    page = ArticleLikePage(title="Old article")
    home().add_child(instance=page)
    return page


class TestWrittenByThePlainField:
    def test_is_read_and_kept_block_by_block(self, twin: Any) -> None:
        page = empty_page()
        old = twin.objects.get(pk=page.pk)
        old.body = [
            ("heading", "Old heading"),
            ("paragraph", text("word " * 100)),
            ("paragraph", text(f"Hidden {CANARY}")),
            ("items", ["a", CANARY]),
        ]
        old.save()
        rows = list(twin.objects.get(pk=page.pk).body.raw_data)
        found = ArticleLikePage.objects.get(pk=page.pk)
        assert [child.block_type for child in found.body] == ["heading", "paragraph", "wpr_break"]
        assert CANARY not in str(found.body)
        assert open_whole(found.body).get_prep_value() == rows
        found.save()
        found.save_revision().publish()
        assert list(twin.objects.get(pk=page.pk).body.raw_data) == rows


class TestWrittenByOurs:
    def test_is_read_by_the_plain_field_but_for_the_line_it_does_not_know(self, twin: Any) -> None:
        page = make_article()
        plain = twin.objects.get(pk=page.pk)
        assert [child.block_type for child in plain.body] == ["heading", "paragraph", "paragraph", "heading", "items"]
        assert str(plain.body).count(CANARY) == 3
        whole = open_whole(page.body)
        assert [child.id for child in plain.body] == [child.id for child in whole if child.block_type != "wpr_break"]

    def test_saved_by_the_plain_field_and_read_by_ours_again(self, twin: Any) -> None:
        page = make_article()
        plain = twin.objects.get(pk=page.pk)
        plain.body.append(("heading", "Added by the plain field"))
        plain.save()
        found = ArticleLikePage.objects.get(pk=page.pk)
        assert [child.value for child in open_whole(found.body) if child.block_type == "heading"] == [
            "An opening heading",
            f"Heading {CANARY}",
            "Added by the plain field",
        ]

    def test_frozen_field_of_a_migration_knows_the_line_too(self) -> None:
        page = make_article()
        _name, path, args, kwargs = ArticleLikePage._meta.get_field("body").deconstruct()
        assert path == "wagtail.fields.StreamField"
        frozen = StreamField(*args, **kwargs)
        value = frozen.to_python(list(open_whole(page.body).get_prep_value()))
        assert [child.block_type for child in value] == [
            "heading",
            "paragraph",
            "wpr_break",
            "paragraph",
            "heading",
            "items",
        ]


class TestSwap:
    def test_of_the_field_class_alone_issues_no_statement(self) -> None:
        """With the same blocks on both sides, in both directions."""
        ours = ArticleLikePage._meta.get_field("body")
        plain = StreamField(MeteredStreamBlock(BLOCKS), blank=True)
        plain.set_attributes_from_name("body")
        plain.model = ArticleLikePage
        editor = connection.schema_editor()
        assert not editor._field_should_be_altered(plain, ours)
        assert not editor._field_should_be_altered(ours, plain)
