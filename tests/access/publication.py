"""A small publication for tests: a site, sections, articles and people, with or without migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, Site

from wagtail_wpr.access.models import AccessSetting, Entitlement, MeterSettings


def make_site() -> Site:
    """Return the default site, with a home page, as migrations leave it or anew."""
    Locale.objects.get_or_create(language_code="en")
    site = Site.objects.filter(is_default_site=True).first()
    if site is not None:
        return site
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = root.add_child(instance=Page(title="Home", slug="home"))
    return Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)


def make_page(parent: Any, slug: str, access: str | None = None, **setting: Any) -> Page:
    """Return a live page below *parent*, with an access setting if one is given."""
    page = parent.add_child(instance=Page(title=slug.title(), slug=slug))
    page.save_revision().publish()
    page = Page.objects.get(pk=page.pk)
    if access is not None or setting:
        AccessSetting.objects.create(page=page, access=access or "inherit", **setting)
    return page


def make_reader(name: str = "reader", **fields: Any) -> Any:
    """Return an active user without any rights."""
    return get_user_model().objects.create_user(username=name, email=f"{name}@example.org", **fields)


def make_subscriber(name: str = "subscriber") -> Any:
    """Return a user who has the entitlement ``all_access``."""
    user = make_reader(name)
    Entitlement.objects.create(user=user, name="all_access", source="test")
    return user


def set_meter(site: Site, **fields: Any) -> MeterSettings:
    """Store the meter settings of a site."""
    row, _created = MeterSettings.objects.update_or_create(site=site, defaults=fields)
    return row


@contextmanager
def statements(most: int) -> Iterator[list[str]]:
    """Fail where the block issues more statements than *most*; BEGIN, COMMIT and SAVEPOINT do not count."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    found.extend(query["sql"] for query in captured if not query["sql"].upper().startswith(words))
    assert len(found) <= most, "\n".join(found)
