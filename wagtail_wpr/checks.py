"""System checks: every misconfiguration that would open the door or spoil a page has an id.

001 to 009 delivery, 010 to 019 metered streams, 100 to 199 readers, 200 to 299 access.
"""

from __future__ import annotations

from wagtail_wpr.access import checks as access_checks  # noqa: F401
from wagtail_wpr.content import checks as content_checks  # noqa: F401
from wagtail_wpr.readers import checks as reader_checks  # noqa: F401
from wagtail_wpr.slots import checks as slot_checks  # noqa: F401
