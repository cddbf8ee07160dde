"""The table of headers in the documentation, row by row, against real answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from tests.factories import CANARY, home, make_article, make_user, set_access
from wagtail_wpr.access.models import MeterSettings
from wagtail_wpr.slots.deliveries import DELIVERIES


pytestmark = pytest.mark.django_db

TABLE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "headers.md"

OURS = "wagtail_wpr.slots.middleware.SlotMiddleware"

#: What this host says of every page.
THE_HOSTS = "public, max-age=600, s-maxage=900"
FOR_A_MINUTE = re.compile(r"^public, max-age=(5[5-9]|60), s-maxage=(5[5-9]|60)$")
REVISION, PUBLISHED = '"revision-1"', http_date(1_700_000_000)


class TheHost:
    """A host that wants its pages cached, and says which revision each is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(("/wpr/", "/admin/")):
            response["Cache-Control"] = THE_HOSTS
            response["ETag"] = REVISION
            response["Last-Modified"] = PUBLISHED
        if "cookie" in request.GET:
            response.set_cookie("of_the_host", "1")
        return response


@pytest.fixture(autouse=True)
def the_host(settings: Any) -> None:
    names = settings.MIDDLEWARE
    place = names.index(OURS) + 1
    settings.MIDDLEWARE = [*names[:place], f"{__name__}.TheHost", *names[place:]]


def rows() -> list[tuple[str, ...]]:
    """The cells of the table's rows, in plain text."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")][1:]
    return [tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|")) for line in lines]


def cases() -> Iterator[Any]:
    """Each row, once for each delivery that it speaks of."""
    for deliveries, *cells in rows():
        named = DELIVERIES if deliveries == "any" else deliveries.split(", ")
        for delivery in named:
            yield pytest.param(delivery, *cells, id=f"{delivery} {cells[0]}, {cells[1]}")


def client_of(who: str) -> Client:
    client = Client()
    if who == "reader":
        client.force_login(make_user())
    elif who == "editor":
        client.force_login(make_user("editor", is_superuser=True))
    elif who == "visitor with free articles":
        MeterSettings.objects.create(site=Site.objects.get(), visitor_limit=2)
    else:
        assert who == "visitor"
    return client


def post(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(
        path, json.dumps(data), content_type="application/json", headers={"Sec-Fetch-Site": "same-origin"}
    )


def asked_for(what: str, client: Client) -> Any:
    """The answer to whoever asks for this."""
    if what == "metered page":
        return client.get(make_article().url)
    if what in ("free page", "free page with a slot"):
        answer = client.get(make_article(access="free").url)
        assert CANARY in answer.content.decode()
        return answer
    if what == "prefetch that would cost a read":
        return client.get(make_article().url, headers={"Sec-Purpose": "prefetch"})
    if what == "page with ?wpr-inline=1":
        return client.get(make_article().url + "?wpr-inline=1")
    if what == "page that closes in a minute":
        page = make_article()
        set_access(page, "subscribers", free_until=timezone.now() + timedelta(seconds=60))
        return client.get(page.url)
    if what == "page on which the host sets a cookie":
        return client.get(make_article().url + "?cookie=1")
    if what == "page without slots":
        return client.get(home().url)
    if what == "page that is not there":
        return client.get("/no/such/page/")
    if what == "redirect to a page":
        Redirect.objects.create(old_path="/old", redirect_page=make_article(), is_permanent=True)
        return client.get("/old/")
    if what == "slots by POST":
        page = make_article()
        return post(client, "/wpr/slots/", {"slots": [], "at": page.url})
    if what == "walls shown by POST":
        return post(client, "/wpr/shown/", {"slots": []})
    if what == "log-in page":
        return client.get("/wpr/log-in/")
    if what == "account page":
        return client.get("/wpr/account/")
    assert what == "preview", f"The table speaks of {what!r}, which no case here asks for."
    page = make_article()
    page.save_revision()
    return client.get(f"/admin/pages/{page.pk}/view_draft/")


def vary_of(answer: Any) -> str:
    """``Vary`` as the table writes it: what this package has to do with, not the languages of the admin."""
    names = {name.strip() for name in answer.get("Vary", "").split(",")} & {"Cookie"}
    return ", ".join(names) or "–"


def validators_of(answer: Any) -> str:
    etag, modified = answer.get("ETag"), answer.get("Last-Modified")
    if (etag, modified) == (REVISION, PUBLISHED):
        return "the host's"
    assert modified is None
    return "of the public page" if etag else "none"


@pytest.mark.parametrize(("delivery", "who", "what", "status", "cache_control", "vary", "validators"), list(cases()))
def test_row(
    settings: Any, delivery: str, who: str, what: str, status: str, cache_control: str, vary: str, validators: str
) -> None:
    settings.WPR_DELIVERY = delivery
    home()
    answer = asked_for(what, client_of(who))
    assert answer.status_code == int(status)
    if cache_control == "the host's, for a minute at most":
        assert FOR_A_MINUTE.match(answer["Cache-Control"])
    elif cache_control == "private, no-store, and more from Wagtail":
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    else:
        assert answer["Cache-Control"] == (THE_HOSTS if cache_control == "the host's" else cache_control)
    if vary == "as above":
        vary = "Cookie" if delivery == "inline" else "–"
    assert vary_of(answer) == vary
    assert validators_of(answer) == validators


def test_table_speaks_of_every_delivery() -> None:
    named = {delivery for row in rows() for delivery in row[0].split(", ")}
    assert named == {*DELIVERIES, "any"}
    assert len(rows()) > 20
