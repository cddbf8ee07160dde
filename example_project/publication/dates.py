"""Dates that count back from today, so that the publication is never stale."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from example_project.content.loader import load_articles, load_reports
from wagtail_wpr import catalogue
from wagtail_wpr.pages.models import ArticlePage, ReportPage


def moment_of(meta: dict[str, Any], now: datetime) -> datetime:
    """Return when a piece came out: ``days_ago`` days before ``now``, at ``hour`` in the site's time zone.

    Never in the future: what is due later today is shown as of a few minutes ago.
    """
    day = timezone.localtime(now) - timedelta(days=int(meta["days_ago"]))
    moment = day.replace(hour=int(meta["hour"]), minute=0, second=0, microsecond=0)
    return min(moment, now - timedelta(minutes=5 + int(meta["hour"])))


def bring_up_to_date(now: datetime) -> int:
    """Move the dates of all seeded pieces to where they stand today; return how many were moved."""
    moved = []
    for model, pieces in ((ArticlePage, load_articles()), (ReportPage, load_reports())):
        for piece in pieces:
            page = model.objects.filter(slug=piece.slug, source_id="").first()
            moment = moment_of(piece.meta, now)
            if page is None or page.date_published == moment:
                continue
            _move(page, moment)
            moved.append(page)
    if moved:
        catalogue.refresh(moved)
    return len(moved)


def _move(page: Any, moment: datetime) -> None:
    """Write the date past ``save()``: no new revision a day; the newest one says the same, for the editor."""
    page.date_published = page.first_published_at = page.last_published_at = moment
    type(page).objects.filter(pk=page.pk).update(
        date_published=moment, first_published_at=moment, last_published_at=moment
    )
    revision = page.latest_revision
    if revision is not None:
        revision.content["date_published"] = revision.content["first_published_at"] = moment.isoformat()
        revision.save(update_fields=["content"])
