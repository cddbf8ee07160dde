"""Wagtail's block migrations change metered streams as they change plain ones, and lose nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps as installed
from django.db import connection
from django.db.migrations.state import ProjectState
from wagtail.blocks.migrations.migrate_operation import MigrateStreamData
from wagtail.blocks.migrations.operations import RemoveStreamChildrenOperation, RenameStreamChildrenOperation
from wagtail.models import Revision

from tests.content.test_locked_value import make_nested
from tests.factories import CANARY, make_article
from wagtail_wpr.content.door import open_whole


pytestmark = pytest.mark.django_db


@pytest.fixture(params=["models of a migration", "models of the project"])
def registry(request: Any, db: None) -> Any:
    """What a migration gets (the plain field), and what a script has (ours)."""
    return installed if request.param.endswith("project") else ProjectState.from_apps(installed).apps


def migrate(registry: Any, page: Any, *operations: Any) -> None:
    migration = MigrateStreamData("testapp", type(page)._meta.model_name, "body", list(operations))
    migration.migrate_stream_data_forward(registry, connection.schema_editor())


def stored(page: Any) -> list[Any]:
    return list(open_whole(type(page).objects.get(pk=page.pk).body).get_prep_value())


def drafted(page: Any) -> list[Any]:
    """Return the rows of the latest revision."""
    return list(json.loads(Revision.objects.for_instance(page).latest("created_at").content["body"]))


class TestFlat:
    def test_renaming_changes_teaser_and_body_of_page_and_revision(self, registry: Any) -> None:
        page = make_article()
        page.save_revision()
        before = stored(page)
        migrate(registry, page, (RenameStreamChildrenOperation("heading", "link"), ""))
        types = ["link", "paragraph", "wpr_break", "paragraph", "link", "items"]
        # Read raw: a heading's text is no page that a link could lead to.
        assert [row["type"] for row in raw(page)] == types
        assert [row["value"] for row in raw(page)] == [row["value"] for row in before]
        assert [row["id"] for row in raw(page)] == [row["id"] for row in before]
        assert [row["type"] for row in drafted(page)] == types

    def test_removing_a_block_keeps_the_others(self, registry: Any) -> None:
        page = make_article()
        page.save_revision()
        before = stored(page)
        migrate(registry, page, (RemoveStreamChildrenOperation("heading"), ""))
        assert stored(page) == [row for row in before if row["type"] != "heading"]
        assert json.dumps(stored(page)).count(CANARY) == 2
        assert drafted(page) == stored(page)


class TestNested:
    def test_bodies_of_metered_blocks(self, registry: Any) -> None:
        page = make_nested()
        page.save_revision()
        rename = RenameStreamChildrenOperation("paragraph", "heading")
        migrate(registry, page, (rename, "metered.body"), (rename, "chapters.item.text.body"))
        rows = raw(page)
        assert [row["type"] for row in rows] == ["paragraph", "metered", "chapters"]
        assert [row["type"] for row in rows[1]["value"]["body"]] == ["heading"]
        assert [row["type"] for row in rows[1]["value"]["teaser"]] == ["paragraph"]
        bodies = [item["value"]["text"]["body"] for item in rows[2]["value"]]
        assert [[row["type"] for row in body] for body in bodies] == [["heading"], ["heading"]]
        assert json.dumps(rows).count(CANARY) == 3


def raw(page: Any) -> list[Any]:
    """Return what the column holds."""
    with connection.cursor() as cursor:
        table = type(page)._meta.db_table
        cursor.execute(f"SELECT body FROM {table} WHERE page_ptr_id = %s", [page.pk])
        (found,) = cursor.fetchone()
    return list(json.loads(found) if isinstance(found, str) else found)
