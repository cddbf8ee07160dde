"""Something is broken, missing, or in the wrong place: the teaser goes out, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone
from django.views.debug import ExceptionReporter
from pytest_django.live_server_helper import LiveServer
from wagtail import hooks
from wagtail.models import Page

from tests.factories import make_user, set_access
from tests.leaks.detector import find
from tests.leaks.publication import BODY, DRAFT, session_of
from tests.leaks.site import ControlFailed, Site
from tests.leaks.test_meter import failing
from tests.leaks.wire import Browser
from wagtail_wpr.access import Rule, memory
from wagtail_wpr.access.models import AccessSetting, MeterSettings
from wagtail_wpr.billing.models import Plan, PlanEntitlement, Price, Subscription


READERS = ("visitor", "used-up", "lapsed")

#: Templates with a wall that cannot be rendered.
BROKEN_WALL = str(Path(__file__).parent / "broken_walls")


class NonsenseCache(LocMemCache):
    """A cache that somebody else writes to: whatever is asked for, there is something, and it means nothing."""

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return {"granted": True, "access": "free", "html": "nonsense"}

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return dict.fromkeys(keys, b"\x80nonsense")


class TestDown:
    @pytest.mark.leak_case("PW-258")
    @pytest.mark.parametrize(
        "table", ["django_session", "wagtail_wpr_read", "wagtail_wpr_entitlement", "auth_user", "wagtail_wpr_"]
    )
    def test_tables(self, site: Site, table: str) -> None:
        memory.forget()
        with failing(on=(table,)):
            for reader in READERS:
                reading = site.open("gated", reader)
                site.must_answer(reading, (200, 500, 502, 503), what=table)
                site.must_hide(reading, what=f"{reader}, without {table}")
        memory.forget()
        site.control("gated")

    @pytest.mark.leak_case("PW-258")
    @pytest.mark.parametrize("backend", ["tests.access.dead_cache.DeadCache", "tests.leaks.test_faults.NonsenseCache"])
    @pytest.mark.parametrize("page_cache", [False, True], ids=["alone", "with a page cache"])
    def test_cache(self, site: Site, settings: Any, backend: str, page_cache: bool) -> None:
        settings.CACHES = {"default": {"BACKEND": backend}}
        with serving(settings, site, page_cache=page_cache) as served:
            for reader in READERS:
                # Wagtail keeps the addresses of sites in the cache, and does without it badly.
                reading = served.open("gated", reader)
                served.must_answer(reading, (200, 500, 502, 503), what=backend)
                served.must_hide(reading, what=f"{reader}, {backend}")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
        site.control("gated")


class serving:
    """The same publication on a server of its own, with the settings as they are now."""

    def __init__(
        self, settings: Any, site: Site, *, page_cache: bool = True, middleware: list[str] | None = None
    ) -> None:
        self.settings, self.site = settings, site
        kept = settings.MIDDLEWARE if middleware is None else middleware
        self.middleware = [name for name in kept if page_cache or "django.middleware.cache." not in name]

    def __enter__(self) -> Site:
        self.kept = self.settings.MIDDLEWARE
        self.settings.MIDDLEWARE = self.middleware
        self.server = LiveServer("127.0.0.1")
        return Site(self.site.publication, self.server.url.removeprefix("http://"), self.site.delivery)

    def __exit__(self, *_error: object) -> None:
        self.server.stop()
        self.settings.MIDDLEWARE = self.kept


class BrokenRule(Rule):
    name = "broken"
    order = 10

    def decide(self, reader: Any, content: Any, prepared: Any) -> Any:
        raise ZeroDivisionError("A rule of the host's.")


class BrokenPreparation(Rule):
    name = "broken"
    order = 10

    def prepare(self, reader: Any, contents: Any, state: Any) -> Any:
        raise ZeroDivisionError("A rule of the host's.")


class TestDeciding:
    @pytest.mark.leak_case("PW-259")
    @pytest.mark.parametrize("rule", [BrokenRule, BrokenPreparation, lambda: None, lambda: 1 / 0])
    def test_rule_that_raises(self, site: Site, rule: Callable[[], Any]) -> None:
        with hooks.register_temporarily("register_wpr_access_rule", rule):
            for reader in READERS:
                for name in ("gated", "metered"):
                    if (reader, name) != ("lapsed", "metered"):
                        site.must_hide(site.open(name, reader), what=f"{reader}, {name}")
        site.control("gated")

    @pytest.mark.leak_case("PW-259")
    @pytest.mark.parametrize(
        "broken", [{"period": "fortnight"}, {"default_access": "everybody"}, {"period": "rolling", "rolling_days": 0}]
    )
    def test_settings_that_mean_nothing(self, site: Site, broken: dict[str, Any]) -> None:
        site.publication.let_visitors_read(0)
        MeterSettings.objects.filter(site__is_default_site=True).update(**broken)
        memory.forget()
        for reader in READERS[:2]:
            for name in ("gated", "metered"):
                reading = site.open(name, reader)
                site.must_answer(reading, [200])
                site.must_hide(reading, what=f"{reader}, {name}")
        site.control("gated")


class TestMisconfigured:
    OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

    @pytest.mark.leak_case("PW-261")
    def test_middleware_missing(self, site: Site, settings: Any) -> None:
        without = [name for name in settings.MIDDLEWARE if name != self.OURS]
        assert self.ids(settings, without) >= {"wagtail_wpr.E001"}
        self.hides(site, settings, without)

    @pytest.mark.leak_case("PW-261")
    @pytest.mark.parametrize(
        "moved",
        [
            "django.middleware.gzip.GZipMiddleware",
            "django.middleware.http.ConditionalGetMiddleware",
            "django.middleware.cache.UpdateCacheMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
        ],
    )
    def test_middleware_in_the_wrong_order(self, site: Site, settings: Any, moved: str) -> None:
        others = [name for name in settings.MIDDLEWARE if name != moved]
        place = others.index(self.OURS)
        above = "gzip" in moved or "http" in moved
        wrong = [*others[: place + above], moved, *others[place + above :]]
        assert self.ids(settings, wrong) >= {"wagtail_wpr.E003"}
        self.hides(site, settings, wrong)

    def ids(self, settings: Any, middleware: list[str]) -> set[str]:
        kept, settings.MIDDLEWARE = settings.MIDDLEWARE, middleware
        found = {message.id for message in run_checks() if message.level >= 40}
        settings.MIDDLEWARE = kept
        return found

    def hides(self, site: Site, settings: Any, middleware: list[str]) -> None:
        with serving(settings, site, middleware=middleware) as served:
            for reader in READERS:
                reading = served.open("gated", reader)
                served.must_answer(reading, (200, 500))
                served.must_hide(reading, what=reader)
        site.control("gated")

    @pytest.mark.leak_case("PW-261")
    def test_order_that_caches_what_was_filled_keeps_it_from_visitors(self, site: Site, settings: Any) -> None:
        """The page cache above ours is an error of the check; a browser's own cookie still keeps pages apart."""
        others = [name for name in settings.MIDDLEWARE if "UpdateCache" not in name]
        place = others.index(self.OURS)
        wrong = [*others[:place], "django.middleware.cache.UpdateCacheMiddleware", *others[place:]]
        with serving(settings, site, middleware=wrong) as served:
            for reader in ("subscriber", "visitor", "subscriber", "used-up"):
                reading = served.open("gated", reader)
                if reader != "subscriber":
                    served.must_hide(reading, what=reader)

    @pytest.mark.leak_case("PW-261")
    @pytest.mark.parametrize("key", ["", None])
    def test_no_key(self, site: Site, key: str | None) -> None:
        readers = [site.browser(reader) for reader in READERS]
        with override_settings(SECRET_KEY=key):
            for browser in readers:
                reading = site.open("gated", browser)
                site.must_answer(reading, (200, 500))
                site.must_hide(reading)
        site.control("gated")

    @pytest.mark.leak_case("PW-261")
    @pytest.mark.parametrize("delivery_named", ["", "everything", "INLINE", "esi"])
    def test_unknown_delivery(self, site: Site, settings: Any, delivery_named: str) -> None:
        settings.WPR_DELIVERY = delivery_named
        assert "wagtail_wpr.E002" in {message.id for message in run_checks()}
        for reader in READERS:
            site.must_hide(site.open("gated", reader), what=reader)
        settings.WPR_DELIVERY = site.delivery
        site.control("gated")

    @pytest.mark.leak_case("PW-261")
    @pytest.mark.parametrize("access", ["everybody", "", "FREE", "none"])
    def test_unknown_access(self, site: Site, access: str) -> None:
        page = site.page("gated")
        set_access(page, access)
        try:
            for reader in ("visitor", "used-up"):
                site.must_hide(site.open("gated", reader), what=f"{reader}, {access!r}")
        finally:
            AccessSetting.objects.filter(page_id=page.pk).delete()
            set_access(page, "subscribers")
        site.control("gated")

    @pytest.mark.leak_case("PW-261")
    def test_subscription_and_plan_that_are_gone(self, site: Site) -> None:
        plan = Plan.objects.create(name="All", slug="all")
        PlanEntitlement.objects.create(plan=plan, name="all_access")
        price = Price.objects.create(plan=plan, amount=900)
        user = make_user("leaver")
        bought = Subscription.objects.create(user=user, price=price, started_at=timezone.now())
        browser = Browser(site.address, cookies={"sessionid": session_of(user)})
        if not site.open("gated", browser).is_whole:
            raise ControlFailed("The subscription does not open the article.")
        bought.delete()
        price.delete()
        plan.delete()
        site.must_hide(site.open("gated", browser))


def served_again(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    return page.serve(request, *args, **kwargs)


def served_by_template(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    return TemplateResponse(request, page.get_template(request), page.get_context(request))


def served_by_hand(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    source = (
        "{% load wagtailcore_tags %}<body>{{ page.body }}"
        "{% for block in page.body %}{{ block }}{{ block.value }}{% endfor %}</body>"
    )
    return HttpResponse(Template(source).render(Context({"page": page})))


def served_as_draft(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    return page.get_latest_revision_as_object().serve(request, *args, **kwargs)


def served_as_preview(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    return page.serve_preview(request, "subscriber")


class TestHooks:
    @pytest.mark.leak_case("PW-262")
    @pytest.mark.parametrize("hook", [served_again, served_by_template, served_by_hand, served_as_preview])
    @pytest.mark.parametrize("order", [-10, 10])
    def test_that_serve_the_page(self, site: Site, hook: Callable[..., HttpResponse], order: int) -> None:
        with hooks.register_temporarily("before_serve_page", hook, order=order):
            for reader in READERS[:2]:
                reading = site.open("gated", reader)
                site.must_answer(reading, [200])
                site.must_hide(reading, (*BODY, *DRAFT), what=f"{hook.__name__}, {reader}")
            site.control("gated")

    @pytest.mark.leak_case("PW-152")
    def test_that_serve_a_variant(self, site: Site) -> None:
        variant = {"Cookie": "wagtail-ab-testing_1_version=variant"}
        with hooks.register_temporarily("before_serve_page", served_as_draft):
            for reader in ("visitor", "fresh"):
                browser = site.browser(reader)
                for headers in (variant, {"X-Requested-With": "WagtailAbTestingWorker"}):
                    kept = {
                        **headers,
                        **(
                            {"Cookie": f"{headers['Cookie']}; sessionid={browser.cookies['sessionid']}"}
                            if "Cookie" in headers and browser.cookies
                            else {}
                        ),
                    }
                    reading = site.open("gated", browser, headers=kept)
                    site.must_answer(reading, (200, 403))
                    site.must_hide(reading, (*BODY, *DRAFT), what=f"{reader}, {headers}")
        site.control("gated")


WITHOUT_A_REQUEST = [
    "{{ page.body }}",
    "{% load wagtailcore_tags %}{% include_block page.body %}",
    "{% load wpr_tags %}{% wpr_body page %}{% wpr_wall page %}{% wpr_structured_data page %}",
    "{% for block in page.body %}{{ block }}{{ block.value }}{% endfor %}",
    "{{ page.body.raw_data }}{{ page.body.0.value }}{{ page.body|truncatewords:900 }}{{ page.body|striptags }}",
    "{{ page.body.stream_block }}{{ page.body.get_prep_value }}{{ page.serializable_data }}{{ page.to_json }}",
]


class TestOutsideOfRequests:
    @pytest.mark.leak_case("PW-263")
    @pytest.mark.parametrize("source", WITHOUT_A_REQUEST)
    @pytest.mark.parametrize("name", ["gated", "unconfigured", "story"])
    def test_templates(self, site: Site, source: str, name: str) -> None:
        try:
            html = Template(source).render(Context({"page": site.page(name)}))
        except Exception as error:
            html = str(error)
        assert find(html, BODY) == []
        site.control(name)

    @pytest.mark.leak_case("PW-263")
    def test_static_export(self, site: Site) -> None:
        for name in ("gated", "story", "report"):
            page = site.page(name)
            response = page.serve(RequestFactory().get(site.path(name)))
            assert find(response.render().content, BODY) == []
            assert find(str(list(page.get_sitemap_urls())), BODY) == []
            site.control(name)

    @pytest.mark.leak_case("PW-263")
    def test_index(self, site: Site) -> None:
        for word in BODY:
            assert list(Page.objects.search(word)) == []
            assert list(type(site.page("gated")).objects.search(word)) == []
        assert site.page("gated").pk in {page.pk for page in Page.objects.search("gated")}


class TestReports:
    @pytest.mark.leak_case("PW-265")
    def test_of_errors_hold_no_body(self, site: Site, settings: Any) -> None:
        """What is logged when a wall fails: with the variables of every frame, as error trackers take them."""
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append  # type: ignore[method-assign]
        loggers = [logging.getLogger(name) for name in ("wagtail_wpr", "django.request")]
        kept = settings.TEMPLATES
        settings.TEMPLATES = [{**kept[0], "DIRS": [BROKEN_WALL, *kept[0]["DIRS"]]}]
        for logger in loggers:
            logger.addHandler(handler)
        try:
            site.must_hide(site.open("gated"))
        finally:
            for logger in loggers:
                logger.removeHandler(handler)
            settings.TEMPLATES = kept
        told = [record for record in records if record.exc_info]
        if not told:
            raise ControlFailed("Nothing failed, so that there was no report to look into.")
        for record in told:
            frames = ExceptionReporter(None, *record.exc_info).get_traceback_frames()
            variables = "\n".join(f"{name} = {value}" for frame in frames for name, value in frame["vars"])
            assert "page" in variables
            assert [word for word in BODY if word in variables] == [], record.getMessage()
        site.control("gated")
