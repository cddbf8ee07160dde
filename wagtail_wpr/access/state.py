"""A reader's whole state, in one SQL statement, asked when the first rule needs it and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from wagtail_wpr.access.contents import Content
from wagtail_wpr.access.memory import known
from wagtail_wpr.access.meter import Meter, ReadRow
from wagtail_wpr.access.models import DEFAULT_POOL, Entitlement, Read
from wagtail_wpr.access.periods import ROLLING, ROLLING_PREFIX, calendar_period
from wagtail_wpr.access.reader import Reader


_READ, _ENTITLEMENT, _EDITOR = 1, 2, 3


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
        self._rows: list[tuple[Any, ...]] | None = None

    @property
    def entitlements(self) -> frozenset[str]:
        """The names of the reader's entitlements that are in force."""
        return frozenset(row[1] for row in self._load() if row[0] == _ENTITLEMENT)

    @property
    def edits_pages(self) -> bool:
        """Whether the reader is in a group with permissions on some page: an editor without ``is_staff``."""
        return any(row[0] == _EDITOR for row in self._load())

    def meter(self, site_id: int) -> Meter:
        """Return the reader's meter on a site.

        :raises ValueError: where the site's settings are broken.
        """
        settings = known().settings_of(site_id)
        limit = settings.visitor_limit if self.reader.is_visitor else settings.registered_limit
        reads = [
            ReadRow(content=row[1], period=row[2], seat=row[3] or None, created=row[4])
            for row in (self._load() if limit or not self.reader.is_visitor else ())
            if row[0] == _READ and row[5] == site_id
        ]
        return Meter.of(settings, limit=limit, reads=reads, at=self.at)

    def _load(self) -> Sequence[tuple[Any, ...]]:
        if self.failure is not None:
            raise self.failure
        if self._rows is None:
            try:
                self._rows = self._ask()
            except Exception as error:
                self.failure = error
                raise
        return self._rows

    def _ask(self) -> list[tuple[Any, ...]]:
        parts = [*self._read_parts(), *self._entitlement_parts(), *self._editor_parts()]
        if not parts:
            return []
        first, *others = parts
        return list(first.union(*others, all=True) if others else first)

    def _read_parts(self) -> list[QuerySet[Any, Any]]:
        holder = self.reader.holder
        wanted = Q()
        for site_id in self.site_ids:
            settings = known().settings_of(site_id)
            if holder is None or (self.reader.is_visitor and not settings.visitor_limit):
                continue
            part = reads_in_period(holder, site_id, settings, self.at)
            wanted |= part if part is not None else Q()
        if not wanted:
            return []
        seat = Coalesce(F("seat"), Value(0), output_field=IntegerField())
        return [self._part(Read, _READ, F("content"), F("period"), seat, F("created"), F("site_id"), wanted)]

    def _entitlement_parts(self) -> list[QuerySet[Any, Any]]:
        if self.reader.is_visitor:
            return []
        in_force = Q(valid_until__isnull=True) | Q(valid_until__gt=self.at)
        wanted = Q(in_force, user_id=self.reader.user.pk, valid_from__lte=self.at)
        return [self._part(Entitlement, _ENTITLEMENT, F("name"), _text(""), _NONE, F("valid_from"), _NONE, wanted)]

    def _editor_parts(self) -> list[QuerySet[Any, Any]]:
        from wagtail.models import GroupPagePermission

        groups = _groups_of(self.reader.user)
        if groups is None:
            return []
        # NULL and not a time: MariaDB would take a literal for text, and with it the whole column.
        never = Value(None, output_field=DateTimeField())
        wanted = Q(group__in=groups)
        return [self._part(GroupPagePermission, _EDITOR, _text(""), _text(""), _NONE, never, _NONE, wanted)]

    def _part(
        self, model: Any, kind: int, text: Any, period: Any, seat: Any, moment: Any, site: Any, wanted: Q
    ) -> QuerySet[Any, Any]:
        """Return one part of the statement; every part has the same six columns of the same types."""
        manager = model._default_manager
        queryset = manager.using(self.using) if self.using else manager.all()
        return (
            queryset.filter(wanted)
            .order_by()
            .annotate(
                wpr_kind=Value(kind, output_field=IntegerField()),
                wpr_text=text,
                wpr_period=period,
                wpr_seat=seat,
                wpr_moment=moment,
                wpr_site=site,
            )
            .values_list("wpr_kind", "wpr_text", "wpr_period", "wpr_seat", "wpr_moment", "wpr_site")
        )


def reads_in_period(holder: str, site_id: int, settings: Any, at: datetime) -> Q | None:
    """Return the condition for the holder's rows of the period of *at*; None where settings are broken.

    For rolling windows these are the rows of the last window, which may be over.
    """
    base = Q(holder=holder, site_id=site_id, pool=DEFAULT_POOL)
    if settings.period == ROLLING:
        last = Read.objects.filter(base, period__startswith=ROLLING_PREFIX).order_by("-period")
        return base & Q(period=Subquery(last.values("period")[:1]))
    try:
        return base & Q(period=calendar_period(settings.period, at).key)
    except ValueError:
        return None  # the meter itself says so when it is asked


def _groups_of(user: Any) -> QuerySet[Any, Any] | None:
    """Return the ids of the user's groups as a subquery; None where there is nothing to ask for.

    Staff are known by a flag, and a host's user model need not have groups.
    """
    if user is None or getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        return None
    groups = getattr(user.__class__, "groups", None)
    through = getattr(groups, "through", None)
    if groups is None or through is None or groups.field.related_model._meta.label != "auth.Group":
        return None
    field = groups.field
    return through._default_manager.filter(**{field.m2m_field_name(): user.pk}).values(
        f"{field.m2m_reverse_field_name()}_id"
    )


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


_NONE = Value(0, output_field=IntegerField())
