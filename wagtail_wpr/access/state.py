"""A reader's whole state, in one SQL statement, asked when the first rule needs it and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from wagtail_wpr.access.contents import Content
from wagtail_wpr.access.memory import known
from wagtail_wpr.access.meter import Meter, ReadRow
from wagtail_wpr.access.periods import ROLLING, calendar_period
from wagtail_wpr.access.reader import Reader
from wagtail_wpr.access.statement import EDITOR, ENTITLEMENT, READ, Row, Statement


class State:
    """What the database knows of one reader: entitlements in force and this period's reads on these sites.

    Rules read its properties; the first of them asks the database, once. If that fails, each of them
    raises the same error again without asking.
    """

    def __init__(self, reader: Reader, contents: Iterable[Content], at: datetime, *, using: str | None = None) -> None:
        self.reader = reader
        self.at = at
        self.using = using
        self.site_ids = sorted({content.site_id for content in contents if content.site_id is not None})
        self.failure: Exception | None = None
        self._rows: list[Row] | None = None

    @property
    def entitlements(self) -> frozenset[str]:
        """The names of the reader's entitlements that are in force."""
        return frozenset([row[1] for row in self._load() if row[0] == ENTITLEMENT])

    @property
    def edits_pages(self) -> bool:
        """Whether the reader is in a group with permissions on some page: an editor without ``is_staff``."""
        return EDITOR in [row[0] for row in self._load()]

    def meter(self, site_id: int) -> Meter:
        """Return the reader's meter on a site.

        :raises ValueError: where the site's settings are broken.
        """
        settings = known().settings_of(site_id)
        limit = settings.visitor_limit if self.reader.is_visitor else settings.registered_limit
        reads = [
            ReadRow(content=row[1], period=row[2], seat=row[3] or None, created=row[4])
            for row in (self._load() if limit or not self.reader.is_visitor else ())
            if row[0] == READ and row[5] == site_id
        ]
        return Meter.of(settings, limit=limit, reads=reads, at=self.at)

    def _load(self) -> Sequence[Row]:
        if self.failure is not None:
            raise self.failure
        if self._rows is None:
            try:
                self._rows = self._ask()
            except Exception as error:
                self.failure = error
                raise
        return self._rows

    def _ask(self) -> list[Row]:
        statement = Statement(self.using)
        if self.reader.holder is not None:
            statement.add_reads(self.reader.holder, self._periods())
        if not self.reader.is_visitor:
            statement.add_entitlements(self.reader.user, self.at)
            statement.add_page_permissions(self.reader.user)
        return statement.rows()

    def _periods(self) -> list[tuple[int, str | None]]:
        """Return the sites on which the reader has a meter, each with the key of its period."""
        sites = []
        for site_id in self.site_ids:
            settings = known().settings_of(site_id)
            if self.reader.is_visitor and not settings.visitor_limit:
                continue
            try:
                key = None if settings.period == ROLLING else calendar_period(settings.period, self.at).key
            except ValueError:
                continue  # the meter itself says so when it is asked
            sites.append((site_id, key))
        return sites
