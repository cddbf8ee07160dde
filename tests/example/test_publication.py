"""What the example publication promises to those who look at it and to the tools that use it."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from datetime import datetime, timedelta
from typing import Any

import pytest

from example_project.content.loader import Piece, load_articles, load_reports, load_taxonomy
from tests.example.demo import Demo, seeded_folder, told_once


pytestmark = pytest.mark.hosts

PIECES = {piece.slug: piece for piece in [*load_articles(), *load_reports()]}

#: Everything that is asked of the seeded publication itself, in one process.
PAGES = """
from wagtail_wpr.access.inheritance import access_of
from wagtail_wpr.pages.models import ArticlePage, ReportPage
from wagtail_wpr.taxonomy.models import Contributor, Region, Topic
stories = [*ArticlePage.objects.live(), *ReportPage.objects.live()]
levels = dict(zip([page.pk for page in stories], access_of(stories), strict=True))
client = Client()
print(json.dumps({
    "stories": {page.slug: {
        "kind": page.wpr_kind, "path": page.get_url_parts()[2], "language": page.locale.language_code,
        "access": str(levels[page.pk]), "published": page.published_at.isoformat(), "words": page.word_count,
        "status": client.get(page.get_url_parts()[2]).status_code,
    } for page in stories},
    "regions": Region.objects.filter(parent=None).count(),
    "countries": Region.objects.exclude(parent=None).count(),
    "topics": Topic.objects.count(),
    "contributors": Contributor.objects.count(),
    "front": client.get("/").content.decode(),
    "api": client.get("/api/v2/pages/", {"slug": "paraguay-afloat"}).json(),
}))
"""

#: The dates and the reader, today and 40 days later; and a start of the demonstration on a later day changes no texts.
LATER = """
from datetime import timedelta
from unittest import mock
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, Revision
from example_project.demo.personas import become, set_reads
from example_project.publication.dates import bring_up_to_date
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.catalogue.models import CatalogueEntry
from wagtail_wpr.pages.models import ArticlePage, ReportPage

article = ArticlePage.objects.get(slug="fifty-times-a-second")

def dates():
    found = {}
    for model in (ArticlePage, ReportPage):
        found |= {page.slug: page.published_at.isoformat() for page in model.objects.live()}
    return found

def catalogue():
    return {entry.page.slug: entry.published_at.isoformat() for entry in CatalogueEntry.objects.select_related("page")
            if entry.kind in ("article", "report")}

def left(name):
    return decide(Reader.for_user(become_without_reset(name)), article).meter.remaining

def become_without_reset(name):
    from django.contrib.auth import get_user_model
    return get_user_model().objects.get(email=f"{name}@example.org")

told = {"today": dates(), "left today": left("reader")}
told["moved today"] = bring_up_to_date(timezone.now())
counted = (Page.objects.count(), Revision.objects.count())
now = timezone.now() + timedelta(days=40)
with mock.patch("django.utils.timezone.now", return_value=now):
    told["left before the next start"] = left("reader")
    call_command("demo", prepare=True, verbosity=0)
    told["later"], told["catalogue"] = dates(), catalogue()
    told["moved again"] = bring_up_to_date(now)
    told["left"] = {name: left(name) for name in ("reader", "used-up")}
told["now"] = now.isoformat()
told["nothing new"] = counted == (Page.objects.count(), Revision.objects.count())
print()
print(json.dumps(told))
"""

OUTBOX = """
import re
client = Client(HTTP_HOST="127.0.0.1", HTTP_SEC_FETCH_SITE="same-origin")
page = client.get("/analysis/fifty-times-a-second/").content.decode()
article = re.search(r'name="article" value="([^"]+)"', page)[1]
for address in ("Ada@Example.net", "bo@example.net"):
    client.post("/wpr/register/", {"email": address, "article": article})
client.post("/wpr/log-in/", {"email": "bo@example.net"})
def asked(query):
    return client.get("/outbox/messages.json" + query).json()
strangers = Client(HTTP_HOST="127.0.0.1", HTTP_SEC_FETCH_SITE="cross-site")
print(json.dumps({
    "all": asked(""), "ada": asked("?to=ada@example.net"), "bo": asked("?to=bo@example.net"),
    "nobody": asked("?to=nobody@example.net"),
    "people": client.get("/outbox/").content.decode(),
    "message": client.get(f"/outbox/{asked('')[0]['id']}/").status_code,
    "front": page,
    "nobody to be": client.post("/demo/be/nobody/").status_code,
    "by get": client.get("/demo/be/editor/").status_code,
    "from elsewhere": strangers.post("/demo/be/editor/").status_code,
    "away": client.post("/demo/be/reader/", {"next": "https://elsewhere.example/"})["Location"],
}))
"""


def path_of(piece: Piece) -> str:
    language = piece.meta["language"]
    return ("" if language == "en" else f"/{language}") + f"/{piece.meta['section']}/{piece.slug}/"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return dict(told_once(tmp_path_factory, "pages", PAGES))


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return dict(told_once(tmp_path_factory, "later", LATER))


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return dict(told_once(tmp_path_factory, "outbox", OUTBOX))


class TestWhatIsSeeded:
    def test_every_text_is_a_page_with_its_access(self, seen: dict[str, Any]) -> None:
        found = {slug: (row["path"], row["language"], row["access"]) for slug, row in seen["stories"].items()}
        assert found == {
            piece.slug: (path_of(piece), piece.meta["language"], piece.meta["access"]) for piece in PIECES.values()
        }
        assert {row["status"] for row in seen["stories"].values()} == {200}

    def test_is_enough_to_look_at(self, seen: dict[str, Any]) -> None:
        stories = seen["stories"].values()
        articles = [row for row in stories if row["kind"] == "article"]
        assert len(articles) >= 8
        assert len([row for row in stories if row["kind"] == "report"]) >= 2
        assert {row["access"] for row in stories} == {"free", "registered", "metered", "subscribers"}
        assert {row["language"] for row in stories} == {"en", "de", "ar"}
        assert [row["path"] for row in articles if not 500 <= row["words"] <= 1200] == []
        assert seen["regions"] >= 4
        assert seen["countries"] >= 4
        assert seen["topics"] >= 4
        assert seen["contributors"] == len(load_taxonomy()["contributors"]) >= 5

    def test_front_page_leads_with_what_the_texts_say(self, seen: dict[str, Any]) -> None:
        assert seen["front"].index("Fifty times a second") < seen["front"].index("A border that floats")

    def test_strip_is_on_the_page_and_leads_to_everybody(self, seen: dict[str, Any]) -> None:
        for name in ("visitor", "reader", "used-up", "subscriber", "editor"):
            assert f'action="/demo/be/{name}/"' in seen["front"]
        assert 'href="/outbox/"' in seen["front"]

    def test_is_at_the_api(self, seen: dict[str, Any]) -> None:
        (item,) = seen["api"]["items"]
        assert item["meta"]["html_url"].endswith("/reports/paraguay-afloat/")


class TestAnotherDay:
    def test_dates_count_back_from_that_day(self, later: dict[str, Any]) -> None:
        now = datetime.fromisoformat(later["now"])
        for slug, said in later["later"].items():
            age = now - datetime.fromisoformat(said)
            assert timedelta(0) < age
            assert abs(age - timedelta(days=PIECES[slug].meta["days_ago"])) <= timedelta(days=1)

    def test_catalogue_says_the_same(self, later: dict[str, Any]) -> None:
        assert later["catalogue"] == later["later"]

    def test_same_day_moves_nothing(self, later: dict[str, Any]) -> None:
        assert later["moved again"] == 0

    def test_start_on_another_day_makes_no_pages_and_no_revisions(self, later: dict[str, Any]) -> None:
        assert later["nothing new"] is True

    def test_readers_stand_as_promised_again(self, later: dict[str, Any]) -> None:
        assert later["left today"] == 1
        assert later["left before the next start"] == 3  # another month
        assert later["left"] == {"reader": 1, "used-up": 0}


class TestOutboxAndStrip:
    def test_messages_have_the_promised_shape(self, posted: dict[str, Any]) -> None:
        message = posted["bo"][0]
        assert {"to", "from", "subject", "headers", "text", "html"} <= set(message)
        assert message["to"] == "bo@example.net"
        assert message["from"] == "The Tidewaiter <letters@tidewaiter.example>"
        assert isinstance(message["headers"], dict)
        assert "/wpr/sign-in/" in message["text"]
        assert "/wpr/sign-in/" in message["html"]

    def test_newest_come_first(self, posted: dict[str, Any]) -> None:
        numbers = [message["id"] for message in posted["all"]]
        assert len(numbers) == 3
        assert numbers == sorted(numbers, reverse=True)

    def test_each_address_has_its_own(self, posted: dict[str, Any]) -> None:
        assert [message["to"].lower() for message in posted["ada"]] == ["ada@example.net"]
        assert {message["to"] for message in posted["bo"]} == {"bo@example.net"}
        assert posted["nobody"] == []

    def test_people_can_read_them(self, posted: dict[str, Any]) -> None:
        assert "bo@example.net" in posted["people"]
        assert posted["message"] == 200

    def test_strip_serves_its_own_pages_only(self, posted: dict[str, Any]) -> None:
        assert posted["nobody to be"] == 404
        assert posted["by get"] == 405
        assert posted["from elsewhere"] == 403
        assert posted["away"] == "/"


class TestTheRunningDemo:
    @pytest.mark.parametrize("delivery", ["inline", "fetch"])
    def test_does_what_it_says_on_the_terminal(self, tmp_path_factory: pytest.TempPathFactory, delivery: str) -> None:
        seeded = seeded_folder(tmp_path_factory)
        with Demo(seeded, tmp_path_factory.mktemp("running") / "var", delivery=delivery) as running:
            self.is_ready(running)
            self.says_what_to_do(running)
            self.shows_the_body_absent_and_present(running)
            self.has_its_pages_at_its_own_address(running)
            assert running.errors() == ""

    def is_ready(self, running: Demo) -> None:
        assert running.said[-1] == f"Demo ready: http://127.0.0.1:{running.port}/"
        with urllib.request.urlopen(running.address, timeout=30) as front:  # noqa: S310
            assert front.status == 200

    def says_what_to_do(self, running: Demo) -> None:
        said = "\n".join(running.said)
        assert "editor / tide-table" in said
        assert "reader@example.org (one free read left)" in said
        assert "subscriber@example.org" in said
        for path in ("/", "/outbox/", "/admin/", "/api/v2/pages/"):
            assert f" {running.address}{path}\n" in said

    def shows_the_body_absent_and_present(self, running: Demo) -> None:
        lines = [line for line in running.said if line.strip().startswith("curl ")]
        assert len(lines) == 2
        if shutil.which("curl"):
            counts = [
                subprocess.run(line, shell=True, text=True, capture_output=True, check=False).stdout  # noqa: S602
                for line in lines
            ]
            assert counts == ["0\n", "1\n"]

    def has_its_pages_at_its_own_address(self, running: Demo) -> None:
        with urllib.request.urlopen(f"{running.address}/api/v2/pages/?slug=paraguay-afloat") as answer:  # noqa: S310
            (item,) = json.load(answer)["items"]
        assert item["meta"]["html_url"] == f"{running.address}/reports/paraguay-afloat/"
