"""What exists for the demonstration only: personas, the strip at the page's edge, the outbox, seeding."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "example_project.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
