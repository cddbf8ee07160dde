"""The SQL statement that asks for a reader's state, written by hand.

Every request of a signed-in reader issues it. Built from querysets it took 3,000 Python calls, a fifth of a whole
page; its text depends on very little, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connections, router
from django.db.models import DateTimeField, Value

from wagtail_wpr.access.models import DEFAULT_POOL, Entitlement, Read
from wagtail_wpr.access.periods import ROLLING_PREFIX


READ, ENTITLEMENT, EDITOR = 1, 2, 3

#: Kind; content or name; period; seat (0: not counted); moment (of reads only); site.
Row = tuple[int, str, str, int, Any, int]


@dataclass(frozen=True)
class _Texts:
    """The parts of the statement; every one has the same six columns of the same types."""

    reads: str
    entitlements: str
    page_permissions: str


class Statement:
    """Up to three parts, asked together. *using* names another database than the router's."""

    def __init__(self, using: str | None = None) -> None:
        self._connection = connections[using or router.db_for_read(Read)]
        self._texts = _texts(self._connection.alias)
        self._parts: list[str] = []
        self._values: list[Any] = []

    def add_reads(self, holder: str, sites: Sequence[tuple[int, str | None]]) -> None:
        """Ask for the holder's reads on *sites*: (site id, key of the period), None for the last rolling window.

        That window may be over.
        """
        if not sites:
            return
        conditions = []
        self._values += [holder, DEFAULT_POOL]
        for site_id, key in sites:
            if key is not None:
                conditions.append("(site_id = %s AND period = %s)")
                self._values += [site_id, key]
            else:
                conditions.append(f"(site_id = %s AND period = ({_last_window(self._connection.alias)}))")
                self._values += [site_id, holder, DEFAULT_POOL, site_id, f"{ROLLING_PREFIX}%"]
        self._parts.append(f"{self._texts.reads} AND ({' OR '.join(conditions)})")

    def add_entitlements(self, user: Any, at: datetime) -> None:
        """Ask for the names of the user's entitlements that are in force at *at*."""
        moment = self._connection.ops.adapt_datetimefield_value(at)
        self._parts.append(self._texts.entitlements)
        self._values += [self._key_of(user), moment, moment]

    def add_page_permissions(self, user: Any) -> None:
        """Ask whether a group of the user has permissions on some page.

        Staff are known by a flag, and a host's user model need not have groups.
        """
        if self._texts.page_permissions and not (
            getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)
        ):
            self._parts.append(self._texts.page_permissions)
            self._values.append(self._key_of(user))

    def rows(self) -> list[Row]:
        """Return what the database says; no query where nothing is asked for."""
        if not self._parts:
            return []
        with self._connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self._parts), self._values)
            found = cursor.fetchall()
        return [(*row[:4], self._moment(row[4]) if row[0] == READ else None, row[5]) for row in found]

    def _key_of(self, user: Any) -> Any:
        return Entitlement._meta.get_field("user").get_db_prep_value(user.pk, self._connection)

    def _moment(self, value: Any) -> datetime | None:
        """Return a time as the model field would, whatever the database gives for one."""
        for convert in self._connection.ops.get_db_converters(_MOMENT):
            value = convert(value, _MOMENT, self._connection)
        found: datetime | None = value
        return found


_MOMENT = Value(None, output_field=DateTimeField())


@lru_cache(maxsize=8)
def _texts(alias: str) -> _Texts:
    """Return the parts for one database."""
    from wagtail.models import GroupPagePermission

    quote = connections[alias].ops.quote_name
    read, entitlement = quote(Read._meta.db_table), quote(Entitlement._meta.db_table)
    reads = (
        f"SELECT {READ}, content, period, COALESCE(seat, 0), created, site_id FROM {read} "  # noqa: S608
        "WHERE holder = %s AND pool = %s"
    )
    # NULL for the time: a literal of another type would turn MariaDB's whole column into text.
    entitlements = (
        f"SELECT {ENTITLEMENT}, name, '', 0, NULL, 0 FROM {entitlement} "  # noqa: S608
        "WHERE user_id = %s AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s)"
    )
    groups = _groups_of_a_user(quote)
    permission = quote(GroupPagePermission._meta.db_table)
    permissions = f"SELECT {EDITOR}, '', '', 0, NULL, 0 FROM {permission} WHERE group_id IN ({groups})"  # noqa: S608
    return _Texts(reads, entitlements, permissions if groups else "")


@lru_cache(maxsize=8)
def _last_window(alias: str) -> str:
    """Return the subquery for the key of a holder's last rolling window."""
    read = connections[alias].ops.quote_name(Read._meta.db_table)
    return (
        f"SELECT period FROM {read} WHERE holder = %s AND pool = %s AND site_id = %s "  # noqa: S608
        "AND period LIKE %s ORDER BY period DESC LIMIT 1"
    )


def _groups_of_a_user(quote: Any) -> str:
    """Return the subquery for the groups of a user; ``""`` where the host's users have none of Django's."""
    model: Any = Entitlement._meta.get_field("user").related_model
    groups = getattr(model, "groups", None)
    through = getattr(groups, "through", None)
    if groups is None or through is None or groups.field.related_model._meta.label != "auth.Group":
        return ""
    table, group, user = (
        quote(name)
        for name in (through._meta.db_table, groups.field.m2m_reverse_name(), groups.field.m2m_column_name())
    )
    return f"SELECT {group} FROM {table} WHERE {user} = %s"  # noqa: S608
