from __future__ import annotations

from typing import Any, NoReturn

from django.core.cache.backends.base import BaseCache


class DeadCache(BaseCache):
    """A cache whose server is down: every call raises."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _down(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ConnectionError("the cache server is down")

    add = get = set = delete = touch = clear = get_many = incr = _down
