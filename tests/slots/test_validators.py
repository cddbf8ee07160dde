"""Validators: the public page's are of what everybody sees, and a reader's own page has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from tests.factories import CANARY, make_article, make_subscriber, make_user, set_access, text
from tests.testapp.models import ArticleLikePage
from wagtail_wpr.slots.deliveries import DELIVERIES, INLINE


pytestmark = pytest.mark.django_db

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

#: What the host below says of each page, whatever its access.
REVISION, PUBLISHED = '"revision-1"', 1_700_000_000


class HostsOwn:
    """A host that answers by the page's revision, as ``django.views.decorators.http.condition`` does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        not_modified = get_conditional_response(request, etag=REVISION, last_modified=PUBLISHED)
        if not_modified is not None:
            return not_modified
        response = self.get_response(request)
        response["ETag"] = REVISION
        response["Last-Modified"] = http_date(PUBLISHED)
        return response


@pytest.fixture(params=[False, True], ids=["", "with the host's own"])
def hosts_own(request: pytest.FixtureRequest, settings: Any) -> bool:
    """Conditional GET above ours, and once a host's own validators below."""
    names = settings.MIDDLEWARE
    place = names.index(OURS)
    below = [f"{__name__}.HostsOwn"] if request.param else []
    settings.MIDDLEWARE = [
        "django.middleware.http.ConditionalGetMiddleware",
        *names[: place + 1],
        *below,
        *names[place + 1 :],
    ]
    return bool(request.param)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def edit(page: Any, *, teaser: str = "The teaser says this much.", body: str = "") -> None:
    page = ArticleLikePage.objects.get(pk=page.pk)
    page.body = [("paragraph", text(teaser)), ("wpr_break", None), ("paragraph", text(f"{CANARY} {body}"))]
    page.save()


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.usefixtures("hosts_own")
class TestPublicPage:
    @pytest.fixture(autouse=True)
    def delivered(self, settings: Any, delivery: str) -> None:
        settings.WPR_DELIVERY = delivery

    def test_has_the_same_etag_for_every_visitor_and_answers_304_to_it(self, client: Any) -> None:
        page = make_article()
        etag = client.get(page.url)["ETag"]
        assert Client(headers={"cookie": "_analytics=1"}).get(page.url)["ETag"] == etag
        answer = Client().get(page.url, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content) == (304, b"")

    def test_etag_and_length_tell_nothing_of_the_body(self, client: Any) -> None:
        page = make_article()
        edit(page)
        before = client.get(page.url)
        edit(page, body="and some more that only readers see")
        after = client.get(page.url)
        assert after["ETag"] == before["ETag"]
        assert len(after.content) == len(before.content)
        assert not after.has_header("Last-Modified")

    def test_etag_changes_with_the_teaser_and_with_access(self, client: Any) -> None:
        page = make_article()
        edit(page)
        etags = [client.get(page.url)["ETag"]]
        edit(page, teaser="Another teaser.")
        etags.append(client.get(page.url)["ETag"])
        set_access(page, "free")
        etags.append(client.get(page.url)["ETag"])
        assert len(set(etags)) == 3

    def test_that_was_free_and_is_closed_is_not_said_to_be_unchanged(self, client: Any) -> None:
        page = make_article(access="free")
        kept = client.get(page.url)
        assert CANARY in kept.content.decode()
        set_access(page, "subscribers")
        answer = client.get(page.url, headers={"If-None-Match": kept["ETag"]})
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()


@pytest.mark.usefixtures("hosts_own")
class TestFilledAnswer:
    @pytest.mark.parametrize("query", ["", "?wpr-inline=1"])
    def test_has_no_validators(self, settings: Any, query: str) -> None:
        settings.WPR_DELIVERY = "fetch" if query else INLINE
        answer = signed_in(make_subscriber()).get(make_article().url + query)
        assert CANARY in answer.content.decode()
        assert [name for name in ("ETag", "Last-Modified", "Expires") if answer.has_header(name)] == []

    @pytest.mark.parametrize("kind", ["registered", "subscriber"])
    def test_is_never_a_304_for_whoever_holds_the_visitors_copy(self, client: Any, kind: str) -> None:
        page = make_article()
        visitors = client.get(page.url)
        assert CANARY not in visitors.content.decode()
        user = make_subscriber() if kind == "subscriber" else make_user()
        answer = signed_in(user).get(page.url, headers={"If-None-Match": visitors["ETag"]})
        assert answer.status_code == 200
        assert CANARY in answer.content.decode()
