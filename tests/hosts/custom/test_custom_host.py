"""The package among a host's own user, image and document models: every migration for real, and one journey."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from bureau.models import Photo, StoryPage
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page, Site


OPEN = "publicword before the line"
HIDDEN = "hiddenword after the line"


@pytest.fixture
def story(db: None) -> StoryPage:
    home = Page.objects.get(depth=2)
    Site.objects.update(hostname="testserver", port=80)
    page = StoryPage(
        title="Harbour",
        slug="harbour",
        body=[("paragraph", f"<p>{OPEN}</p>"), ("wpr_break", None), ("paragraph", f"<p>{HIDDEN}</p>")],
    )
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.mark.django_db
class TestProject:
    def test_has_nothing_to_complain_about(self) -> None:
        call_command("check", fail_level="WARNING")

    def test_has_nothing_left_to_migrate(self) -> None:
        call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())

    def test_the_package_points_to_the_models_of_the_host(self) -> None:
        related = {
            field.related_model._meta.label
            for config in ("wagtail_wpr", "wagtail_wpr_pages", "wagtail_wpr_billing")
            for model in apps.get_app_config(config).get_models()
            for field in model._meta.get_fields()
            if field.many_to_one and not field.auto_created
        }
        assert {"bureau.Photo", "people.Person"} <= related
        assert related & {"wagtailimages.Image", "wagtaildocs.Document", "auth.User"} == set()
        assert Photo.objects.count() == 0


class TestJourney:
    def test_from_the_teaser_to_a_person_of_the_host(self, story: StoryPage, client: Client) -> None:
        wall = client.get("/harbour/").content.decode()
        assert OPEN in wall
        assert HIDDEN not in wall
        assert 'data-wpr-wall="register"' in wall

        article = re.search(r'name="article" value="([^"]+)"', wall)
        assert article is not None
        answer = client.post(
            "/wpr/register/",
            {"email": "Ada@Example.org", "article": article.group(1)},
            headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        )
        assert answer.status_code == 303
        assert HIDDEN in client.get("/harbour/").content.decode()
        assert get_user_model().objects.count() == 0

        (message,) = mail.outbox
        code = re.search(r"\b(\d{3})\s?(\d{3})\b", str(message.body))
        assert code is not None
        answer = client.post(
            "/wpr/code/",
            {"code": "".join(code.groups()), "article": article.group(1)},
            headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        )
        assert answer.status_code == 303
        person = get_user_model().objects.get()
        assert person.email.lower() == "ada@example.org"
        assert not person.has_usable_password()
        assert client.session["_auth_user_id"] == str(person.pk)
        assert HIDDEN in client.get("/harbour/").content.decode()
        assert client.get("/wpr/account/").status_code == 200
