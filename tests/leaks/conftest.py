"""One publication and one server for all cases, and the count at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django.contrib.sitemaps
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.leaks.cases import all_cases, by_id
from tests.leaks.edges import edges, through
from tests.leaks.publication import Publication
from tests.leaks.report import Tally
from tests.leaks.site import Site
from wagtail_wpr.access import memory
from wagtail_wpr.slots import checks


HERE = Path(__file__).parent

#: The ways to fill slots for readers; a package that knows one of them only is tried with that one.
DELIVERIES = [name for name in ("inline", "fetch") if name in checks.DELIVERIES]

#: Everything that may stand around the filler, in the order that the checks ask for.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "wagtail_wpr.slots.middleware.SlotMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]

#: Set in the environment, it plants a leak in the site.
PLANTED = "WPR_TEST_PLANTED_LEAK"


# --- the site


@contextmanager
def own_database(file: Path) -> Iterator[None]:
    """The test database as a server's threads can open it at the same time: SQLite's lives in memory.

    Put back as it was afterwards; on a database server the rows are deleted.
    """
    if connection.vendor != "sqlite":
        try:
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False)
        return
    original = connection.settings_dict["NAME"]
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    kept: Any = connections["default"].connection
    connection.connection = None
    connection.settings_dict["NAME"] = str(file)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        connection.connection = kept


@contextmanager
def ordinary_host() -> Iterator[None]:
    """The settings of the site."""
    from django.conf import settings

    # Of Django's sitemaps the views are used and the app is not installed: its templates are found by their place.
    folders = [HERE / "templates", Path(django.contrib.sitemaps.__file__).parent / "templates"]
    templates = [{**settings.TEMPLATES[0], "DIRS": [str(folder) for folder in folders]}]
    planted = ["tests.leaks.planted.PlantedLeak"] if os.environ.get(PLANTED) else []
    # The planted run comes without migrations, and so without the tables that a search needs.
    search = {"default": {**settings.WAGTAILSEARCH_BACKENDS["default"], "AUTO_UPDATE": not planted}}
    with override_settings(
        MIDDLEWARE=[*planted, *MIDDLEWARE],
        WAGTAILSEARCH_BACKENDS=search,
        ROOT_URLCONF="tests.leaks.urls",
        TEMPLATES=templates,
        CACHE_MIDDLEWARE_SECONDS=600,
    ):
        yield


@pytest.fixture(scope="package")
def publication(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Publication, str]]:
    """The filled publication and the address of its server."""
    file = tmp_path_factory.mktemp("leaks") / "publication.sqlite3"
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        forget()
        stack.callback(forget)
        stack.enter_context(own_database(file))
        stack.enter_context(ordinary_host())
        made = Publication()
        made.fill()
        server = LiveServer("127.0.0.1")
        stack.callback(server.stop)
        yield made, server.url.removeprefix("http://")


def forget() -> None:
    """Begin and end like a fresh process."""
    cache.clear()
    memory.forget()


@pytest.fixture(params=DELIVERIES)
def delivery(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.WPR_DELIVERY = request.param
    return str(request.param)


@pytest.fixture
def edge(request: pytest.FixtureRequest) -> str:
    """What stands before the site; cases with ``through_cache`` come once for each."""
    return str(getattr(request, "param", "direct"))


@pytest.fixture
def db(publication: tuple[Publication, str]) -> None:
    """Says by its name, to which pytest-django looks, that a database has to be made; it is shared by all cases."""


@pytest.fixture
def site(publication: tuple[Publication, str], db: None, delivery: str, edge: str, tmp_path: Path) -> Iterator[Site]:
    """The running site, with every meter and limit as at the beginning."""
    made, origin = publication
    made.renew()
    with through(edge, origin, delivery, tmp_path / edge) as address:
        yield Site(made, address, delivery, origin=origin)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Last of all: what the cases share would be in the way of tests that expect an empty database.
    items.sort(key=lambda item: HERE in item.path.parents)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        pairs = [
            pytest.param(case, edge, id=f"{case.id}-{edge}", marks=[pytest.mark.leak_case(case.id), *marks_of(edge)])
            for case in all_cases()
            if case.tries and not case.reason
            for edge in (edges() if case.through_cache else ["direct"])
        ]
        metafunc.parametrize(("case", "edge"), pairs, indirect=["edge"])
        return
    marker = metafunc.definition.get_closest_marker("leak_case")
    if marker and "edge" in metafunc.fixturenames and by_id(marker.args[0]).through_cache:
        ways = [pytest.param(edge, marks=marks_of(edge)) for edge in edges()]
        metafunc.parametrize("edge", ways, indirect=True)


def marks_of(edge: str) -> list[pytest.MarkDecorator]:
    """What needs a server is left to the rows that have one, and to ``make leaks``."""
    return [] if edge == "direct" else [pytest.mark.edge]


# --- the count


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    marker = item.get_closest_marker("leak_case")
    told = call.when == "call" or call.excinfo is not None
    if marker and told:
        delivery = getattr(item, "callspec", None) and item.callspec.params.get("delivery")  # type: ignore[attr-defined]
        report.user_properties.append(("leak case", [*marker.args, str(delivery), _outcome(report, call)]))
    return report


def _outcome(report: Any, call: pytest.CallInfo[None]) -> str:
    if report.skipped:
        return "skipped"
    if call.excinfo is None:
        return "passed"
    # What a case asserts is that something stays hidden; all else that goes wrong says nothing about that.
    return "leaked" if call.when == "call" and call.excinfo.errisinstance(AssertionError) else "broke"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    tallies: dict[str, Tally] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "leak case":
                    *cases, delivery, outcome = value
                    for case in cases:
                        tallies.setdefault(delivery, Tally()).add(case, outcome)
    for delivery, tally in sorted(tallies.items(), reverse=True):
        for line in tally.lines(delivery):
            terminalreporter.write_line(line)
