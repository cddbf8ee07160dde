"""``wpr_catalogue``: writes the catalogue anew."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from wagtail_wpr.catalogue.upkeep import BATCH, rebuild


class Command(BaseCommand):
    """Rebuild the catalogue: after a bulk update of pages, or a change of a mixin's methods."""

    help = "Write a catalogue row for every live page that readers look for, and remove all others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch-size",
            type=int,
            default=BATCH,
            help="Pages read and written at a time (default: %(default)s).",
        )

    def handle(self, *args: Any, batch_size: int, verbosity: int, **options: Any) -> None:
        if batch_size < 1:
            raise CommandError("--batch-size must be 1 or more.")
        began = time.perf_counter()
        rows = rebuild(size=batch_size)
        if verbosity:
            seconds = time.perf_counter() - began
            self.stdout.write(
                _("%(rows)d pages in the catalogue, %(seconds).1f s") % {"rows": rows, "seconds": seconds}
            )
