"""The words of a wall: an editor's for the section, the site or everywhere, else the package's own."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wagtail_wpr.access.contents import site_id_of
from wagtail_wpr.access.memory import known


logger = logging.getLogger("wagtail_wpr.slots")


@dataclass(frozen=True)
class Words:
    """What one wall says."""

    headline: str | Promise
    promise: str | Promise
    button: str | Promise
    next_step: str | Promise
    subscribe_line: str | Promise


DEFAULTS: dict[str, Words] = {
    "register": Words(
        headline=_("Keep reading for free"),
        promise=_(
            "Leave your e-mail address and the rest of this article opens at once, "
            "together with three free articles every month."
        ),
        button=_("Continue reading"),
        next_step=_("No password. We send you a link to confirm the address; you read on right away."),
        subscribe_line=_("Already a reader?"),
    ),
    "confirm": Words(
        headline=_("Look into your inbox"),
        promise=_("We have sent you a link and a six-digit code. Either of them opens your free articles."),
        button=_("Confirm and read on"),
        next_step=_("Nothing there? Look into the spam folder, or let us send it again."),
        subscribe_line=_("Already confirmed?"),
    ),
    "subscribe": Words(
        headline=_("This one is for subscribers"),
        promise=_("All-Access opens every article, every report and the whole library."),
        button=_("See what a subscription gives"),
        next_step="",
        subscribe_line=_("Already a subscriber?"),
    ),
}


def wall_copy(page: Any, wall: str) -> Words:
    """Return the words for a wall on ``page``. Never raises: without a database the package's own words."""
    words = _defaults(page, wall)
    best = _best(_known(), page, wall)
    if best is None:
        return words
    return replace(words, **{field.name: best[field.name] for field in fields(Words) if best[field.name]})


def _defaults(page: Any, wall: str) -> Words:
    words = DEFAULTS.get(wall, DEFAULTS["register"])
    if words is not DEFAULTS["register"]:
        return words
    try:
        return replace(words, promise=_promise(known().settings_of(site_id_of(page))))
    except Exception:
        logger.exception("The meter of page %s is not known, so the wall promises what is usual.", page.pk)
        return words


def _promise(meter: Any) -> str | Promise:
    """Return what registering gives under the settings of the site: nobody is promised more."""
    number, days = meter.registered_limit, meter.rolling_days
    if number == 3 and meter.period == "month":
        return DEFAULTS["register"].promise
    opening = gettext("Leave your e-mail address and the rest of this article opens at once.")
    if number == 0:
        return opening
    sentences = {
        "month": ngettext(
            "You can then read %(number)s free article every month.",
            "You can then read %(number)s free articles every month.",
            number,
        ),
        "week": ngettext(
            "You can then read %(number)s free article every week.",
            "You can then read %(number)s free articles every week.",
            number,
        ),
        "rolling": ngettext(
            "You can then read %(number)s free article in %(days)s days.",
            "You can then read %(number)s free articles in %(days)s days.",
            number,
        ),
    }
    return f"{opening} {sentences[meter.period] % {'number': number, 'days': days}}"


def _best(known: list[dict[str, Any]], page: Any, wall: str) -> dict[str, Any] | None:
    site_id = _site_id(page) if any(row["site_id"] for row in known) else None
    fitting = [
        row
        for row in known
        if row["wall"] == wall
        and row["locale_id"] == getattr(page, "locale_id", None)
        and row["site_id"] in (None, site_id)
        and (row["path"] is None or page.path.startswith(row["path"]))
    ]
    return max(fitting, key=lambda row: (len(row["path"] or ""), row["site_id"] is not None, row["pk"]), default=None)


def _site_id(page: Any) -> int | None:
    parts = page.get_url_parts()
    return parts[0] if parts else None


def _known() -> list[dict[str, Any]]:
    try:
        return known().also("wall_copy", _read)
    except Exception:
        logger.exception("The wall copy cannot be read; the walls say the package's own words.")
        return []


def _read() -> list[dict[str, Any]]:
    from wagtail_wpr.slots.models import WallCopy

    names = [field.name for field in fields(Words)]
    rows = WallCopy.objects.values("pk", "wall", "locale_id", "site_id", "section__path", *names)
    return [{**row, "path": row.pop("section__path")} for row in rows]
