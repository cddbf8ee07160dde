"""Many readers of one body at once, in threads and in processes: it is rendered once."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.dummy import DummyCache
from django.test import RequestFactory

from tests.content.kept_bodies import HEADING, kept, kept_html, renders_of
from tests.factories import CANARY, make_article, make_subscriber
from tests.races.processes import at_once
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.access import Decision, Reader, decide
from wagtail_wpr.content import bodies
from wagtail_wpr.content.slot import BodySlot
from wagtail_wpr.slots.tokens import SlotRef


pytestmark = pytest.mark.django_db

#: Seconds after which a test has failed rather than waited.
LONG = 30


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted must not depend on how slow the machine is."""
    monkeypatch.setattr(bodies, "PATIENCE", float(LONG))


@pytest.fixture
def decided(host: Any) -> tuple[ArticleLikePage, Decision]:
    host.shows_headings_with("<h2>{{ value }}</h2>")
    page = make_article()
    return page, decide(Reader.for_user(make_subscriber()), page)


def rendered(page: Any, decision: Decision) -> str:
    ref = SlotRef(kind="body", page=page.pk, field="body", language="en")
    return BodySlot().render(ref, page, decision, RequestFactory().get("/"))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


class Callers:
    """Threads that ask for one body, each with a page object of its own."""

    def __init__(self, number: int, page: Any, decision: Decision) -> None:
        self.number, self.decision = number, decision
        self.pages = [ArticleLikePage.objects.get(pk=page.pk) for _ in range(number)]
        self.arrived = 0
        self._lock = threading.Lock()

    def all_arrived(self, render: int = 1) -> None:
        until(lambda: self.arrived == self.number)

    def _ask(self, page: Any) -> str | Exception:
        with self._lock:
            self.arrived += 1
        try:
            return rendered(page, self.decision)
        except Exception as error:
            return error

    def answers(self) -> list[Any]:
        with ThreadPoolExecutor(self.number) as threads:
            return list(threads.map(self._ask, self.pages))


class TestThreads:
    def test_hundred_callers_one_render(self, decided: Any) -> None:
        callers = Callers(100, *decided)
        with renders_of(HEADING, callers.all_arrived) as renders:
            answers = callers.answers()
        assert renders.number == 1
        assert set(answers) == {answers[0]}
        assert answers[0].count(CANARY) == 3

    @pytest.mark.parametrize(
        "backend", ["django.core.cache.backends.dummy.DummyCache", "tests.access.dead_cache.DeadCache"]
    )
    def test_without_a_cache_they_share_it_too(self, decided: Any, settings: Any, backend: str) -> None:
        callers = Callers(20, *decided)
        settings.CACHES = {"default": {"BACKEND": backend}}

        def all_wait(render: int) -> None:
            until(lambda: sum(len(flight._condition._waiters) for flight in bodies._flights.values()) == 19)

        with renders_of(HEADING, all_wait) as renders:
            answers = callers.answers()
        assert renders.number == 1
        assert [answer.count(CANARY) for answer in answers] == [3] * 20

    def test_body_that_depends_on_the_reader_is_rendered_for_each(self, decided: Any, host: Any) -> None:
        host.sets("heading", template=host.writes("mine.html", "{{ value }} {{ request.user }}"))
        callers = Callers(20, *decided)
        with renders_of("mine.html", callers.all_arrived) as renders:
            answers = callers.answers()
        assert renders.number == 20
        assert [answer.count(CANARY) for answer in answers] == [3] * 20
        assert kept_html() == []

    def test_first_that_fails_leaves_it_to_the_others(self, decided: Any) -> None:
        callers = Callers(20, *decided)

        def fail_at_first(render: int) -> None:
            callers.all_arrived()
            if render <= 2:  # watched, and then by itself
                raise ZeroDivisionError

        with renders_of(HEADING, fail_at_first):
            answers = callers.answers()
        failed = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(error) for error in failed] == [ZeroDivisionError]
        assert [answer.count(CANARY) for answer in answers if isinstance(answer, str)] == [3] * 19

    def test_nobody_waits_for_longer_than_is_good(self, decided: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bodies, "PATIENCE", 0.05)
        callers = Callers(2, *decided)
        finished = threading.Event()
        first = threading.Event()

        def slow_at_first(render: int) -> None:
            if render == 1:
                first.set()
                assert finished.wait(LONG)

        with renders_of(HEADING, slow_at_first) as renders, ThreadPoolExecutor(2) as threads:
            slow = threads.submit(callers._ask, callers.pages[0])
            assert first.wait(LONG)
            assert callers._ask(callers.pages[1]).count(CANARY) == 3
            assert not slow.done()
            finished.set()
            assert slow.result(LONG).count(CANARY) == 3
        assert renders.number == 2

    def test_nothing_is_left_behind(self, decided: Any) -> None:
        rendered(*decided)
        assert bodies._flights == {}
        assert [key for key in cache._cache if ":making" in key] == []


class TestClaimOfAnotherProcess:
    """A claim in the cache is all that is seen of another process."""

    @pytest.fixture
    def name(self, decided: Any) -> str:
        rendered(*decided)
        (name,) = kept()
        cache.clear()
        return name

    def test_its_body_is_waited_for(self, decided: Any, name: str) -> None:
        html = rendered(*decided)
        entry = cache.get(name)
        cache.clear()
        cache.add(f"{name}:making", 1, LONG)
        with ThreadPoolExecutor(1) as threads, renders_of(HEADING) as renders:
            waiting = threads.submit(rendered, *decided)
            until(lambda: bool(bodies._flights))
            cache.set(name, entry)
            assert waiting.result(LONG) == html
        assert renders.number == 0

    def test_claim_that_is_given_up_passes_on(self, decided: Any, name: str) -> None:
        cache.add(f"{name}:making", 1, LONG)
        with ThreadPoolExecutor(1) as threads, renders_of(HEADING) as renders:
            waiting = threads.submit(rendered, *decided)
            until(lambda: bool(bodies._flights))
            cache.delete(f"{name}:making")
            assert waiting.result(LONG).count(CANARY) == 3
        assert renders.number == 1
        assert len(kept()) == 1

    def test_process_that_died_costs_a_wait_once(
        self, decided: Any, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bodies, "PATIENCE", 0.05)
        cache.add(f"{name}:making", 1, LONG)
        assert rendered(*decided).count(CANARY) == 3
        assert len(kept()) == 1
        assert cache.get(f"{name}:making") == 1  # not ours to take away

    def test_cache_that_refuses_claims_and_keeps_none_is_not_waited_for(self, decided: Any, settings: Any) -> None:
        settings.CACHES = {"default": {"BACKEND": "tests.content.test_bodies_at_once.RefusingCache"}}
        before = time.monotonic()
        assert rendered(*decided).count(CANARY) == 3
        assert time.monotonic() - before < LONG / 2

    def test_is_released_after_an_error(self, decided: Any) -> None:
        def fail(render: int) -> None:
            raise ZeroDivisionError

        with renders_of(HEADING, fail), pytest.raises(ZeroDivisionError):
            rendered(*decided)
        assert [key for key in cache._cache if bodies.PREFIX in key] == []
        assert bodies._flights == {}
        assert rendered(*decided).count(CANARY) == 3


class RefusingCache(DummyCache):
    """As a client of a cache server does that is down and whose errors are ignored."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return False


class TestProcesses:
    @pytest.fixture(autouse=True)
    def shared_cache(self, settings: Any, tmp_path: Any) -> None:
        settings.CACHES = {
            "default": {
                "BACKEND": "tests.content.exclusive_file_cache.ExclusiveFileCache",
                "LOCATION": str(tmp_path / "cache"),
            }
        }

    @pytest.mark.parametrize("depends", [False, True], ids=["shared", "personal"])
    def test_eight_at_once_render_once(self, decided: Any, host: Any, depends: bool) -> None:
        if depends:
            host.sets("heading", template=host.writes(HEADING, "{{ value }} {{ request.method }}"))
        page, decision = decided
        page.body._whole  # noqa: B018  (read before the fork: these processes need no database)
        arrived = multiprocessing.get_context("fork").Value("i", 0)

        def work(start: Callable[[], Any]) -> tuple[int, str]:
            def all_arrived(render: int) -> None:
                until(lambda: arrived.value == 8)

            with renders_of(HEADING, all_arrived) as renders:
                start()
                with arrived.get_lock():
                    arrived.value += 1
                html = rendered(page, decision)
            return renders.number, html

        answers = at_once([partial(work) for _ in range(8)])
        assert sum(number for number, _html in answers) == (8 if depends else 1)
        assert {html.count(CANARY) for _number, html in answers} == {3}

    def test_one_that_is_killed_is_replaced(self, decided: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        page, decision = decided
        pid = os.fork()
        if pid == 0:
            with renders_of(HEADING, lambda render: os._exit(9)):
                rendered(page, decision)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        monkeypatch.setattr(bodies, "PATIENCE", 0.05)
        assert rendered(page, decision).count(CANARY) == 3
        with renders_of(HEADING) as renders:
            assert rendered(page, decision).count(CANARY) == 3
        assert renders.number == 0
