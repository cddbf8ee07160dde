"""Fills the database that both hosts use: ``python -m tests.benchmarks.seeding FIRST_READERS`` in the gated host.

Prints as JSON which session belongs to which reader.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import django


#: The first read of an article counts; so many free ones a reader has in a month.
LIMIT = 3


def main(first_readers: int) -> dict[str, Any]:
    _tables()
    site = _tree()
    sessions = {"subscriber": _subscriber(), "used up": _used_up(site), "re-read": _readers_of(site)}
    return {"site": site.pk, **sessions, "first read": _strangers(first_readers)}


def _tables() -> None:
    """Create the tables of the site's own models, which have no migrations: they are made for one run."""
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in apps.get_app_config("stories").get_models():
            editor.create_model(model)


# --- pages


def _tree() -> Any:
    from wagtail.models import Page, Site

    from tests.benchmarks import cases
    from tests.benchmarks.content import Writer
    from tests.benchmarks.host.stories.models import ArticlePage, HomePage, ListPage, PartsPage, RiverPage

    Page.objects.filter(depth=2).delete()
    home = Page.objects.get(depth=1).add_child(instance=HomePage(title="Harbour Review", slug="home"))
    site = Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    images = [_image(number) for number in range(8)]
    terms = _terms()
    lists = {
        slug: home.add_child(instance=kind(title=slug, slug=slug))
        for slug, kind in ((cases.LIST, ListPage), (cases.RIVER, RiverPage))
    }
    targets: list[int] = []
    for slug, parent in lists.items():
        for number in range(50):
            name = f"{slug}-{number}"
            rows = Writer(name, images, targets or [home.pk]).article(300)
            targets.append(_article(ArticlePage, parent, name, rows, terms))
    for slug, words in cases.WORDS.items():
        _article(ArticlePage, home, slug, Writer(slug, images, targets).article(words), terms)
    _article(ArticlePage, home, cases.RICH, Writer("rich", images, targets).rich(), terms)
    for slug, number in cases.PARTS.items():
        _article(PartsPage, home, slug, Writer(slug, images, targets).parts(number), terms)
    return site


def _article(kind: Any, parent: Any, slug: str, rows: list[dict[str, Any]], terms: dict[str, list[Any]]) -> int:
    page = kind(title=slug.replace("-", " ").capitalize(), slug=slug, date=date(2026, 3, 4))
    page.standfirst = "What the harbour decided this week, and what it means for the ferries."
    page.body = json.dumps(rows)
    page.regions, page.topics = terms["regions"], terms["topics"]
    parent.add_child(instance=page)
    return int(page.pk)


def _terms() -> dict[str, list[Any]]:
    from tests.benchmarks.host.stories.models import Region, Topic

    return {
        "regions": [Region.objects.create(name="North Coast", slug="north-coast")],
        "topics": [Topic.objects.create(name=name, slug=name.lower()) for name in ("Ferries", "Ports", "Budgets")],
    }


def _image(number: int) -> int:
    from django.core.files.base import ContentFile
    from PIL import Image as Picture
    from wagtail.images import get_image_model

    data = BytesIO()
    Picture.new("RGB", (1200, 800), (number * 30, 80, 120)).save(data, "JPEG")
    file = ContentFile(data.getvalue(), name=f"harbour-{number}.jpg")
    return int(get_image_model().objects.create(title=f"Harbour {number}", file=file).pk)


# --- readers


def _subscriber() -> str:
    from django.utils import timezone

    from wagtail_wpr.access.models import Entitlement

    user = _user("subscriber")
    Entitlement.objects.create(user=user, name="all_access", source="bench", valid_from=timezone.now())
    return _sessions([user])[0]


def _used_up(site: Any) -> str:
    """Somebody who has read other articles, as many as are free."""
    from tests.benchmarks.host.stories.models import ArticlePage

    user = _user("used-up")
    pages = ArticlePage.objects.filter(slug__in=[f"list-{number}" for number in range(LIMIT)])
    _read(site, user, pages)
    return _sessions([user])[0]


def _readers_of(site: Any) -> dict[str, str]:
    """For each article a reader who has read it this month."""
    from wagtail.models import Page

    from tests.benchmarks.cases import ARTICLES

    found = {}
    for slug in ARTICLES:
        user = _user(f"reader-of-{slug}")
        _read(site, user, Page.objects.filter(slug=slug))
        found[slug] = _sessions([user])[0]
    return found


def _strangers(number: int) -> list[str]:
    """Registered readers who have read nothing yet."""
    from django.contrib.auth import get_user_model

    model = get_user_model()
    users = model.objects.bulk_create(
        [
            model(username=f"stranger-{index}", first_name="Nora", last_name="Reader", password="!")
            for index in range(number)
        ],
        batch_size=500,
    )
    return _sessions(users)


def _user(name: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create(username=name, first_name="Nora", last_name="Reader", password="!")


def _read(site: Any, user: Any, pages: Any) -> None:
    from django.utils import timezone

    from wagtail_wpr.access.models import Read
    from wagtail_wpr.access.periods import calendar_period

    at = timezone.now()
    period = calendar_period("month", at)
    for seat, page in enumerate(pages, start=1):
        Read.objects.create(
            holder=f"u:{user.pk}",
            site_id=site.pk,
            period=period.key,
            period_start=period.start,
            content=str(page.translation_key),
            seat=seat,
            created=at,
        )


def _sessions(users: list[Any]) -> list[str]:
    """Sign the users in; return the keys of their sessions."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    store = SessionStore()
    expires = timezone.now() + timedelta(days=14)
    rows = [
        Session(
            session_key=_key(),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=expires,
        )
        for user in users
    ]
    Session.objects.bulk_create(rows, batch_size=500)
    return [row.session_key for row in rows]


def _key() -> str:
    from django.utils.crypto import get_random_string

    return get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.host.gated"
    django.setup()
    print(json.dumps(main(int(sys.argv[1]))))
