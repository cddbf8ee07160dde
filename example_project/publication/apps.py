"""The publication: its front page, its templates and its look."""

from __future__ import annotations

from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "example_project.publication"
    label = "publication"
    default_auto_field = "django.db.models.BigAutoField"
