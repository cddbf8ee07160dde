"""``wpr_import FILE``: brings articles and reports in from JSON Lines."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Locale

from wagtail_wpr.pages.importing.importer import Importer
from wagtail_wpr.pages.importing.places import NoSection, Places, find_section
from wagtail_wpr.pages.importing.progress import progress


class Command(BaseCommand):
    """Creates a page for each new line and a revision for each changed one; a second run changes nothing."""

    help = "Imports articles and reports from a file of JSON lines. Run again, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="one JSON object a line, UTF-8")
        parser.add_argument(
            "--section",
            help="slug or path of the page to import below; otherwise the section “library”, or else the "
            "first section, or else the site's root page",
        )
        parser.add_argument("--language", help="language code of lines that name none; otherwise the section's")
        parser.add_argument(
            "--strict",
            action="store_true",
            help="lines with regions, topics or contributors that the site does not have are bad lines",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        places = self._places(options["section"], options["language"])
        with progress(_count_lines(path), self.stdout) as advance:
            report = Importer(
                path,
                places=places,
                strict=options["strict"],
                dry_run=options["dry_run"],
                say_bad=self.stderr.write,
                advance=advance,
            ).run()
        for line in report.lines():
            self.stdout.write(line)
        if report.problems:
            raise CommandError(f"{len(report.problems)} bad lines were left out; they are named above.")

    def _places(self, section: str | None, language: str | None) -> Places:
        if language and not Locale.objects.filter(language_code=language).exists():
            known = ", ".join(Locale.objects.order_by("language_code").values_list("language_code", flat=True))
            raise CommandError(f"The site has no language “{language}”; it has {known}.")
        try:
            return Places(find_section(section), language)
        except NoSection as error:
            raise CommandError(str(error)) from error


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
