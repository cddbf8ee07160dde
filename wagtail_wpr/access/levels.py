"""What an editor can set on a page or a section."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessLevel(models.TextChoices):
    """Who may read a body; ``INHERIT`` means: as the section above says."""

    FREE = "free", _("Free: everybody reads all of it")
    REGISTERED = "registered", _("Registered: every signed-in reader, not counted")
    METERED = "metered", _("Metered: counts as one of the reader's free articles")
    SUBSCRIBERS = "subscribers", _("Subscribers only")
    INHERIT = "inherit", _("As in the section above")


#: From the most open to the strictest. Where two rows of one page disagree, the stricter one counts.
STRICTNESS: dict[str, int] = {
    AccessLevel.FREE: 0,
    AccessLevel.REGISTERED: 1,
    AccessLevel.METERED: 2,
    AccessLevel.SUBSCRIBERS: 3,
}


class BrokenAccess(ValueError):
    """A stored access value that we do not know; whoever meets it refuses."""


def known_level(value: str) -> AccessLevel:
    """Return *value* as an :class:`AccessLevel`.

    :raises BrokenAccess: for a value that is none of them (a typo in an import, a newer version's value).
    """
    try:
        return AccessLevel(value)
    except ValueError as error:
        raise BrokenAccess(f"{value!r} is not an access level; use one of {', '.join(AccessLevel.values)}.") from error
