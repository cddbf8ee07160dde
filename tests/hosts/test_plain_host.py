"""An ordinary Wagtail site, gated by a dozen lines, loses nothing and gives nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.plain_host import GATE, PlainHost, changed_lines


pytestmark = pytest.mark.hosts

ROOT = Path(__file__).resolve().parents[2]

#: Three old pages: a long one, a short one, and one whose words stand in a quote.
OLD_PAGES = """
home = Page.objects.get(depth=2)
front = home.add_child(instance=IndexPage(title="News", slug="news", introduction="<p>All of it.</p>"))
site = Site.objects.get()
site.root_page = front
site.save()
def words(stem, count):
    return " ".join(f"{stem}{n}" for n in range(count))
def article(slug, body):
    page = ArticlePage(title=slug.title(), slug=slug, date="2026-01-02", body=body)
    front.add_child(instance=page)
    page.save_revision().publish()
article("mill", [("paragraph", f"<p>Old opening. {words('early', 80)}</p>"), ("heading", "Later on"),
                 ("paragraph", f"<p>{words('middle', 60)}</p><p>{words('late', 60)}</p>")])
article("bridge", [("paragraph", "<p>Three words only.</p>")])
article("mayor", [("paragraph", f"<p>{words('speech', 120)}</p>"),
                  ("quote", {"text": "quoted aside", "speaker": "The mayor"})])
print(json.dumps([dict(row, body=str(row["body"])) for row in ArticlePage.objects.order_by("pk").values("pk", "body")]))
"""

STORED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT page_ptr_id, date, body FROM news_articlepage ORDER BY page_ptr_id")
    print(json.dumps([[str(cell) for cell in row] for row in cursor.fetchall()]))
"""

VISITS = """
client = Client()
answers = {}
for path in ["/", "/mill/", "/bridge/", "/mayor/"]:
    # Twice, so that the second answer comes out of the host's own fragment cache.
    client.get(path)
    answer = client.get(path)
    answers[path] = {"status": answer.status_code, "html": answer.content.decode(),
                     "cache": answer.headers.get("Cache-Control", "")}
print(json.dumps(answers))
"""

NEW_PAGE = """
from datetime import timedelta
from django.core.cache import cache
from django.utils import timezone
from wagtail_wpr.models import Entitlement
front = IndexPage.objects.get()
page = ArticlePage(title="Harbour", slug="harbour", date="2026-03-04", body=[
    ("paragraph", "<p>publicword before the line</p>"), ("wpr_break", None),
    ("paragraph", "<p>hiddenword after the line</p>"), ("quote", {"text": "hiddenquote", "speaker": ""})])
front.add_child(instance=page)
page.save_revision().publish()
user = get_user_model().objects.create_user("subscriber", "subscriber@example.org", "secret")
now = timezone.now()
Entitlement.objects.create(user=user, name="all_access", source="test", valid_from=now - timedelta(days=1),
                           valid_until=now + timedelta(days=30))
visitor, subscriber = Client(), Client()
subscriber.force_login(user)
# In this order on purpose: the subscriber fills the host's fragment cache before the visitor comes.
answers = {}
cache.clear()
for who, client in [("subscriber", subscriber), ("visitor", visitor), ("subscriber again", subscriber)]:
    answer = client.get("/harbour/")
    answers[who] = {"status": answer.status_code, "html": answer.content.decode(),
                    "cache": answer.headers.get("Cache-Control", "")}
answers["front"] = {"html": visitor.get("/").content.decode()}
answers["found"] = [page.title for page in ArticlePage.objects.search("hiddenword")]
print(json.dumps(answers))
"""


class GatedHost:
    """The plain host before and after its diff."""

    def __init__(self, folder: Path) -> None:
        self.host = PlainHost(folder, python_path=ROOT)
        self.host.manage("migrate", "--verbosity", "0")
        self.host.script(OLD_PAGES)
        self.stored_before = self.host.script(STORED)
        self.before = self.host.script(VISITS)
        self.host.gate()
        self.host.manage("makemigrations", "--verbosity", "0", "news", "--name", "gate")
        self.statements = self.host.manage("sqlmigrate", "news", "0002")
        self.host.manage("migrate", "--verbosity", "0")
        self.stored_after = self.host.script(STORED)
        self.after = self.host.script(VISITS)
        self.new = self.host.script(NEW_PAGE)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatedHost]:
    yield GatedHost(tmp_path_factory.mktemp("plain") / "host")


class TestTheDiff:
    def test_changes_at_most_twelve_lines(self) -> None:
        assert len(changed_lines(GATE.read_text())) <= 12

    def test_is_the_one_that_readme_and_tutorial_show(self) -> None:
        lines = [line[1:].strip() for line in changed_lines(GATE.read_text()) if line.startswith("+")]
        for name in ["README.md", "docs/tutorial.md"]:
            text = (ROOT / name).read_text()
            assert [line for line in lines if line not in text] == [], name

    def test_the_host_works_without_the_package(self, gated: GatedHost) -> None:
        assert {path: answer["status"] for path, answer in gated.before.items()} == {
            "/": 200,
            "/mill/": 200,
            "/bridge/": 200,
            "/mayor/": 200,
        }
        assert "late59" in gated.before["/mill/"]["html"]
        assert "wpr" not in gated.before["/mill/"]["html"]


class TestTheMigration:
    def test_writes_no_row_but_where_sqlite_makes_its_table_anew(self, gated: GatedHost) -> None:
        # Other databases have no statement at all: the column's type is the same.
        written = [line for line in gated.statements.splitlines() if re.match(r"(INSERT|UPDATE|DELETE)", line)]
        copied = re.fullmatch(
            r'INSERT INTO "new__news_articlepage" \((.+)\) SELECT (.+) FROM "news_articlepage";',
            "".join(written),
        )
        assert copied is not None
        assert copied.group(1) == copied.group(2)

    def test_changes_no_data(self, gated: GatedHost) -> None:
        assert gated.stored_after == gated.stored_before
        assert len(gated.stored_after) == 3

    def test_leaves_nothing_to_migrate(self, gated: GatedHost) -> None:
        gated.host.manage("makemigrations", "--check", "--dry-run")

    def test_leaves_nothing_to_complain_about(self, gated: GatedHost) -> None:
        gated.host.manage("check", "--fail-level", "WARNING")


class TestOldPages:
    def test_still_render(self, gated: GatedHost) -> None:
        assert [answer["status"] for answer in gated.after.values()] == [200, 200, 200, 200]

    def test_show_their_first_words_and_the_wall(self, gated: GatedHost) -> None:
        page = gated.after["/mill/"]["html"]
        assert "Old opening. early0 " in page
        assert wall_of(page) == "register"

    def test_keep_the_rest_from_a_visitor(self, gated: GatedHost) -> None:
        everything = " ".join(answer["html"] for answer in gated.after.values())
        assert "late0" not in everything
        assert "late59" not in everything
        assert "quoted aside" not in everything


class TestNewPage:
    def test_shows_teaser_and_wall_to_a_visitor(self, gated: GatedHost) -> None:
        page = gated.new["visitor"]
        assert page["status"] == 200
        assert "publicword" in page["html"]
        assert wall_of(page["html"]) == "register"

    def test_shows_no_body_to_a_visitor(self, gated: GatedHost) -> None:
        assert "hiddenword" not in gated.new["visitor"]["html"]
        assert "hiddenquote" not in gated.new["visitor"]["html"]

    @pytest.mark.parametrize("who", ["subscriber", "subscriber again"])
    def test_shows_the_body_to_a_subscriber(self, gated: GatedHost, who: str) -> None:
        page = gated.new[who]["html"]
        assert "publicword" in page
        assert "hiddenword after the line" in page
        # The host's own template of the block is used.
        assert "<blockquote><p>hiddenquote</p></blockquote>" in page
        assert wall_of(page) is None

    def test_the_answer_with_the_body_is_kept_by_nobody(self, gated: GatedHost) -> None:
        assert gated.new["subscriber"]["cache"] == "private, no-store"

    def test_has_the_stylesheet(self, gated: GatedHost) -> None:
        assert re.search(r'<link [^>]*href="/static/wagtail_wpr/[^"]+\.css"', gated.new["visitor"]["html"])

    def test_gives_only_the_teaser_to_lists_and_search(self, gated: GatedHost) -> None:
        assert "publicword" in gated.new["front"]["html"]
        assert "hiddenword" not in gated.new["front"]["html"]
        assert gated.new["found"] == []


def wall_of(html: str) -> Any:
    """The kind of the wall in a page, or None."""
    found = re.search(r'data-wpr-wall="(\w+)"', html)
    return found.group(1) if found else None
