"""What this app adds to Wagtail's admin."""

from __future__ import annotations

from typing import Any

from wagtail import hooks


@hooks.register("register_log_actions")
def name_imports(actions: Any) -> None:
    """A page's history says what it was imported from."""
    from wagtail_wpr.pages.importing.history import register_import_action

    register_import_action(actions)
