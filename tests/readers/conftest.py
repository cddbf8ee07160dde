from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access.models import AccessSetting
from wagtail_wpr.readers.articles import sign_article


TEASER = "Rivers rise in spring."
BODY = "Nobody measures the delta after dark."


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    cache.clear()
    Site.clear_site_root_paths_cache()


@pytest.fixture
def site(db) -> Site:
    """A site with a root, a home page and a name."""
    locale, _created = Locale.objects.get_or_create(language_code="en")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root", locale=locale)
    home = root.add_child(instance=Page(title="Home", slug="front", locale=locale))
    Site.objects.all().delete()
    return Site.objects.create(
        hostname="testserver", port=80, root_page=home, is_default_site=True, site_name="The Delta"
    )


def add_article(site: Site, slug: str, access: str = "") -> ArticleLikePage:
    page = site.root_page.specific.add_child(
        instance=ArticleLikePage(
            title=f"About {slug}",
            slug=slug,
            body=[
                ("paragraph", RichText(f"<p>{TEASER}</p>")),
                ("wpr_break", None),
                ("paragraph", RichText(f"<p>{BODY}</p>")),
            ],
        )
    )
    if access:
        page.wpr_access = [AccessSetting(access=access)]
        page.save()
    return page


@pytest.fixture
def article(site: Site) -> ArticleLikePage:
    return add_article(site, "rivers")


@pytest.fixture
def other_article(site: Site) -> ArticleLikePage:
    return add_article(site, "lakes")


def browser(address: str = "192.0.2.1") -> Client:
    """A private window on a network: no cookies, and a browser's manners."""
    return Client(REMOTE_ADDR=address, headers={"sec-fetch-site": "same-origin"})


@dataclass
class Window:
    """What a person does in one browser."""

    client: Client = field(default_factory=browser)

    def register(self, page, email: str = "anna@example.org", **more: str):
        return self.client.post("/wpr/register/", {"email": email, "article": sign_article(page), **more})

    def ask_for_link(self, email: str = "anna@example.org", **more: str):
        return self.client.post("/wpr/log-in/", {"email": email, **more})

    def code(self, code: str, **more: str):
        return self.client.post("/wpr/code/", {"code": code, **more})

    def press(self, link: str):
        return self.client.post(link)

    def reads(self, page) -> bool:
        return BODY in self.client.get(page.url).content.decode()

    def wall(self, page) -> str:
        found = re.search(r'data-wpr-wall="(\w+)"', self.client.get(page.url).content.decode())
        return found[1] if found else ""

    @property
    def user_id(self) -> str | None:
        return self.client.session.get("_auth_user_id")


def link_in(message) -> str:
    """The path of the first link in the text part of a mail."""
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def code_in(message) -> str:
    return re.search(r"^(\d{6})$", message.body, re.MULTILINE)[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def newest_mail():
    return mail.outbox[-1]
