"""Limits counted in database rows, exact however many requests race."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from wagtail_wpr.access.network import client_network
from wagtail_wpr.conf import settings
from wagtail_wpr.readers.addresses import canonical_form
from wagtail_wpr.readers.models import Address, LimitCounter, SignIn


HOUR = 3600
DAY = 24 * HOUR

#: Wrong codes that one address gets a day, over all its challenges; the link goes on working.
WRONG_CODES_A_DAY = 20
#: A browser keeps its one unconfirmed unlock until it confirms, or for so long.
BROWSER_DAYS = 400
#: Challenges are evidence for a while after they expire.
KEEP_CHALLENGES = timedelta(days=30)


@dataclass(frozen=True)
class Limit:
    """So many of a kind for each subject in each window of ``seconds``; without seconds, one long window."""

    kind: str
    number: int
    seconds: int | None

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        """Return when the window that holds ``at`` starts and ends."""
        if self.seconds is None:
            return datetime(1970, 1, 1, tzinfo=UTC), at + timedelta(days=BROWSER_DAYS)
        start = int(at.timestamp()) // self.seconds * self.seconds
        return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(start + self.seconds, UTC)

    def take(self, subject: str) -> bool:
        """Count one and return True, or return False when the window is full. Exact under concurrency."""
        if self.number <= 0:
            return False
        start, end = self.window(timezone.now())
        rows = LimitCounter.objects.filter(kind=self.kind, subject=subject, window_start=start)
        if self._count(rows):
            return True
        # Either the window is full or nobody has counted in it yet: make sure of the row, then ask again.
        row = LimitCounter(kind=self.kind, subject=subject, window_start=start, window_end=end)
        LimitCounter.objects.bulk_create([row], ignore_conflicts=True)
        forget_old_rows()
        return self._count(rows)

    def _count(self, rows: QuerySet[LimitCounter]) -> bool:
        return bool(rows.filter(used__lt=self.number).update(used=F("used") + 1))

    def is_full(self, subject: str) -> bool:
        """Return whether the subject has nothing left in this window, counting nothing."""
        start, _end = self.window(timezone.now())
        rows = LimitCounter.objects.filter(kind=self.kind, subject=subject, window_start=start)
        return self.number <= 0 or rows.filter(used__gte=self.number).exists()

    def forget(self, subject: str) -> None:
        """Give the subject a fresh start."""
        LimitCounter.objects.filter(kind=self.kind, subject=subject).delete()

    def forget_all(self, prefix: str) -> None:
        """Give all subjects that begin with ``prefix`` a fresh start."""
        LimitCounter.objects.filter(kind=self.kind, subject__startswith=prefix).delete()

    def seconds_left(self) -> int:
        """Return the seconds until the next window starts, at least 1: what ``Retry-After`` says."""
        now = timezone.now()
        return max(1, int((self.window(now)[1] - now).total_seconds()))


def posts_of_a_network() -> Limit:
    """Posts to the forms of this room."""
    return Limit("post", settings.posts_per_network, HOUR)


def unlocks_of_a_network() -> Limit:
    """Instant unlocks without a proved address."""
    return Limit("unlock", settings.unlocks_per_network, DAY)


def browsers_of_a_network() -> Limit:
    """New browsers that get free articles of their own, where visitors have any."""
    return Limit("new browser", settings.browsers_per_network, DAY)


def unlocks_of_a_browser() -> Limit:
    """The one unconfirmed unlock of a browser."""
    return Limit("browser", 1, None)


def unlocks_of_an_article() -> Limit:
    """The same unlock asked for twice, by a double click say; the subject is a browser and an article."""
    return Limit("browser article", 1, None)


def mails_to_an_address() -> Limit:
    """Sign-in mails; what is over is silently not sent."""
    return Limit("mail", settings.mails_per_address, HOUR)


def wrong_codes_of_an_address() -> Limit:
    """Wrong codes over all challenges of an address, so that asking again buys nobody more guesses."""
    return Limit("code", WRONG_CODES_A_DAY, DAY)


def network_subject(request: HttpRequest) -> str:
    """Return the network a request came from: the address itself for IPv4, its /64 for IPv6."""
    return client_network(request) or "unknown"


def article_subject(browser: str, key: str) -> str:
    """Return what an unlock of one article in one browser counts under: at most 64 characters."""
    return f"{browser}:{key}"[:64]


def address_subject(address: Address) -> str:
    """Return what limits on an address count under: a digest of its canonical form."""
    return hashlib.sha256(canonical_form(address.exact).encode()).hexdigest()


def forget_old_rows() -> None:
    """Now and then delete counters and challenges that are over, so that no host needs a cron job for it."""
    if secrets.randbelow(50):
        return
    now = timezone.now()
    LimitCounter.objects.filter(window_end__lt=now).delete()
    SignIn.objects.filter(expires_at__lt=now - KEEP_CHALLENGES).delete()
