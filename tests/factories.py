"""Pages and readers for tests, made through the same calls that hosts use."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from tests.testapp.models import ArticleLikePage, SectionLikePage
from wagtail_wpr.access.models import AccessSetting, Entitlement


#: Stands in every body and nowhere else.
CANARY = "zanzibarine"


def home() -> Page:
    """Return the root page of the default site, made with it where the database is empty."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        locale, _ = Locale.objects.get_or_create(language_code="en")
        root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root", locale=locale))
        front = root.add_child(instance=SectionLikePage(title="Home", slug="front", locale=locale))
        site = Site.objects.create(hostname="localhost", root_page=front, is_default_site=True)
    return Page.objects.get(pk=site.root_page_id)


def text(*words: str) -> RichText:
    return RichText("".join(f"<p>{word}</p>" for word in words))


def make_article(
    title: str = "Tides", *, parent: Page | None = None, access: str = "", **fields: Any
) -> ArticleLikePage:
    """Return a live article: two public blocks, the break, and two blocks with the canary."""
    page = ArticleLikePage(title=title, **fields)
    page.body = [
        ("heading", "An opening heading"),
        ("paragraph", text("The teaser says this much.")),
        ("wpr_break", None),
        ("paragraph", text(f"Behind the wall stands {CANARY} first.")),
        ("heading", f"Heading {CANARY}"),
        ("items", [f"item {CANARY}", "second item"]),
    ]
    (parent or home()).add_child(instance=page)
    if access:
        set_access(page, access)
    return ArticleLikePage.objects.get(pk=page.pk)


def set_access(page: Page, access: str, **schedule: Any) -> AccessSetting:
    AccessSetting.objects.filter(page_id=page.pk).delete()
    return AccessSetting.objects.create(page_id=page.pk, access=access, **schedule)


def make_user(name: str = "reader", **fields: Any) -> Any:
    return get_user_model().objects.create_user(username=name, email=f"{name}@example.org", password="secret", **fields)


def make_subscriber(name: str = "subscriber") -> Any:
    from django.utils import timezone

    user = make_user(name)
    Entitlement.objects.create(user=user, name="all_access", source="test", valid_from=timezone.now())
    return user
