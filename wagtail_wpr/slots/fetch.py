"""The page for everybody: free bodies filled in, all other slots left for the page's own script to ask for."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wagtail_wpr.conf import settings
from wagtail_wpr.slots import markers
from wagtail_wpr.slots.collecting import Collected
from wagtail_wpr.slots.deliveries import INLINE_PARAMETER
from wagtail_wpr.slots.filling import Filling, visitors_read_on
from wagtail_wpr.slots.kinds import registered_kinds
from wagtail_wpr.slots.tokens import SlotRef


logger = logging.getLogger("wagtail_wpr.slots")


class PublicFilling(Filling):
    """Fills what is free, and keeps every other slot in the page, with the default that suits a visitor."""

    def __init__(self, collected: Collected) -> None:
        # Without the request: no name and no token of whoever asks gets into a page that is for everybody.
        super().__init__(None, collected, everybody=True)
        self._kinds = registered_kinds()

    def deliver(self, html: str) -> str:
        """Return the page as every cache may keep it, with the script that fills it for its reader."""
        public = self.fill(html)
        first = public.find(markers.OPENING)
        return public if first < 0 else public[:first] + self._script() + public[first:]

    def unfilled(self, ref: SlotRef | None, token: str, default: str) -> str:
        if ref is None:
            return default
        kind = self._kinds.get(ref.kind)
        if kind is None:
            return default
        shown = kind.public_default(ref, default)
        if kind.is_gated and ref.place == 0:
            shown += without_script(ref)
        return markers.write(token, shown)

    def _script(self) -> SafeString:
        """Return the element of the script; nothing where its addresses are not mounted: then the page is complete."""
        try:
            slots, shown = reverse("wagtail_wpr:slots"), reverse("wagtail_wpr:wall_shown")
        except NoReverseMatch:
            logger.error("The package's URLs are not mounted, so that readers cannot fetch their parts of pages.")
            return SafeString()
        always = any(visitors_read_on(page) for page in self._pages.values())
        return format_html(
            '<script src="{}" defer data-wpr-slots="{}"{}{}></script>',
            static("wagtail_wpr/wpr-slots.js"),
            slots,
            format_html(' data-wpr-shown="{}"', shown) if settings.count_walls else "",
            SafeString(" data-wpr-always") if always else "",
        )


def without_script(ref: SlotRef) -> str:
    """Return the way to the body for a reader whose browser runs no script."""
    with translation.override(ref.language or translation.get_language()):
        return render_to_string("wagtail_wpr/without_script.html", {"parameter": INLINE_PARAMETER})


def wants_inline(request: HttpRequest) -> bool:
    """Return whether the reader followed the link for browsers without script."""
    return INLINE_PARAMETER in request.GET


class AskedFilling(Filling):
    """Fills the slots that the script of a page asks for.

    ``at`` is the path of the page that is shown: reads are spent for the page that is read there, and for no
    other whose slots stand on it.
    """

    def __init__(self, request: HttpRequest, at: str) -> None:
        super().__init__(request, Collected())
        self.at = at

    @property
    def is_for_reading(self) -> bool:
        return True

    def _find_reading(self) -> Any:
        if self.reading is None:
            self.reading = next(
                (page for page in self._pages.values() if is_read_at(page, self.at, self.request)), None
            )
        return self.reading

    def reason_kept(self, token_ref: SlotRef | None) -> str:
        """Return why a slot keeps its default, in one word for the script and for whoever looks."""
        if token_ref is None:
            return "unknown"
        if token_ref.kind in self.failed:
            return "failed"
        if token_ref.live or (token_ref.page is not None and self.page(token_ref) is None):
            return "gone"
        decision = self.decision(token_ref)
        return "costs" if decision is not None and decision.granted and decision.cost else "default"


def is_read_at(page: Any, at: str, request: HttpRequest | None) -> bool:
    """Return whether ``page`` is what is read at the path ``at``; no query once Wagtail knows its sites."""
    parts = page.get_url_parts(request)
    path = parts[2] if parts else None
    if not path:
        return False
    # A page with paths of its own below it (RoutablePageMixin) is read there too.
    return at == path or (hasattr(page, "resolve_subpage") and at.startswith(path))
