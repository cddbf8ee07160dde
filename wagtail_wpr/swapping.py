"""The page model of the host, which Wagtail 8.0 lets it replace (``WAGTAIL_PAGE_MODEL``)."""

from __future__ import annotations

from functools import cache
from typing import Any

import swapper


swapper.set_app_prefix("wagtailcore", "wagtail")

#: The host's page model as ``"app_label.ModelName"``, for foreign keys and parental keys.
PAGE_MODEL: str = swapper.get_model_name("wagtailcore", "Page")


@cache
def get_page_model() -> Any:
    """Return the host's page model class; only once all models are loaded."""
    return swapper.load_model("wagtailcore", "Page")
