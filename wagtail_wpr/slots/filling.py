"""Filling the slots of one response."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DatabaseError, models
from django.http import Http404, HttpRequest
from django.urls import resolve
from django.utils import timezone
from wagtail import hooks

from wagtail_wpr.access import Decision, Reader, decide_many, simulate, spend
from wagtail_wpr.access.contents import site_id_of
from wagtail_wpr.access.grants import new_browser_id
from wagtail_wpr.access.memory import known
from wagtail_wpr.access.meter import ReadRow
from wagtail_wpr.access.simulation import MODES
from wagtail_wpr.access.state import State
from wagtail_wpr.languages import speaking
from wagtail_wpr.slots import markers, tokens
from wagtail_wpr.slots.collecting import Collected
from wagtail_wpr.slots.kinds import Filled, SlotKind, registered_kinds
from wagtail_wpr.slots.tokens import SlotRef
from wagtail_wpr.swapping import get_page_model


logger = logging.getLogger("wagtail_wpr.slots")

#: A body may hold slots of its own, and these bodies too; deeper ones keep their defaults.
DEEPEST = 4

READING_ATTRIBUTE = "_wagtail_wpr_reading"


NOBODY = Reader.visitor()


class PrefetchRefused(Exception):
    """A prefetch would have cost the reader a read; the click has to ask again."""


def mark_reading(request: HttpRequest, page: models.Model) -> None:
    """Say that this request is for reading ``page``: a read of it may be spent.

    Wagtail's own page view is recognised without it. For hosts that serve pages through views of their own.
    """
    setattr(request, READING_ATTRIBUTE, page)


def page_being_read(request: HttpRequest) -> Any:
    """Return the page that the request was routed to, or None."""
    marked = getattr(request, READING_ATTRIBUTE, None)
    if marked is not None:
        return marked
    routed = getattr(request, "_wagtail_route_for_request", None)
    return routed[0] if routed else None


def page_of_cached_answer(request: HttpRequest) -> Any:
    """Return the page that a page cache answered for, or None: its view did not run, and nobody has routed yet."""
    if hasattr(request, "_wagtail_route_for_request"):
        return None
    try:
        match = request.resolver_match or resolve(request.path_info, getattr(request, "urlconf", None))
    except Http404:
        return None
    path = next(iter((*match.args, *match.kwargs.values())), None)
    # Any other view is a host's own, which says with mark_reading() what is read there.
    if match.url_name != "wagtail_serve" or not isinstance(path, str):
        return None
    routed = get_page_model().route_for_request(request, path)
    return routed[0] if routed else None


def is_prefetch(request: HttpRequest) -> bool:
    """Return whether the browser fetches ahead of a click that may never come."""
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in value.lower() for value in said)


def visitors_read_on(page: Any) -> bool:
    """Return whether the settings of the page's site let visitors read metered articles."""
    remembered = known()
    return remembered.visitors_read_anywhere and remembered.settings_of(site_id_of(page)).visitor_limit > 0


def preview_mode_of(request: HttpRequest | None) -> str:
    """Return the kind of reader that a preview is for.

    An editor who previews a page without our modes sees all of it. A dummy request that is no preview is
    somebody's own doing (warming a cache, say), and gets what a visitor gets.
    """
    if not getattr(request, "is_preview", False):
        return "visitor"
    mode = getattr(request, "preview_mode", "")
    return mode if mode in MODES else "subscriber"


class Filling:
    """The work on one response: loads pages, decides once for all of them, spends at most for the page read.

    ``request`` may be None for the null filler.
    """

    def __init__(self, request: HttpRequest | None, collected: Collected, *, everybody: bool = False) -> None:
        self.request = request
        self.collected = collected
        self.everybody = everybody
        self.personal = False
        self.new_browser: str | None = None
        self.decisions: dict[int | str, Decision] = {}
        #: Kinds that raised: nobody knows what this reader gets of them.
        self.failed: set[str] = set()
        self._states: list[State] = []
        self._pages: dict[int, Any] = {pk: page for pk, page in collected.pages.items() if page.live}
        self._reader: Reader | None = None
        self.reading = None if everybody or request is None else page_being_read(request)
        if self.reading is not None and self.reading.pk:
            self._pages[self.reading.pk] = self.reading

    @property
    def is_preview(self) -> bool:
        return self.collected.is_preview

    @property
    def reader(self) -> Reader:
        """Whose answer this is; a visitor without any cookie where the answer is for everybody."""
        if self._reader is None:
            known = self.request is not None and not self.everybody
            self._reader = Reader.from_request(self.request) if known else Reader.visitor()
        return self._reader

    @property
    def is_for_reading(self) -> bool:
        """Whether the answer goes to somebody who reads it: a GET, for one reader, and no preview."""
        return self.request is not None and self.request.method == "GET" and not (self.everybody or self.is_preview)

    @property
    def entitlements(self) -> frozenset[str]:
        """The names of what this reader is entitled to; no further query where access was decided by a query."""
        if self.reader.is_visitor:
            return frozenset()
        if not self._states:
            self._states.append(State(self.reader, (), timezone.now()))
        return self._states[0].entitlements

    def ledger(self, page: Any) -> Sequence[ReadRow] | None:
        """Return what this reader has read on the page's site in the running period; None where nobody has asked."""
        site_id = site_id_of(page)
        if self.reader.is_visitor or not self._states or site_id not in self._states[0].site_ids:
            return None
        try:
            return self._states[0].meter(site_id).reads
        except (DatabaseError, ValueError):
            return None

    def _meet_browser(self) -> None:
        """Where visitors have free articles of their own, count a browser that was not admitted yet as a new one."""
        request, reader = self.request, self.reader
        if request is None or not self.is_for_reading or not reader.is_visitor or reader.holder:
            return
        # The pages at hand first: finding out which of them is read may take a look at the database.
        if not any(visitors_read_on(page) for page in self._pages.values()) or is_prefetch(request):
            return
        reading = self._find_reading()
        if reading is None or not visitors_read_on(reading):
            return
        if all(allow(request) for allow in hooks.get_hooks("allow_wpr_browser")):
            self.new_browser = reader.browser or new_browser_id()
            self.personal = True
            self._reader = reader.with_browser(self.new_browser)

    def _find_reading(self) -> Any:
        """Return the page that is read, found by the address where a page cache answered in place of its view."""
        if self.reading is None and self.request is not None and self.is_for_reading:
            self.reading = page_of_cached_answer(self.request)
        return self.reading

    # --- pages and decisions

    def page(self, ref: SlotRef) -> Any:
        """Return the page of a slot: the draft in a preview, otherwise the live one; None when there is none."""
        if ref.live:
            return self.collected.drafts.get(ref.live)
        return self._pages.get(ref.page) if ref.page is not None else None

    @property
    def decided_pages(self) -> list[Any]:
        """The live pages whose access this answer depends on."""
        return [page for pk, page in self._pages.items() if pk in self.decisions]

    def decision(self, ref: SlotRef) -> Decision | None:
        """Return the decision for the page of a slot."""
        return self.decisions.get(ref.live or ref.page or 0)

    def prepare(self, refs: Iterable[SlotRef]) -> None:
        """Load the pages of the slots, and decide for all of them at once."""
        refs = list(refs)
        self._load({ref.page for ref in refs if ref.page is not None and not ref.live})
        self._simulate([ref for ref in refs if ref.live])
        new = {
            ref.page: self._pages[ref.page]
            for ref in refs
            if not ref.live and ref.page in self._pages and ref.page not in self.decisions
        }
        if new:
            self._meet_browser()
            self._decide(new)

    def _decide(self, pages: dict[int, Any]) -> None:
        """Decide for pages by their ids; what was found out for the visitor's defaults is not asked again."""
        visitors = self.collected.visitors if self.reader == NOBODY else {}
        missing = {pk: page for pk, page in pages.items() if pk not in visitors}
        found = decide_many(self.reader, list(missing.values()), states=self._states)
        self.decisions.update({pk: decision for pk, decision in visitors.items() if pk in pages})
        self.decisions.update(zip(missing, found, strict=True))

    def _load(self, wanted: set[int]) -> None:
        missing = wanted - self._pages.keys()
        if missing:
            found = get_page_model().objects.filter(pk__in=missing, live=True).specific()
            self._pages.update({page.pk: page for page in found})

    def _simulate(self, refs: Sequence[SlotRef]) -> None:
        mode = preview_mode_of(self.request)
        for ref in refs:
            page = self.page(ref)
            if page is not None and ref.live not in self.decisions:
                self.decisions[ref.live] = simulate(page, mode)

    # --- spending

    def may_spend(self, ref: SlotRef) -> bool:
        """Whether a read of the page of this slot may be spent: for a GET of this very page."""
        if ref.live or not self.is_for_reading:
            return False
        reading = self._find_reading()
        return reading is not None and reading.pk == ref.page

    def spend(self, ref: SlotRef) -> Decision:
        """Spend one read for the page of this slot, and return the decision that follows from it.

        :raises PrefetchRefused: where nobody has clicked yet.
        """
        assert self.request is not None  # noqa: S101  (may_spend said so)
        if is_prefetch(self.request):
            raise PrefetchRefused
        decision = spend(self.reader, self.page(ref), decision=self.decision(ref))
        self.decisions[ref.live or ref.page or 0] = decision
        return decision

    # --- filling

    def deliver(self, html: str) -> str:
        """Return the page as it leaves."""
        return self.fill(html)

    def fill(self, html: str, depth: int = 0) -> str:
        """Return ``html`` with its slots filled; what cannot be filled shows its default."""
        if markers.OPENING not in html:
            return html
        refs = _refs(markers.tokens(html))
        filled = self._filled(refs.values()) if depth < DEEPEST else {}

        def replacement(token: str, default: str) -> str:
            ref = refs.get(token)
            content = filled.get(ref) if ref is not None else None
            if content is None:
                return self.unfilled(ref, token, default)
            self.personal = self.personal or content.personal
            return self.fill(content.html, depth + 1)

        return markers.replace(html, replacement)

    def fill_tokens(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return what goes into the slots of these tokens; those that keep their defaults are left out."""
        refs = _refs(wanted)
        filled = self._filled(refs.values())
        self.personal = True
        return {token: self.fill(filled[ref].html, depth=1) for token, ref in refs.items() if ref in filled}

    def unfilled(self, ref: SlotRef | None, token: str, default: str) -> str:
        """Return what stands where nothing was filled in; ``ref`` is None for a token that is not ours."""
        return default

    def _filled(self, refs: Iterable[SlotRef]) -> dict[SlotRef, Filled]:
        wanted = list(dict.fromkeys(refs))
        self.prepare(wanted)
        slots: dict[tuple[str, str], list[SlotRef]] = {}
        for ref in wanted:
            slots.setdefault((ref.kind, ref.language), []).append(ref)
        filled: dict[SlotRef, Filled] = {}
        for kind in registered_kinds().values():
            for (name, language), same in slots.items():
                if name == kind.name:
                    filled.update(self._fill_kind(kind, same, language))
        return filled

    def _fill_kind(self, kind: SlotKind, slots: Sequence[SlotRef], language: str) -> dict[SlotRef, Filled]:
        try:
            with speaking(language):
                return kind.fill_for_everybody(slots, self) if self.everybody else kind.fill(slots, self)
        except PrefetchRefused:
            raise
        except Exception:
            logger.exception("Filling the slots of kind %s failed; they show their defaults.", kind.name)
            self.failed.add(kind.name)
            return {}


def _refs(wanted: Iterable[str]) -> dict[str, SlotRef]:
    """Return what the tokens stand for, each once; those that we did not sign are left out."""
    return {token: ref for token in wanted if (ref := tokens.read(token)) is not None}
