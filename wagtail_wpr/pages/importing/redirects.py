"""Sends readers from where a text stood before to its page here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps

from wagtail_wpr.pages.importing.lines import LONGEST, BadLine, Line


def are_installed() -> bool:
    """Return whether Wagtail's redirects are there."""
    return apps.is_installed("wagtail.contrib.redirects")


def old_path(address: str) -> str:
    """Return an address as Wagtail's redirects compare it.

    :raises BadLine: for one that is too long to be stored.
    """
    from wagtail.contrib.redirects.models import Redirect

    path = str(Redirect.normalise_path(address))
    if len(path) > LONGEST:
        raise BadLine(f"old_address: “{path[:60]}…” is longer than {LONGEST} characters.")
    return path


def write_redirects(pages: Iterable[tuple[Any, Line]]) -> list[tuple[Line, str]]:
    """Create the redirects that are not there yet; return those that lead elsewhere already, and stay.

    Two statements, or none where no line has an old address.
    """
    wanted = {old_path(address): (page, line) for page, line in pages for address in line.old_addresses}
    if not wanted:
        return []
    from wagtail.contrib.redirects.models import Redirect

    there = dict(
        Redirect.objects.filter(old_path__in=list(wanted), site=None).values_list("old_path", "redirect_page_id")
    )
    Redirect.objects.bulk_create(
        Redirect(old_path=path, redirect_page_id=page.pk, is_permanent=True)
        for path, (page, _line) in wanted.items()
        if path not in there
    )
    return [(line, path) for path, (page, line) in wanted.items() if there.get(path, page.pk) != page.pk]
