"""The publication that the cases try to read: one page for each way of being closed, and who may read what.

Every body holds three words that stand nowhere else: at its beginning, in its middle and at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from tests.factories import home, make_subscriber, make_user, set_access
from tests.testapp.models import ArticleLikePage, NestedPage, SectionLikePage
from wagtail_wpr.access import Reader, grants, memory, spend
from wagtail_wpr.access.models import AccessSetting, Entitlement, MeterSettings, Read
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage
from wagtail_wpr.readers.models import Address, LimitCounter, ReaderProfile, SignIn


FIRST, MIDDLE, LAST = "ombrophilous", "vélocipédiste", "xylopolist"

#: What stands in every body and nowhere else.
BODY = (FIRST, MIDDLE, LAST)

#: What stands in a draft that was never published.
DRAFT = ("zugzwanger",)

#: What stands in the bodies of free articles.
FREE = ("gratuitous", "unbarred", "openhanded")

#: What everybody may read of each article.
TEASER = "Everybody may read this sentence."

#: Stands in no text at all: what a search for it finds is what nothing matches.
NOWHERE = "brachiopodous"

#: Free articles of a reader in a period.
LIMIT = 3

#: Articles for the races: fifty that are opened at once, and what readers have read before.
RACERS = 53

FILLER = "<p>The harbour kept its own ledger, and nobody read it until the tide had gone out twice that week.</p>"


def hidden(*, filler: int = 10, words: tuple[str, ...] = BODY) -> list[tuple[str, Any]]:
    """Return the blocks of a body: paragraphs, with the words in the first, the middle and the last of them."""
    lines = [FILLER] * max(3, filler)
    for place, word in zip((0, len(lines) // 2, len(lines) - 1), words, strict=False):
        lines[place] = f"<p>Here the {word} went on, and wrote it down.</p>"
    return [("paragraph", RichText("".join(lines)))]


def stream(**options: Any) -> list[tuple[str, Any]]:
    opening = RichText(f"<p>{TEASER}</p>")
    return [("paragraph", opening), ("wpr_break", None), *hidden(**options)]


@dataclass
class Publication:
    """The pages by name, and the readers by name."""

    pages: dict[str, Any] = field(default_factory=dict)
    readers: dict[str, Any] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Return the address of a page, from the host on."""
        return urlsplit(self.pages[name].url).path

    # --- making it

    def fill(self) -> None:
        """Make all pages and readers."""
        front = home()
        self.pages["front"] = front
        sections = {"analysis": "metered", "archive": "subscribers", "open": "free"}
        for name, access in sections.items():
            self.pages[name] = front.add_child(instance=SectionLikePage(title=name.title(), slug=name))
            set_access(self.pages[name], access)
        self._fill_articles()
        self._fill_package_pages(front)
        self._fill_languages(front)
        self._fill_second_site(front)
        self._fill_readers()

    def add(self, name: str, parent: str, *, access: str = "", body: Any = None, model: Any = ArticleLikePage) -> Any:
        """Add a page below another, by name; return it as the database has it."""
        page = model(title=f"About {name}", slug=name, body=body or stream())
        self._parent(parent).add_child(instance=page)
        if access:
            set_access(page, access)
        self.pages[name] = model.objects.get(pk=page.pk)
        return self.pages[name]

    def _parent(self, name: str) -> Any:
        return Page.objects.get(pk=self.pages[name].pk)

    def _fill_articles(self) -> None:
        gated = self.add("gated", "archive", access="subscribers")
        self.add("metered", "analysis", access="metered")
        self.add("other", "analysis")
        self.add("registered", "analysis", access="registered")
        self.add("free", "open", access="free", body=stream(words=FREE))
        # Shorter than a teaser, and nobody said where the teaser ends.
        self.add("short", "archive", body=[("paragraph", RichText(f"<p>{TEASER}</p>" * 4)), *hidden(filler=3)])
        self.add("unconfigured", "archive", model=NestedPage, body=_nested())
        self.pages["alias"] = gated.create_alias(parent=self._parent("open"), update_slug="alias")
        self.pages["metered_alias"] = self.pages["metered"].create_alias(
            parent=self._parent("open"), update_slug="metered-alias"
        )
        draft = ArticleLikePage.objects.get(pk=gated.pk)
        draft.body = [*stream(words=DRAFT)]
        self.draft = draft.save_revision()
        for number in range(RACERS):
            self.add(f"race{number}", "analysis", body=stream(filler=3))

    def _fill_package_pages(self, front: Any) -> None:
        news = SectionPage(title="News", slug="news")
        Page.objects.get(pk=front.pk).add_child(instance=news)
        self.pages["news"] = news
        for name in ("story", "second_story"):
            story = ArticlePage(
                title=f"A {name}", slug=name.replace("_", "-"), standfirst="A public line.", body=stream()
            )
            self._parent("news").add_child(instance=story)
            set_access(story, "subscribers")
            self.pages[name] = story
        chapter = {
            "title": "One",
            "content": {"teaser": [("paragraph", RichText(f"<p>{TEASER}</p>"))], "body": hidden()},
        }
        report = ReportPage(
            title="A report", slug="report", introduction="<p>Public.</p>", chapters=[("chapter", chapter)]
        )
        self._parent("news").add_child(instance=report)
        set_access(report, "subscribers")
        self.pages["report"] = report

    def _fill_languages(self, front: Any) -> None:
        german, _made = Locale.objects.get_or_create(language_code="de")
        Page.objects.get(pk=front.pk).specific.copy_for_translation(german)
        for name in ("gated", "metered"):
            copied = self.pages[name].specific.copy_for_translation(german, copy_parents=True)
            self.pages[f"{name}_translated"] = ArticleLikePage.objects.get(pk=copied.pk)
        # Made as drafts; nothing of what was read of the tree before may be written back.
        Page.objects.filter(locale=german).update(live=True)

    def _fill_second_site(self, front: Any) -> None:
        root = Page.get_first_root_node().add_child(
            instance=SectionLikePage(title="Elsewhere", slug="elsewhere", locale_id=front.locale_id)
        )
        site = Site.objects.create(hostname="other.example", root_page=root)
        MeterSettings.objects.create(site=site, default_access="free")
        self.pages["elsewhere"] = root
        self.pages["free_elsewhere"] = root.add_child(
            instance=ArticleLikePage(title="Elsewhere free", slug="free-elsewhere", body=stream(words=FREE))
        )

    def _fill_readers(self) -> None:
        now = timezone.now()
        for name in ("fresh", "one-left", "used-up", "lapsed", "other-plan"):
            self.readers[name] = make_user(name)
        self.readers["subscriber"] = make_subscriber()
        self.readers["editor"] = make_user("editor", is_staff=True, is_superuser=True)
        Entitlement.objects.create(
            user=self.readers["lapsed"],
            name="all_access",
            source="test",
            valid_from=now - timedelta(days=400),
            valid_until=now - timedelta(days=1),
        )
        for name in ("ad_free", "newsletters"):
            Entitlement.objects.create(user=self.readers["other-plan"], name=name, source="test")
        self.sessions = {name: session_of(user) for name, user in self.readers.items()}
        self._kept = {
            "users": [user.pk for user in self.readers.values()],
            "settings": list(MeterSettings.objects.values_list("pk", flat=True)),
            "access": {row.page_id: row.access for row in AccessSetting.objects.all()},
        }

    # --- keeping it as it was

    def renew(self) -> None:
        """Put meters, limits and settings back to where they were, and forget what processes remember."""
        from django.contrib.auth import get_user_model

        for model in (Read, LimitCounter, SignIn, ReaderProfile, Address):
            model.objects.all().delete()
        get_user_model().objects.exclude(pk__in=self._kept["users"]).delete()
        MeterSettings.objects.exclude(pk__in=self._kept["settings"]).delete()
        mail.outbox = []
        cache.clear()
        memory.forget()
        for name, used in (("one-left", LIMIT - 1), ("used-up", LIMIT)):
            for number in range(used):
                page = self.pages[f"race{RACERS - 1 - number}"]
                assert spend(Reader.for_user(self.readers[name]), page).granted

    def sign_in_again(self, name: str) -> None:
        """Give a reader a new session, after a case has ended the one there was."""
        self.sessions[name] = session_of(self.readers[name])

    def let_visitors_read(self, number: int) -> None:
        """Give visitors free articles of their own, until the next renewal."""
        site = Site.objects.get(is_default_site=True)
        MeterSettings.objects.create(site=site, visitor_limit=number, registered_limit=LIMIT)
        memory.forget()

    # --- who asks

    def cookies_of(self, name: str) -> dict[str, str]:
        """Return the cookies of a reader's browser; none for a visitor.

        :raises KeyError: for a reader that there is not.
        """
        states: dict[str, Callable[[], dict[str, str]]] = {
            "visitor": dict,
            "visitor-used-up": self._visitor_used_up,
            "unlocked": lambda: unlocked(self.pages["metered"]),
        }
        if name in states:
            return states[name]()
        return {"sessionid": self.sessions[name]}

    def _visitor_used_up(self) -> dict[str, str]:
        self.let_visitors_read(1)
        browser = grants.new_browser_id()
        reader = Reader.visitor().with_browser(browser)
        assert spend(reader, self.pages["other"]).granted
        return {grants.BROWSER_COOKIE: browser_cookie(browser)}


def _nested() -> list[tuple[str, Any]]:
    opening = [("paragraph", RichText(f"<p>{TEASER}</p>"))]
    parts = hidden()
    return [
        ("paragraph", RichText(f"<p>{TEASER}</p>")),
        ("metered", {"teaser": opening, "body": parts}),
        ("chapters", [{"title": "One", "text": {"teaser": opening, "body": parts}}]),
    ]


def session_of(user: Any) -> str:
    """Return the session cookie of somebody who signed in."""
    client = Client()
    client.force_login(user)
    return str(client.cookies["sessionid"].value)


def browser_cookie(browser: str, **said: Any) -> str:
    """Return the cookie that names a browser, as the package signs it."""
    from django.core import signing

    return signing.dumps({"id": browser, "used": False, "met": True, **said}, salt=grants.BROWSER_SALT)


def unlocked(page: Any) -> dict[str, str]:
    """Return the cookies of a browser in which an address was left on this page a moment ago."""
    from django.http import HttpResponse
    from django.test import RequestFactory

    request, response = RequestFactory().get("/"), HttpResponse()
    grants.give_grant(request, response, page)
    return {name: morsel.value for name, morsel in response.cookies.items()}
