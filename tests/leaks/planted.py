"""A leak on purpose: what a careless host's middleware might do. The runner has to see it."""

from __future__ import annotations

import base64
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wagtail_wpr.content.door import open_whole


class PlantedLeak:
    """Puts the whole body into each article page, where only a script would look."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        routed = getattr(request, "_wagtail_route_for_request", None)
        body = getattr(routed[0].specific, "body", None) if routed else None
        if body is not None and response.status_code == 200:
            blob = base64.b64encode(str(open_whole(body).get_prep_value()).encode()).decode()
            response.content = response.content.replace(b"</body>", f'<div data-body="{blob}"></div></body>'.encode())
            response.headers["Content-Length"] = str(len(response.content))
        return response
