"""The site under attack, as one delivery gives it out, and what it means that a reader got something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.test import override_settings

from tests.leaks import publication as words
from tests.leaks.cases import Case, Try
from tests.leaks.publication import BODY, DRAFT, Publication
from tests.leaks.wire import Answer, Browser, Headers, path_of


WORDS = {"body": BODY, "draft": (*DRAFT, *BODY), "none": ()}

#: The slots that a page asks for itself, in the fetch delivery.
TOKEN = re.compile(r'<wpr-slot\b[^>]*\btoken="([^"]+)"')

#: A filled slot may hold slots again; the script asks for these too.
ROUNDS = 4

#: Pages that have nothing to hide.
OPEN_PAGES = {"front", "analysis", "archive", "open", "free", "news", "elsewhere", "free_elsewhere"}


class Leak(AssertionError):
    """Somebody got what they may not read."""


class ControlFailed(Exception):
    """Who may read did not get it: the case proves nothing."""


@dataclass
class Reading:
    """All that a reader gets by opening an address: the page, and what its script fetches into it."""

    page: Answer
    more: list[Answer] = field(default_factory=list)

    @property
    def answers(self) -> list[Answer]:
        return [self.page, *self.more]

    @property
    def text(self) -> str:
        return "\n".join(answer.text for answer in self.answers)

    def holding(self, sought: Iterable[str] = BODY) -> list[Answer]:
        """Return the answers in which one of the words is."""
        return [answer for answer in self.answers if answer.find(tuple(sought))]

    @property
    def is_whole(self) -> bool:
        """Whether the beginning, the middle and the end of a body are in it."""
        text = self.text
        return all(word in text for word in BODY)

    @property
    def shows_nothing(self) -> bool:
        """Whether no word of a body is in it, in any disguise."""
        return not self.holding()


class Site:
    """The running publication. ``address`` is where browsers knock: the server, or a cache before it."""

    def __init__(self, publication: Publication, address: str, delivery: str, *, origin: str = "") -> None:
        self.publication = publication
        self.address = address
        self.origin = origin or address
        self.delivery = delivery

    def path(self, name: str) -> str:
        return self.publication.path(name)

    def page(self, name: str) -> Any:
        """Return a page as the database has it."""
        page = self.publication.pages[name]
        return type(page).objects.get(pk=page.pk)

    def user(self, reader: str) -> Any:
        return self.publication.readers[reader]

    def open(self, name: str, reader: str | Browser = "visitor", **request: Any) -> Reading:
        """Return what a reader gets at the address of a page."""
        browser = reader if isinstance(reader, Browser) else self.browser(reader)
        return self.read(browser, self.path(name), **request)

    def browser(self, reader: str = "visitor") -> Browser:
        """Return a browser in which this reader is at home."""
        return Browser(self.address, cookies=self.publication.cookies_of(reader))

    # --- opening an address

    def read(
        self, browser: Browser, target: str, *, method: str = "GET", headers: Headers = (), body: bytes = b""
    ) -> Reading:
        """Open an address and do what a browser then does, whether or not its script would find it worth asking."""
        reading = Reading(browser.ask(target, method=method, headers=headers, body=body))
        if self.delivery == "fetch":
            self._fetch(browser, target, reading, dict(headers))
        return reading

    def try_everything(
        self, browser: Browser, target: str, *, method: str = "GET", headers: Headers = (), body: bytes = b""
    ) -> Reading:
        """Open an address, and beyond what a browser does also the page's form for those without a script."""
        reading = self.read(browser, target, method=method, headers=headers, body=body)
        if self.delivery == "fetch" and method == "GET" and reading.page.status == 200 and reading.page.is_html:
            inline = f"{target}{'&' if '?' in target else '?'}wpr-inline=1"
            reading.more.append(browser.ask(inline, headers=headers))
        return reading

    def _fetch(self, browser: Browser, target: str, reading: Reading, headers: dict[str, str]) -> None:
        if reading.page.status != 200 or not reading.page.is_html:
            return
        asked: set[str] = set()
        latest = reading.page.text
        for _round in range(ROUNDS):
            tokens = [token for token in dict.fromkeys(TOKEN.findall(latest)) if token not in asked]
            if not tokens:
                return
            asked.update(tokens)
            answer = self.ask_for_slots(browser, tokens, path_of(target), headers=headers)
            reading.more.append(answer)
            if answer.status != 200:
                return
            latest = "".join(slot.get("html", "") for slot in answer.json["slots"].values())
            # The answer is read as its HTML, too: in JSON the accents of a word may be escapes.
            reading.more.append(Answer(answer.status, answer.headers, latest.encode()))
            del reading.more[-1].headers["Content-Encoding"]

    def ask_for_slots(self, browser: Browser, tokens: Sequence[str], at: str, *, headers: Headers = ()) -> Answer:
        """Post to the slots endpoint as the page's script does."""
        kept = {name: value for name, value in dict(headers).items() if name.lower() not in _OF_ANOTHER_REQUEST}
        return browser.post_json("/wpr/slots/", {"slots": list(tokens), "at": at}, headers=kept)

    # --- judging

    def must_hide(self, reading: Reading, absent: Iterable[str] = BODY, *, what: str = "") -> None:
        """Fail as a leak where one of the words is in what somebody got."""
        for answer in reading.answers:
            hits = answer.find(tuple(absent))
            if hits:
                told = ", ".join(f"{hit.word} ({hit.disguise})" for hit in hits[:4])
                raise Leak(f"{what or 'An answer'} of status {answer.status} holds {told}.")

    def must_answer(self, reading: Reading, statuses: Iterable[int], *, what: str = "") -> None:
        """Fail, but not as a leak, where the answer is of another kind than the case is about.

        :raises ControlFailed: with what it was.
        """
        if reading.page.status not in tuple(statuses):
            raise ControlFailed(f"{what or 'A request'} was answered with {reading.page.status}, not {statuses}.")

    def control(self, name: str = "gated", reader: str = "subscriber") -> Reading:
        """Return what somebody reads who may, and see that it is the whole body, kept by no shared cache.

        :raises ControlFailed: where it is not.
        """
        reading = self.read(self.browser(reader), self.path(name))
        if not reading.is_whole:
            raise ControlFailed(
                f"The {reader} does not get the whole body of {self.path(name)}: {reading.page.status}."
            )
        for answer in reading.holding():
            if answer.may_be_stored:
                raise Leak(f"A body of {name} went out with Cache-Control {answer.headers.get('Cache-Control')!r}.")
        return reading

    # --- running a case that is all data

    def run(self, case: Case) -> None:
        """Make every try of a case, and its positive control."""
        for number, attempt in enumerate(case.tries, start=1):
            with self._behind_a_proxy(attempt.client):
                reading = self._attempt(case, attempt, inline_too=number == 1)
            what = f"{case.id}, try {number}, {attempt.method} {attempt.path} {dict(attempt.headers)}"
            # A word that was asked for may come back as what was asked for; the others may not.
            asked = unquote(self.fill(attempt.path))
            self.must_hide(reading, [word for word in WORDS[case.absent] if word not in asked], what=what)
            self.must_answer(reading, case.status, what=what)
        self._control(case)

    def _attempt(self, case: Case, attempt: Try, *, inline_too: bool) -> Reading:
        headers = {name: self.fill(value) for name, value in attempt.headers}
        if attempt.client:
            headers["X-Forwarded-For"] = attempt.client
        target, body = self.fill(attempt.path), self.fill(attempt.body).encode()
        browser = self.browser(case.reader)
        # Filled inline, a page is what the inline delivery makes of it: once a case is enough here.
        ask = self.try_everything if inline_too else self.read
        return ask(browser, target, method=attempt.method, headers=headers, body=body)

    def _control(self, case: Case) -> None:
        if case.control == "none":
            return
        if case.control in ("feed", "sitemap"):
            source = {"feed": "/feed/", "sitemap": "/sitemap.xml"}[case.control]
            if self.path("gated") not in Browser(self.address).ask(source).text:
                raise ControlFailed(f"{source} does not list the article, so that its silence proves nothing.")
        for name in self._pages_of(case):
            self.control(name)

    def _pages_of(self, case: Case) -> list[str]:
        named = [name for attempt in case.tries for name in re.findall(r"\{(\w+)\}", attempt.path)]
        pages = [name for name in dict.fromkeys(named) if name in self.publication.pages and name not in OPEN_PAGES]
        return pages[:2] or ["gated"]

    @contextmanager
    def _behind_a_proxy(self, client: str) -> Iterator[None]:
        with override_settings(WPR_TRUSTED_PROXIES=1 if client else 0):
            yield

    def fill(self, text: str) -> str:
        """Return a text of a case with its names in braces replaced; other braces stay."""
        return re.sub(r"\{(\w+)\}", lambda found: self._named(found[1], found[0]), text)

    def _named(self, name: str, otherwise: str) -> str:
        plain = {
            "host": self.address,
            "rare": words.FIRST,
            "rare_prefix": words.FIRST[:6],
            "rare_typo": words.FIRST[:-2] + "xs",
            "phrase": f"the%20{words.FIRST}%20went%20on",
            "nowhere": words.NOWHERE,
            "revision": str(self.publication.draft.pk),
            "huge": "A" * 12_000,
            "long": "a" * 4_000,
        }
        if name in plain:
            return plain[name]
        base, _, part = name.rpartition("__")
        page: Any = self.publication.pages.get(base or name)
        if page is None:
            return otherwise
        path = self.path(base or name)
        parts = {
            "": path,
            "id": str(page.pk),
            "slug": str(page.slug),
            "noslash": path.rstrip("/"),
            "parent": path.rstrip("/").rpartition("/")[0],
            "percent": "/" + f"%{ord(path[1]):02x}" + path[2:],
            "wide": path[:-2] + chr(ord(path[-2]) + 0xFEE0) + "/",
            "overlong": path.replace("/", "%c0%af", 2).replace("%c0%af", "/", 1),
        }
        return parts[part if base else ""]


#: Headers that say something of the first request and would spoil the second, or are its own.
_OF_ANOTHER_REQUEST = {
    "content-type",
    "content-length",
    "transfer-encoding",
    "range",
    "if-none-match",
    "if-modified-since",
    "origin",
    "sec-fetch-site",
    "host",
}
