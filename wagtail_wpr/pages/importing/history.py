"""What was imported before: Wagtail's own log has an entry for each import of each page.

The entry names the file and the line, so that editors see in the history where a text came from. It holds the
line's digest, so that the next import knows whether the line changed, whatever editors did to the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter
from wagtail.models import PageLogEntry

from wagtail_wpr.pages.importing.lines import Line
from wagtail_wpr.pages.models import ArticlePage, ReportPage


ACTION = "wpr.import"

MODELS = {"article": ArticlePage, "report": ReportPage}


@dataclass(frozen=True)
class Imported:
    """A page with the source id of a line; digest and slug are of the line it was last imported from."""

    pk: int
    kind: str
    digest: str
    slug: str


def imported(source_ids: Iterable[str]) -> dict[str, Imported]:
    """Return the pages that have these source ids. Three queries, however many there are.

    Where editors copied an imported page, the one that was imported counts; aliases never do.
    """
    ids = list(source_ids)
    found: dict[str, list[tuple[int, str]]] = {}
    for kind, model in MODELS.items():
        rows = model.objects.filter(source_id__in=ids, alias_of=None).order_by("pk").values_list("source_id", "pk")
        for source_id, pk in rows:
            found.setdefault(source_id, []).append((pk, kind))
    entries = _last_entries(pk for pages in found.values() for pk, _kind in pages)
    result = {}
    for source_id, pages in found.items():
        pk, kind = next((page for page in pages if page[0] in entries), pages[0])
        data = entries.get(pk, {})
        result[source_id] = Imported(pk, kind, str(data.get("digest", "")), str(data.get("slug", "")))
    return result


def _last_entries(page_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    entries = PageLogEntry.objects.filter(action=ACTION, page_id__in=list(page_ids)).order_by("timestamp", "pk")
    return dict(entries.values_list("page_id", "data"))


def log_entries(page: Any, line: Line, revision: Any, *, file: str) -> list[PageLogEntry]:
    """Return the unsaved entries for a page that was just imported: the import, and that it was published."""
    common = {
        "content_type": ContentType.objects.get_for_model(page, for_concrete_model=False),
        "page_id": page.pk,
        "label": page.title,
        "revision": revision,
        "timestamp": timezone.now(),
        "content_changed": True,
    }
    data = {"digest": line.digest, "slug": line.slug, "file": file, "line": line.number}
    entries = [PageLogEntry(action=ACTION, data=data, **common)]
    if page.live:
        entries.append(PageLogEntry(action="wagtail.publish", data={}, **common))
    return entries


class ImportFormatter(LogFormatter):
    """Says in a page's history what it was imported from."""

    label = _("Import")

    def format_message(self, log_entry: Any) -> str:
        return gettext("Imported from %(file)s, line %(line)s") % {
            "file": log_entry.data.get("file", ""),
            "line": log_entry.data.get("line", ""),
        }


def register_import_action(actions: Any) -> None:
    """Make the action known to Wagtail's log; for the hook ``register_log_actions``."""
    actions.register_action(ACTION)(ImportFormatter)
