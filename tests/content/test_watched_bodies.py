"""Bodies whose blocks depend on the request: found out at the first rendering, and rendered for each reader."""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

import pytest
from django import VERSION as DJANGO_VERSION
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware.csrf import _does_token_match, get_token
from django.test import Client, RequestFactory, override_settings
from django.utils.functional import SimpleLazyObject
from wagtail import blocks

from tests.content.kept_bodies import answer_to, ask, kept, kept_html, request_for
from tests.factories import CANARY, make_article, make_subscriber, make_user
from wagtail_wpr.access import Decision
from wagtail_wpr.content.watching import Watch


pytestmark = pytest.mark.django_db

#: What a template may print of the request, and what is noted of it first.
PERSONAL = [
    ("{{ request.user.username }}", "request.user"),
    ("{% if request.user.is_authenticated %}in{% endif %}", "request.user"),
    ("{{ request.path }}", "request.path"),
    ("{{ request.GET.page }}", "request.GET"),
    ("{{ request.COOKIES.theme }}", "request.COOKIES"),
    ("{{ request.get_host }}", "request.get_host"),
    ("{{ request.is_secure }}", "request.is_secure"),
    ("{{ request.csp_nonce }}", "request.csp_nonce"),
    ("{{ request.META.REMOTE_ADDR }}", "request.META"),
    ("{{ request.nothing_like_it }}", "request.nothing_like_it"),
    ("{{ request }}", "request.__str__"),
    ("{% for line in request %}{{ line }}{% endfor %}", "request.__iter__"),
    ("{% if request == page %}same{% endif %}", "request.__eq__"),
    ("{% with asked=request %}{{ asked.method }}{% endwith %}", "request.method"),
    ("{% load wagtailcore_tags %}{% fullpageurl None 'wagtail_wpr:log_in' %}", "request.build_absolute_uri"),
    ("{{ decision.reason }}", "decision.reason"),
    ("{{ decision.meter.remaining }}", "decision.meter"),
    ("{{ decision }}", "decision.__str__"),
]

#: What everybody on the site gets.
THE_SAME = [
    "{{ value }}",
    "{{ page.title }} {{ self }}",
    "{% load wagtailcore_tags %}{% pageurl page %} {% fullpageurl page %} {% slugurl page.slug %}",
    "{% load wagtailcore_tags %}{% wagtail_site as site %}{{ site.hostname }}",
    "{% if request %}asked{% endif %}",
    "{% if decision.granted %}granted{% endif %}",
    "{% load wagtail_cache %}{% wagtailcache 60 heading value %}{{ value }}{% endwagtailcache %}",
    "{% load wagtailsettings_tags %}{% get_settings %}{{ settings.wagtail_wpr.MeterSettings.registered_limit }}",
    "{% csrf_token %}{{ user }}{{ messages }}",  # a block's template knows none of them
]


def personal_id(case: Any) -> str:
    return str(case[1]) if isinstance(case, tuple) else str(case)[:40]


class TestTemplateOfABlock:
    @pytest.mark.parametrize("case", PERSONAL, ids=personal_id)
    def test_that_uses_the_request_is_rendered_each_time(self, host: Any, caplog: Any, case: Any) -> None:
        source, noted = case
        host.shows_headings_with(f"<h2>{{{{ value }}}}</h2>{source}")
        page, reader = make_article(), make_subscriber()
        with caplog.at_level(logging.DEBUG, logger="wagtail_wpr.content"):
            first = ask(page, reader)
        assert CANARY in first
        assert kept_html() == []
        (said,) = [record.getMessage() for record in caplog.records if "each reader" in record.getMessage()]
        assert f"page {page.pk} (body)" in said
        assert noted in said
        assert ask(page, reader) == first

    @pytest.mark.parametrize("source", THE_SAME, ids=personal_id)
    def test_that_uses_the_site_only_is_kept(self, host: Any, source: str) -> None:
        host.shows_headings_with(f"{{% if page %}}{{{{ value }}}} {source}{{% endif %}}")
        page = make_article()
        first = ask(page, make_subscriber("one"))
        (stored,) = kept_html()
        assert CANARY in stored
        assert ask(page, make_subscriber("two")) == first

    def test_each_reader_gets_what_is_theirs(self, host: Any) -> None:
        host.shows_headings_with("<h2>{{ value }} for {{ request.user.username }}</h2>")
        page, readers = make_article(), [make_subscriber(name) for name in ("ann", "ben")]
        for reader in (*readers, *readers):
            assert f"Heading {CANARY} for {reader.username}</h2>" in ask(page, reader)

    def test_is_kept_again_when_the_next_release_says_so(self, host: Any, settings: Any) -> None:
        host.shows_headings_with("{{ value }} {{ request.user.pk }}")
        page, reader = make_article(), make_subscriber()
        ask(page, reader)
        host.sets("heading", template=host.writes("next_release.html", "{{ value }}"))
        settings.WPR_TEMPLATE_VERSION = "2"
        ask(page, reader)
        assert len(kept_html()) == 1


class TestContextOfABlock:
    """A block that looks at the request in Python."""

    def with_context(self, monkeypatch: pytest.MonkeyPatch, host: Any, more: Any) -> None:
        def get_context(self: Any, value: Any, parent_context: Any = None) -> Any:
            context = blocks.Block.get_context(self, value, parent_context)
            request = (parent_context or {}).get("request")
            return {**context, "more": more(request) if request is not None else ""}

        monkeypatch.setattr(type(host.block.child_blocks["heading"]), "get_context", get_context)
        host.shows_headings_with("{{ value }} {{ more }}")

    @pytest.mark.parametrize(
        "more",
        [
            lambda request: getattr(request, "visitor_group", ""),
            lambda request: hasattr(request, "session"),
            lambda request: get_token(request),
            lambda request: vars(request).get("user"),
            lambda request: copy.copy(request).path,
            lambda request: request.__dict__["user"],
            lambda request: setattr(request, "seen", True),
            lambda request: request._wagtail_route_for_request if hasattr(request, "_wagtail_route_for_request") else 1,
        ],
        ids=["getattr", "hasattr", "get_token", "vars", "copy", "dict", "setattr", "route"],
    )
    def test_is_noted(self, monkeypatch: Any, host: Any, more: Any) -> None:
        self.with_context(monkeypatch, host, more)
        assert CANARY in ask(make_article(), make_subscriber())
        assert kept_html() == []
        assert len(kept()) == 1

    def test_request_is_one_for_isinstance(self, monkeypatch: Any, host: Any) -> None:
        self.with_context(monkeypatch, host, lambda request: isinstance(request, HttpRequest))
        assert f"{CANARY} True" in ask(make_article(), make_subscriber())
        assert len(kept_html()) == 1

    def test_that_cannot_do_with_the_watcher_is_rendered_without_it(self, monkeypatch: Any, host: Any) -> None:
        from django.core.handlers.wsgi import WSGIRequest

        def strict(request: Any) -> str:
            if type(request) is not WSGIRequest:
                raise TypeError("of this very class only")
            return "strict"

        self.with_context(monkeypatch, host, strict)
        page = make_article()
        for name in ("one", "two"):
            assert f"{CANARY} strict" in ask(page, make_subscriber(name))
        assert kept_html() == []


#: Names that Django's own context processors give, and more of a host's.
PRINTED = [
    "{{ user }}",
    "{{ user.username }}",
    "{% if user.is_authenticated %}in{% endif %}",
    "{% if perms.wagtailadmin.access_admin %}editor{% endif %}",
    "{{ perms }}",
    "{% for message in messages %}{{ message }}{% endfor %}",
    "{% if messages %}some{% endif %}",
    "{% csrf_token %}",
    "{{ csrf_token }}",
    "{{ request.user }}",
    "{{ csp_nonce }}",
    "{{ tier }}",
    "{% if premium %}premium{% endif %}",
    "{% include 'inner_of_the_host.html' %}",
    "{% load wagtailcore_tags %}{% include_block inner %}",
]

PROCESSORS = [
    "django.template.context_processors.debug",
    "django.template.context_processors.i18n",
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "wagtail.contrib.settings.context_processors.settings",
    "tests.content.test_watched_bodies.nonce_and_tier",
]


def nonce_and_tier(request: Any) -> dict[str, Any]:
    """A host's own processor, which asks the request at once."""
    user = getattr(request, "user", None)
    return {
        "csp_nonce": SimpleLazyObject(lambda: request.META.setdefault("nonce", "n0nce")),
        "tier": getattr(user, "username", "none"),
        "premium": bool(user and user.pk),
    }


class InnerBlock(blocks.CharBlock):
    class Meta:
        template = "inner_of_the_host.html"


class TestLoopOfTheHost:
    """``body_block_template`` is rendered with the context processors, which take from the request."""

    @pytest.fixture(autouse=True)
    def processors(self, settings: Any, host: Any) -> None:
        options = {**settings.TEMPLATES[0]["OPTIONS"], "context_processors": PROCESSORS}
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
        host.writes("inner_of_the_host.html", "{{ user.username }}")

    def asked(self, page: Any, user: Any) -> Any:
        request: Any = request_for(page, user)
        request.session = {}
        request._messages = messages.storage.default_storage(request)
        messages.info(request, "a message")
        return request

    @pytest.mark.parametrize("source", PRINTED)
    def test_that_prints_of_them_is_rendered_each_time(self, host: Any, monkeypatch: Any, source: str) -> None:
        if "inner" in source and "include_block" in source:
            inner = InnerBlock().bind("x")
            source = source.replace("inner", "page.inner_block")
            page_class = type(make_article("Any"))
            monkeypatch.setattr(page_class, "inner_block", property(lambda page: inner), raising=False)
        host.shows_blocks_with("<section>{{ block.value }}</section>" + source)
        page = make_article()
        for name in ("annabel", "benedict"):
            assert CANARY in answer_to(self.asked(page, make_subscriber(name)))
        assert kept_html() == []

    @pytest.mark.parametrize(
        "source",
        [
            "",
            "{% load wagtailcore_tags %}{% include_block block %}",
            "{% load wagtailcore_tags %}{% pageurl page %}{% if last %}the end{% endif %}",
            "{{ settings.wagtail_wpr.MeterSettings.registered_limit }}",
            "{{ LANGUAGE_CODE }}{{ nothing }}",
        ],
    )
    def test_that_prints_none_is_kept(self, host: Any, source: str) -> None:
        host.shows_blocks_with("<section>{{ block.value }}</section>" + source)
        page = make_article()
        first = answer_to(self.asked(page, make_subscriber("annabel")))
        second = answer_to(self.asked(page, make_subscriber("benedict")))
        assert first == second
        (stored,) = kept_html()
        assert stored.count("<section>") == 3
        assert stored in first

    @pytest.mark.parametrize("source", ["{{ user.username }}", "{{ tier }}", "{{ csp_nonce }}{{ premium }}"])
    def test_prints_the_same_watched_and_unwatched(self, host: Any, source: str) -> None:
        host.shows_blocks_with("<section>{{ block.value }}</section>" + source)
        page, reader = make_article(), make_subscriber("annabel")
        watched = answer_to(self.asked(page, reader))
        with override_settings(WPR_BODY_CACHE_SECONDS=0):
            assert answer_to(self.asked(page, reader)) == watched

    def test_token_is_of_the_request(self, host: Any) -> None:
        host.shows_blocks_with("{{ block.value }}<form method=post>{% csrf_token %}</form>")
        page = make_article()
        secrets = []
        for name in ("annabel", "benedict"):
            request = self.asked(page, make_subscriber(name))
            tokens = re.findall('name="csrfmiddlewaretoken" value="([^"]+)"', answer_to(request))
            assert len(tokens) == 3
            assert all(_does_token_match(token, request.META["CSRF_COOKIE"]) for token in tokens)
            secrets.append(request.META["CSRF_COOKIE"])
        assert secrets[0] != secrets[1]

    @pytest.mark.skipif(DJANGO_VERSION < (6, 0), reason="Django has nonces from 6.0 on")
    def test_nonce_of_django_is_of_the_answer(self, host: Any, settings: Any) -> None:
        options = {"context_processors": ["django.template.context_processors.csp"]}
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
        settings.MIDDLEWARE = ["django.middleware.csp.ContentSecurityPolicyMiddleware", *settings.MIDDLEWARE]
        settings.SECURE_CSP = {"script-src": ["'self'", "<CSP_NONCE_SENTINEL>"]}
        host.shows_blocks_with("{{ block.value }}<script nonce={{ csp_nonce }}></script>")
        page, nonces = make_article(), set()
        for name in ("annabel", "benedict"):
            client = Client()
            client.force_login(make_subscriber(name))
            answer = client.get(page.url)
            (nonce,) = set(re.findall("<script nonce=([^>]+)>", answer.content.decode()))
            assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
            nonces.add(nonce)
        assert len(nonces) == 2

    def test_processor_that_gives_nothing_for_this_reader(self, host: Any, monkeypatch: Any) -> None:
        """``{% if coupon is None %}`` does not tell that it was asked."""
        monkeypatch.setitem(globals(), "nonce_and_tier", lambda request: {"coupon": request.COOKIES.get("coupon")})
        host.shows_blocks_with("{{ block.value }}{% if coupon is None %}no coupon{% endif %}")
        assert "no coupon" in answer_to(self.asked(make_article(), make_subscriber()))
        assert kept_html() == []


class TestWatched:
    def watched(self, target: Any, covered: Any = lambda attribute: False) -> tuple[Watch, Any]:
        watch = Watch()
        return watch, watch.over(target, "it", covered)

    def test_is_of_the_same_class(self) -> None:
        watch, request = self.watched(RequestFactory().get("/"))
        assert isinstance(request, HttpRequest)
        assert bool(request) is True
        assert list(watch.seen) == []

    def test_passes_everything_through(self) -> None:
        original = RequestFactory().get("/tides/?a=b")
        watch, request = self.watched(original)
        request.user = AnonymousUser()
        assert original.user is request.user
        assert request.get_full_path() == "/tides/?a=b"
        assert repr(request) == repr(original)
        assert request == original
        assert hash(request) == hash(original)
        del request.user
        assert not hasattr(original, "user")
        with pytest.raises(AttributeError, match="WSGIRequest"):
            request.nothing_like_it  # noqa: B018
        assert set(watch.seen) == {
            *("it.user", "it.get_full_path", "it.__repr__", "it.__eq__", "it.__hash__", "it.nothing_like_it"),
        }

    def test_covered_attributes_are_not_noted(self) -> None:
        watch, request = self.watched(RequestFactory().get("/"), lambda attribute: attribute == "path")
        assert request.path == "/"
        assert list(watch.seen) == []

    def test_nothing_stays_nothing(self) -> None:
        assert Watch().over(None, "request", lambda attribute: False) is None

    def test_decision_is_one(self) -> None:
        from wagtail_wpr.access import Reader, decide

        watch, decision = self.watched(decide(Reader.for_user(make_user()), make_article()))
        assert isinstance(decision, Decision)
        assert decision.cost == 1
        assert list(watch.seen) == ["it.cost"]
