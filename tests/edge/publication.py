"""A small publication and hundreds of its readers, each with a session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from tests.factories import CANARY, home, make_article, set_access, text
from wagtail_wpr.access import marker
from wagtail_wpr.access.models import Entitlement, MeterSettings, Read
from wagtail_wpr.access.periods import calendar_period


#: What a registered reader may read in a month here; a number that stands in no other text.
LIMIT = 2

#: In the body of the free page, which caches may hold.
FREE_WORD = "kittiwakes"

#: In each name and address of a reader, and nowhere else.
NAME = "Zebulonia"

#: What the meter's line looks like.
METER = "data-wpr-used"

#: What an account menu looks like for whoever is signed in.
SIGNED_IN = 'data-wpr-account="reader"'


@dataclass(frozen=True)
class Somebody:
    """One who asks: what kind of reader, and the cookies of the browser."""

    kind: str
    cookie: str = ""


@dataclass
class Publication:
    """The addresses of its pages by their access, and those who read them."""

    paths: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    people: list[Somebody] = field(default_factory=list)

    def some(self, *kinds: str) -> list[Somebody]:
        """Return those of these kinds."""
        return [somebody for somebody in self.people if somebody.kind in kinds]

    def mixed(self) -> Iterator[Somebody]:
        """Yield everybody once, the kinds taking turns."""
        queues = [iter(self.some(kind)) for kind in dict.fromkeys(somebody.kind for somebody in self.people)]
        for queue in cycle(list(queues)):
            if queue not in queues:
                continue
            somebody = next(queue, None)
            if somebody is not None:
                yield somebody
                continue
            queues.remove(queue)
            if not queues:
                return


def publication(*, of_each: int) -> Publication:
    """Make four pages, and ``of_each`` visitors, registered readers, used up ones and subscribers; two editors."""
    made = Publication()
    site = Site.objects.get(root_page=home())
    MeterSettings.objects.create(site=site, registered_limit=LIMIT)
    for access in ("metered", "registered", "subscribers"):
        made.pages[access] = make_article(f"A page {access}", slug=access, access=access)
    made.pages["free"] = _free_page()
    made.paths = {access: page.url for access, page in made.pages.items()}
    with transaction.atomic():
        made.people += [Somebody("visitor") for _ in range(of_each)]
        made.people += [Somebody("tracked visitor", f"_analytics={number}") for number in range(of_each)]
        for kind in ("registered", "used up", "subscriber"):
            made.people += [Somebody(kind, _session(_user(kind, number, site))) for number in range(of_each)]
        made.people += [Somebody("editor", _session(_user("editor", number, site))) for number in range(2)]
    return made


def _free_page() -> Any:
    page = make_article("A free page", slug="free")
    page.body = [("paragraph", text("An opening.")), ("wpr_break", None), ("paragraph", text(f"About {FREE_WORD}."))]
    page.save()
    set_access(page, "free")
    return page


def _user(kind: str, number: int, site: Any) -> Any:
    name = f"{NAME}-{kind.replace(' ', '-')}-{number}"
    user = get_user_model()(
        username=name,
        first_name=name,
        email=f"{name.lower()}@readers.example",
        is_superuser=kind == "editor",
        is_staff=kind == "editor",
    )
    user.set_unusable_password()
    user.save()
    if kind == "subscriber":
        Entitlement.objects.create(user=user, source="test", valid_from=timezone.now())
    if kind == "used up":
        month = calendar_period("month", timezone.now())
        Read.objects.bulk_create(
            Read(
                holder=f"u:{user.pk}",
                site_id=site.pk,
                period=month.key,
                period_start=month.start,
                content=f"some other article {seat}",
                seat=seat,
                created=timezone.now(),
            )
            for seat in range(1, LIMIT + 1)
        )
    return user


def _session(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}; {marker.COOKIE}=1"


def reads(kind: str, access: str) -> bool:
    """Return whether somebody of this kind reads all of a page with this access."""
    opened = {
        "registered": {"metered", "registered"},
        "used up": {"registered"},
        "subscriber": {"metered", "registered", "subscribers"},
        "editor": {"metered", "registered", "subscribers"},
    }
    return access == "free" or access in opened.get(kind, set())


def word_of(access: str) -> str:
    """Return the word that stands in the body of the page with this access."""
    return FREE_WORD if access == "free" else CANARY


def personal_words(text: str) -> list[str]:
    """Return what stands in ``text`` of that which no cache may keep: bodies, names, addresses, figures, sessions."""
    words = [CANARY, NAME, NAME.lower(), "readers.example", METER, SIGNED_IN, "csrfmiddlewaretoken", "Set-Cookie"]
    return [word for word in words if word in text]
