"""Hundreds of mixed readers behind a real cache: who is answered from it, and what it keeps."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tests.edge.asking import Answer, ask, crowd
from tests.edge.origin import MEET, TOGETHER, Origin
from tests.edge.publication import SIGNED_IN, Publication, Somebody, personal_words, publication, reads, word_of
from tests.edge.servers import Nginx, Server
from tests.factories import CANARY
from wagtail_wpr.access.models import Read


pytestmark = pytest.mark.edge

#: Of each kind of reader; with the two editors these are hundreds, and each asks for all pages.
OF_EACH = 40

TOKEN = re.compile(r'<wpr-slot token="([^"]+)"')


@pytest.fixture
def made(origin: Origin) -> Publication:
    return publication(of_each=OF_EACH)


@pytest.fixture
def answers(server: Server, made: Publication) -> list[tuple[Somebody, str, Answer]]:
    """What everybody gets who asks for every page, sixteen at a time: who, which access, what."""
    asked = [(somebody, access) for access in made.paths for somebody in made.mixed()]

    def work(one: tuple[Somebody, str]) -> tuple[Somebody, str, Answer]:
        somebody, access = one
        return somebody, access, ask(server.address, made.paths[access], cookie=somebody.cookie)

    return crowd(work, asked)


def is_known(somebody: Somebody) -> bool:
    return somebody.kind not in ("visitor", "tracked visitor")


class TestCrowd:
    def test_everybody_gets_what_is_theirs_and_caches_keep_nothing_of_it(
        self,
        answers: list[tuple[Somebody, str, Answer]],
        server: Server,
        made: Publication,
        origin: Origin,
        delivery: str,
    ) -> None:
        # One test, because a crowd takes its time.
        self.check_answers(answers, delivery)
        self.check_renders(origin.counts(), server, made, delivery)
        self.check_files(server, made)
        self.check_copies(server, made)
        self.check_that_copies_are_used(server, made, origin)

    def check_answers(self, answers: list[tuple[Somebody, str, Answer]], delivery: str) -> None:
        """Each reads what a reader of that kind may, and an answer with anything in it says so."""
        assert len(answers) == 4 * (5 * OF_EACH + 2)
        assert {answer.status for _who, _access, answer in answers} == {200}
        for somebody, access, answer in answers:
            opened = reads(somebody.kind, access) if delivery == "inline" else access == "free"
            assert (word_of(access) in answer.text) is opened, (somebody.kind, access)
            filled = delivery == "inline" and is_known(somebody)
            assert answer.kept_by_nobody is filled
            assert (SIGNED_IN in answer.text) is filled
            assert not (filled and answer.from_cache)
            # What is looked for in the copies below does stand in what readers get.
            assert bool(personal_words(answer.text)) is filled

    def check_renders(self, counts: Counter[str], server: Server, made: Publication, delivery: str) -> None:
        """How often the site was asked for each page."""
        for path in made.paths.values():
            by_visitors, by_readers = counts[f"GET {path} visitor"], counts[f"GET {path} reader"]
            if delivery != "inline":
                assert by_visitors + by_readers == 1
                continue
            assert by_readers == 3 * OF_EACH + 2
            # nginx keeps a copy for each cookie that it knows nothing about, because the answer says Vary: Cookie.
            assert by_visitors == (1 + OF_EACH if isinstance(server, Nginx) else 1)

    def check_files(self, server: Server, made: Publication) -> None:
        """nginx keeps files, which can be read."""
        if not isinstance(server, Nginx):
            return
        files = server.kept()
        for access, path in made.paths.items():
            assert any(f"{path}\n" in text for text in files), f"nothing is kept of {access}"
        assert [personal_words(text) for text in files if personal_words(text)] == []

    def check_copies(self, server: Server, made: Publication) -> None:
        """Whoever has no cookie gets what is kept."""
        for access, path in made.paths.items():
            copy = ask(server.address, path)
            assert copy.from_cache
            assert personal_words(copy.text + str(copy.headers)) == []
            assert (word_of(access) in copy.text) is (access == "free")

    def check_that_copies_are_used(self, server: Server, made: Publication, origin: Origin) -> None:
        before = origin.counts()
        again = crowd(lambda path: ask(server.address, path), [*made.paths.values()] * OF_EACH)
        assert all(answer.from_cache for answer in again)
        assert origin.counts() == before


@pytest.mark.parametrize("delivery", ["inline", "fetch"], indirect=True)
class TestRequestsThatNoCacheAnswers:
    @pytest.fixture
    def made(self, origin: Origin) -> Publication:
        return publication(of_each=1)

    def test_head_spends_nothing(self, server: Server, made: Publication, origin: Origin) -> None:
        before = Read.objects.count()
        reader = made.some("registered")[0]
        answer = ask(server.address, made.paths["metered"], cookie=reader.cookie, method="HEAD")
        assert (answer.status, answer.text) == (200, "")
        assert Read.objects.count() == before
        assert [name for name in origin.counts() if name.startswith("GET ")] == []

    @pytest.mark.parametrize("path", ["/wpr/log-in/", "/admin/login/"])
    def test_own_pages_are_passed_each_time(self, server: Server, made: Publication, origin: Origin, path: str) -> None:
        answers = [ask(server.address, path) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert origin.renders(path) == 2

    def test_what_says_nothing_of_its_freshness_is_not_kept(
        self, server: Server, made: Publication, origin: Origin
    ) -> None:
        answers = [ask(server.address, "/no/such/page/") for _ in range(3)]
        assert [(answer.status, "Cache-Control" in answer.headers) for answer in answers] == [(404, False)] * 3
        assert origin.renders("/no/such/page/") == 3

    def test_whoever_signs_in_without_a_cookie_is_passed(
        self, server: Server, made: Publication, origin: Origin
    ) -> None:
        path = made.paths["metered"]
        ask(server.address, path)
        for _ in range(2):
            ask(server.address, path, headers={"Authorization": "Bearer of-somebody"})
        assert origin.renders(path) == 3

    def test_post_is_passed(self, server: Server, made: Publication) -> None:
        answer = ask(server.address, made.paths["metered"], method="POST", body="a=b")
        assert not answer.from_cache


@pytest.mark.parametrize("delivery", ["fetch"], indirect=True)
class TestFetchedParts:
    @staticmethod
    def fetched(server: Server, somebody: Somebody, page: str, path: str) -> Answer:
        """What the script of a page gets for its reader, through the cache."""
        return ask(
            server.address,
            "/wpr/slots/",
            cookie=somebody.cookie,
            method="POST",
            body=json.dumps({"slots": TOKEN.findall(page), "at": path}),
            headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
        )

    def test_are_each_readers_own_on_one_cached_page(self, server: Server, made: Publication, origin: Origin) -> None:
        asked = [(somebody, access) for access in made.paths for somebody in made.mixed()]

        def work(one: tuple[Somebody, str]) -> tuple[Answer, Answer]:
            somebody, access = one
            page = ask(server.address, made.paths[access], cookie=somebody.cookie)
            return page, self.fetched(server, somebody, page.text, made.paths[access])

        for (somebody, access), (page, parts) in zip(asked, crowd(work, asked), strict=True):
            assert (page.status, parts.status) == (200, 200)
            assert personal_words(page.text + str(page.headers)) == []
            assert parts.kept_by_nobody
            opened = reads(somebody.kind, access)
            assert (word_of(access) in page.text + parts.text) is opened, (somebody.kind, access)
        assert [origin.renders(path) for path in made.paths.values()] == [1, 1, 1, 1]
        assert Read.objects.filter(content=str(made.pages["metered"].translation_key)).count() == OF_EACH
        for path in made.paths.values():
            assert personal_words(ask(server.address, path).text) == []
        if isinstance(server, Nginx):
            assert server.kept() and [text for text in server.kept() if personal_words(text)] == []

    def test_without_script_are_in_a_page_that_nobody_keeps(
        self, server: Server, made: Publication, origin: Origin
    ) -> None:
        path = f"{made.paths['subscribers']}?wpr-inline=1"
        reader, other = made.some("subscriber")[0], made.some("registered")[0]
        for _ in range(2):
            answer = ask(server.address, path, cookie=reader.cookie)
            assert CANARY in answer.text
            assert answer.kept_by_nobody
        assert CANARY not in ask(server.address, path, cookie=other.cookie).text
        assert CANARY not in ask(server.address, path).text
        assert origin.renders(path) == 4


class TestManyAtOnce:
    @pytest.mark.parametrize("delivery", ["inline"], indirect=True)
    def test_readers_do_not_wait_for_each_other(self, server: Server, made: Publication) -> None:
        """No page is kept yet, and each answer is for one reader: they must not stand in line for a copy."""
        people = made.some("subscriber")[:TOGETHER]

        def work(one: Somebody) -> int:
            return ask(server.address, made.paths["metered"], cookie=one.cookie, headers={MEET: "yes"}).status

        assert crowd(work, people) == [200] * TOGETHER
