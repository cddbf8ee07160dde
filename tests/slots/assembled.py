"""A page as its reader sees it in the end, whichever way its slots are filled."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from wagtail_wpr.slots import markers


def read(client: Client, page: Any) -> str:
    """Return the page with its slots filled, as a browser shows it: fetched ones are asked for as its script does."""
    html = client.get(page.url).content.decode()
    wanted = markers.tokens(html)
    if not wanted:
        return html
    answer = client.post(
        "/wpr/slots/",
        json.dumps({"slots": wanted, "at": page.url}),
        "application/json",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    slots = answer.json()["slots"]
    return markers.replace(html, lambda token, default: slots[token].get("html", default))
