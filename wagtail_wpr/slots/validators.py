"""``ETag`` and ``Last-Modified`` of a page with slots: of what is sent, and of nothing else.

What a host's own view says of the page does not know who may read it: a page that was free and is closed has the
same revision, and a cache that asks whether its copy still holds must not be told yes.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.cache import set_response_etag


def drop(response: HttpResponse) -> None:
    """Take them away: a reader's own answer is never compared with anything."""
    for name in ("ETag", "Last-Modified", "Expires"):
        if response.has_header(name):
            del response.headers[name]


def renew(response: HttpResponse) -> None:
    """Make them say what the finished public page is. A host that wants none gets none."""
    if response.has_header("Last-Modified"):
        del response.headers["Last-Modified"]
    if response.has_header("ETag"):
        del response.headers["ETag"]
        set_response_etag(response)
