"""Counting, at the edges of what it can bear."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.backends.signals import connection_created

from tests.leaks.publication import LIMIT, session_of
from tests.leaks.reader_steps import sign_in
from tests.leaks.site import ControlFailed, Leak, Site
from tests.leaks.wire import Browser, received
from wagtail_wpr.access.models import Read


AT_ONCE = 50


def used(site: Site, reader: str) -> int:
    return Read.objects.filter(holder=f"u:{site.user(reader).pk}", seat__isnull=False).count()


@contextmanager
def failing(*, on: tuple[str, ...]) -> Iterator[None]:
    """Every statement with one of these words fails, on the connections that the server's threads open."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(word in sql for word in on):
            raise DatabaseError("The database has gone away.")
        return execute(sql, params, many, context)

    def opened(connection: Any, **_more: Any) -> None:
        connection.execute_wrappers.append(refuse)

    connection_created.connect(opened)
    try:
        yield
    finally:
        connection_created.disconnect(opened)


class TestRaces:
    @pytest.mark.leak_case("PW-215")
    def test_fifty_articles_on_the_last_free_read(self, site: Site) -> None:
        assert self.bodies(site, [site.browser("one-left")], AT_ONCE) == 1
        assert used(site, "one-left") == LIMIT

    @pytest.mark.leak_case("PW-216")
    def test_from_several_browsers_of_one_account(self, site: Site) -> None:
        user = site.user("one-left")
        browsers = [Browser(site.address, cookies={"sessionid": session_of(user)}) for _number in range(5)]
        assert self.bodies(site, browsers, 6) == 1
        assert used(site, "one-left") == LIMIT

    def bodies(self, site: Site, browsers: list[Browser], articles: int) -> int:
        jobs = [(browser, f"race{number}") for number in range(articles) for browser in browsers]
        with ThreadPoolExecutor(25) as threads:
            readings = list(
                threads.map(lambda job: site.open(job[1], Browser(site.address, dict(job[0].cookies))), jobs)
            )
        opened = {name for (_browser, name), reading in zip(jobs, readings, strict=True) if not reading.shows_nothing}
        site.control("race0")
        return len(opened)


class TestOneArticle:
    @pytest.mark.leak_case("PW-218")
    def test_at_all_its_addresses(self, site: Site) -> None:
        path = site.path("metered")
        targets = [
            path,
            f"{path}?x=1",
            f"/{path.strip('/')}/",
            site.path("metered_alias"),
            site.path("metered_translated"),
        ]
        browser = site.browser("one-left")
        for target in targets:
            if not site.read(browser, target).is_whole:
                raise ControlFailed(f"{target} is not the article that was read.")
            assert used(site, "one-left") == LIMIT, target
        browser.ask(f"/api/v2/pages/{site.page('metered').pk}/?fields=*")
        assert used(site, "one-left") == LIMIT
        site.must_hide(site.open("other", browser))


class TestAccountTricks:
    @pytest.mark.leak_case("PW-223")
    def test_month_stays_used_up(self, site: Site) -> None:
        user = site.user("used-up")
        password, address = user.password, user.email
        try:
            site.must_hide(site.open("metered", self.again(site, user)), what="Logged out and in")
            user.set_password("another")
            user.save()
            site.must_hide(site.open("metered", self.again(site, user)), what="A new password")
            user.email = "used.up+again@example.org"
            user.save()
            site.must_hide(site.open("metered", self.again(site, user)), what="A new address")
        finally:
            user.password, user.email = password, address
            user.save()
        site.control("metered")

    def again(self, site: Site, user: Any) -> Browser:
        return Browser(site.address, cookies={"sessionid": session_of(user)})

    @pytest.mark.leak_case("PW-223")
    def test_reads_before_registering_count(self, site: Site) -> None:
        site.publication.let_visitors_read(1)
        browser = site.browser()
        if not site.open("race0", browser).is_whole:
            raise ControlFailed("A visitor gets none of the free articles that the site gives visitors.")
        sign_in(site, browser, "late@example.org")
        opened = [number for number in range(LIMIT + 2) if site.open(f"race{number}", browser).is_whole]
        assert len(opened) == LIMIT
        assert 0 in opened


class TestNoBodyWithoutItsCount:
    @pytest.mark.leak_case("PW-224")
    def test_head_and_prefetches(self, site: Site) -> None:
        browser = site.browser("one-left")
        requests = [{"method": "HEAD"}, *({"headers": headers} for headers in PREFETCHES)]
        for request in requests:
            reading = site.open("metered", browser, **request)
            if used(site, "one-left") == LIMIT - 1:
                site.must_hide(reading, what=str(request))
        assert used(site, "one-left") == LIMIT - 1
        assert site.open("metered", browser).is_whole
        site.must_hide(site.open("other", browser))

    @pytest.mark.leak_case("PW-224")
    def test_page_that_fails(self, site: Site, settings: Any) -> None:
        broken = str(Path(__file__).parent / "broken_templates")
        browser, kept = site.browser("one-left"), settings.TEMPLATES
        settings.TEMPLATES = [{**kept[0], "DIRS": [broken, *kept[0]["DIRS"]]}]
        site.must_hide(site.open("metered", browser))
        assert used(site, "one-left") == LIMIT - 1
        settings.TEMPLATES = kept
        assert site.open("metered", browser).is_whole
        site.must_hide(site.open("other", browser))

    @pytest.mark.leak_case("PW-224")
    def test_answer_that_is_lost(self, site: Site) -> None:
        browser = site.browser("one-left")
        received(site.address, browser.bytes_of(site.path("metered")), at_most=20)
        opened = [name for name in ("metered", "other", "race0") if not site.open(name, browser).shows_nothing]
        if len(opened) > 1:
            raise Leak(f"One free read opened {', '.join(opened)}.")
        site.control("other")

    @pytest.mark.leak_case("PW-225")
    def test_count_that_cannot_be_written(self, site: Site) -> None:
        with failing(
            on=('INSERT INTO "wagtail_wpr_read"', "INSERT INTO `wagtail_wpr_read`", "IGNORE INTO", "OR IGNORE")
        ):
            reading = site.open("metered", "one-left")
        site.must_answer(reading, [200])
        site.must_hide(reading)
        assert used(site, "one-left") == LIMIT - 1
        if not site.open("metered", "one-left").is_whole:
            raise ControlFailed("With the database back, the reader does not get the article.")


PREFETCHES = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
]
