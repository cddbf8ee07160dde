"""What the script of a page in the fetch delivery asks the slots endpoint for."""

from __future__ import annotations

import re
from typing import Any


PATH = "/wpr/slots/"
_TOKEN = re.compile(r'<wpr-slot token="([^"]+)"')


def asked(html: str, path: str) -> dict[str, Any]:
    """Return the question for all slots of a page.

    :raises SystemExit: where there are none.
    """
    tokens = list(dict.fromkeys(_TOKEN.findall(html)))
    if not tokens:
        raise SystemExit(f"{path} holds no slots, so that there is nothing to ask for.")
    return {"slots": tokens, "at": path}
