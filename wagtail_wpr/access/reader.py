"""Who is asking: a signed-in reader, a browser, or nobody we know."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from wagtail_wpr.access import grants


logger = logging.getLogger("wagtail_wpr.access")

_NO_GRANTS: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True)
class Reader:
    """The person (or browser) that a decision is about.

    ``user`` is None for a visitor; an inactive user is a visitor. ``browser`` is the id from our signed
    cookie. ``grants`` maps content keys to the time they end, from a signed cookie of this browser.
    ``pending`` says that the browser has used its one unlock and nobody has opened the mail yet.
    ``admitted`` is False for a browser that has an id but was not let in as a new one: nothing is counted
    for it, and so it has no free articles.
    """

    user: Any = None
    browser: str | None = None
    grants: Mapping[str, datetime] = field(default_factory=lambda: _NO_GRANTS)
    pending: bool = False
    admitted: bool = True

    @property
    def is_visitor(self) -> bool:
        """True for somebody the site does not know."""
        return self.user is None

    @property
    def holder(self) -> str | None:
        """The name under which reads are counted; None for a visitor whose browser is not known."""
        if self.user is not None:
            return f"u:{self.user.pk}"
        return f"b:{self.browser}" if self.browser and self.admitted else None

    @classmethod
    def visitor(cls) -> Reader:
        """Return somebody the site knows nothing about."""
        return cls()

    @classmethod
    def for_user(cls, user: Any) -> Reader:
        """Return the reader that is *user*; a visitor for None, an anonymous or an inactive user."""
        return cls(user=_active(user))

    @classmethod
    def from_request(cls, request: Any) -> Reader:
        """Return who sends *request*, remembered on it. Never raises: whoever is not known is a visitor."""
        if request is None:
            return cls.visitor()
        try:
            user = _active(getattr(request, "user", None))
            remembered: Reader | None = getattr(request, "_wpr_reader", None)
            if remembered is not None and remembered.user == user:
                return remembered
            browser = grants.browser_of(request)
            reader = cls(
                user=user,
                browser=browser.id if browser else None,
                grants=grants.grants_of(request, browser),
                pending=browser.pending if browser else False,
                admitted=browser.admitted if browser else True,
            )
            request._wpr_reader = reader
            return reader
        except Exception:
            logger.exception("The reader of a request could not be found out; a visitor is assumed.")
            return cls.visitor()

    def with_browser(self, browser: str) -> Reader:
        """Return the same reader in the browser with that id, admitted to a visitor's free articles."""
        return replace(self, browser=browser, admitted=True)


def _active(user: Any) -> Any:
    """Return *user* if it is a saved, authenticated and active one, else None."""
    if user is None or not getattr(user, "is_authenticated", False) or user.pk is None:
        return None
    if not getattr(user, "is_active", False):
        return None
    return user
