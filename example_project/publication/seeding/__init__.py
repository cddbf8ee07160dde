"""Fills the database with the publication: texts from ``content``, pictures drawn on the spot.

Idempotent: what is there under its slug is brought up to date, what is missing is made.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import translation
from wagtail.models import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from example_project.content import loader
from example_project.publication.seeding.pages import seed_pages
from example_project.publication.seeding.taxonomy import seed_taxonomy
from example_project.publication.seeding.wall_copy import seed_wall_copy
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage
from wagtail_wpr.taxonomy.models import Contributor, Region


__all__ = ["seed"]


def seed(say: Callable[[str], None]) -> None:
    """Bring the database to what the content files say; ``say`` is told what is going on."""
    with translation.override("en"), transaction.atomic(), disable_reference_index_auto_update():
        publication = loader.load_publication()
        articles, reports = loader.load_articles(), loader.load_reports()
        say("Drawing the pictures and filling the database …")
        terms = seed_taxonomy(loader.load_taxonomy())
        seed_pages(publication, articles, reports, terms)
        seed_wall_copy(publication)
    _index_references()


def _index_references() -> None:
    """Write down what refers to what, once, where each save would do it again."""
    for model in (ArticlePage, ReportPage, SectionPage, Region, Contributor):
        for found in model.objects.all():
            ReferenceIndex.create_or_update_for_object(found)
