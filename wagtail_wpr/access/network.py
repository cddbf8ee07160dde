"""Where a request comes from, believing nothing that a client can write."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from wagtail_wpr.conf import settings


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, or an empty string where none is known.

    That is ``REMOTE_ADDR``, unless ``WPR_TRUSTED_PROXIES`` states how many proxies stand before the site:
    then it is the entry of ``X-Forwarded-For`` that the outermost of them wrote, counted from the right.
    What a client puts to the left of it is never looked at.
    """
    remote = _parsed(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.trusted_proxies
    if proxies < 1:
        return remote
    forwarded = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if len(forwarded) < proxies:
        # The proxies that we were told about did not all write: somebody reached us past them.
        return remote
    return _parsed(forwarded[-proxies]) or remote


def client_network(request: HttpRequest) -> str:
    """Return the network to count limits by: the IPv4 address, the /64 of an IPv6 address, or ``""``."""
    address = client_address(request)
    if not address:
        return ""
    if isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return address


def _parsed(text: str) -> str:
    """Return a bare, normal form of an address that may carry a port or brackets; ``""`` if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
