"""The ways in which slots are filled, and which of them a site uses."""

from __future__ import annotations

import logging

from django.http import HttpRequest
from wagtail.models import Site

from wagtail_wpr.access.memory import known
from wagtail_wpr.conf import settings


INLINE = "inline"
FETCH = "fetch"
NULL = "null"

DELIVERIES = (INLINE, FETCH, NULL)

#: ``?wpr-inline=1``: this page filled for its reader as it leaves, where the script of the page cannot ask.
INLINE_PARAMETER = "wpr-inline"

logger = logging.getLogger("wagtail_wpr.slots")


def delivery_of(request: HttpRequest) -> str:
    """Return how slots are filled in the answer to *request*: the site's own way, else ``WPR_DELIVERY``.

    No query once the settings are remembered, where no site has a way of its own.
    """
    try:
        sites: dict[int, str] = known().also("deliveries", _read)
        site = Site.find_for_request(request) if sites else None
        return sites.get(site.pk, settings.delivery) if site is not None else settings.delivery
    except Exception:
        logger.exception("The site's way of delivery is not known; WPR_DELIVERY is used.")
        return settings.delivery


def _read() -> dict[int, str]:
    from wagtail_wpr.slots.models import DeliverySettings

    rows = DeliverySettings.objects.exclude(delivery=DeliverySettings.Delivery.AS_INSTALLED)
    return dict(rows.values_list("site_id", "delivery"))
