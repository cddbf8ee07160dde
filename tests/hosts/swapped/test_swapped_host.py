"""The package on a host that replaced Wagtail's page model: every migration for real, and a page served."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from base.models import BasePage
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from stories.models import StoryPage
from wagtail.models import Site

from wagtail_wpr.access.models import Entitlement


OPEN = "publicword before the line"
HIDDEN = "hiddenword after the line"


@pytest.fixture
def story(db: None) -> StoryPage:
    site = Site.objects.select_related("root_page").get()
    page = StoryPage(
        title="Harbour",
        slug="harbour",
        body=[("paragraph", f"<p>{OPEN}</p>"), ("wpr_break", None), ("paragraph", f"<p>{HIDDEN}</p>")],
    )
    site.root_page.add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.mark.django_db
class TestProject:
    def test_has_nothing_to_complain_about(self) -> None:
        call_command("check", fail_level="WARNING")

    def test_has_nothing_left_to_migrate(self) -> None:
        call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())

    def test_the_package_points_to_the_page_model_of_the_host(self) -> None:
        related = {
            field.related_model._meta.label
            for config in ("wagtail_wpr", "wagtail_wpr_billing")
            for model in apps.get_app_config(config).get_models()
            for field in model._meta.get_fields()
            if field.many_to_one and not field.auto_created
        }
        assert "base.BasePage" in related
        assert "wagtailcore.Page" not in related

    def test_the_pages_of_the_first_migrations_are_the_hosts(self) -> None:
        assert BasePage.objects.count() == 2


class TestPage:
    def test_shows_teaser_and_wall_to_a_visitor(self, story: StoryPage, client: Client) -> None:
        answer = client.get("/harbour/")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert OPEN in page
        assert HIDDEN not in page
        assert 'data-wpr-wall="register"' in page

    def test_shows_the_body_to_a_subscriber(self, story: StoryPage, client: Client) -> None:
        user = get_user_model().objects.create_user("ada", "ada@example.org")
        now = timezone.now()
        Entitlement.objects.create(
            user=user,
            name="all_access",
            source="test",
            valid_from=now - timedelta(days=1),
            valid_until=now + timedelta(days=1),
        )
        client.force_login(user)
        page = client.get("/harbour/").content.decode()
        assert HIDDEN in page
        assert "wpr-wall" not in page

    def test_follows_the_access_of_its_section(self, story: StoryPage, client: Client) -> None:
        section = BasePage.objects.get(pk=story.get_parent().pk)
        section.wpr_access.create(access="free")
        section.save()
        assert HIDDEN in client.get("/harbour/").content.decode()

    def test_opens_in_the_editor(self, story: StoryPage, client: Client) -> None:
        get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
        client.login(username="editor", password="secret")
        answer = client.get(f"/admin/pages/{story.pk}/edit/")
        assert answer.status_code == 200
        assert HIDDEN in answer.content.decode()
