"""``manage.py demo``: everything that it takes to look at the publication, in one command."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.servers.basehttp import get_internal_wsgi_application, run
from django.utils import timezone
from wagtail.models import Site

from example_project.demo.models import Seeded
from example_project.demo.personas import EDITOR_NAME, EDITOR_PASSWORD, READERS, create_people, set_reads
from example_project.publication.dates import bring_up_to_date
from example_project.publication.seeding import seed
from wagtail_wpr.content.door import open_whole
from wagtail_wpr.pages.models import ArticlePage, ReportPage
from wagtail_wpr.slots.deliveries import DELIVERIES, FETCH, INLINE_PARAMETER


HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Fills a SQLite database with the example publication where needed, and serves it on 127.0.0.1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--prepare", action="store_true", help="Fill the database and stop.")

    def handle(self, *args: Any, port: int, prepare: bool, **options: Any) -> None:
        if settings.WPR_DELIVERY not in DELIVERIES:
            raise CommandError(f"DELIVERY is {settings.WPR_DELIVERY!r}; use one of {', '.join(DELIVERIES)}.")
        self.prepare(port)
        if prepare:
            return
        self.stdout.write(self.what_to_do(port))
        self.stdout.flush()
        threading.Thread(target=self.say_when_ready, args=(port,), daemon=True).start()
        try:
            run(HOST, port, StaticFilesHandler(get_internal_wsgi_application()), threading=True)
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be had ({error.strerror}). Choose another one: PORT=8001 make demo"
            ) from error
        except KeyboardInterrupt:
            sys.exit(0)

    def prepare(self, port: int) -> None:
        """Bring database, dates, people and the site's address to where the demonstration wants them."""
        began = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        Site.clear_site_root_paths_cache()
        version = content_version()
        if not Seeded.objects.filter(version=version).exists():
            seed(self.stdout.write)
            Seeded.objects.all().delete()
            Seeded.objects.create(version=version)
        Site.objects.filter(is_default_site=True).update(hostname=HOST, port=port)
        Site.clear_site_root_paths_cache()
        bring_up_to_date(timezone.now())
        create_people()
        for name in READERS:
            set_reads(name)
        self.stdout.write(f"The publication is in place ({time.monotonic() - began:.1f} s).")

    def what_to_do(self, port: int) -> str:
        """Return what the terminal says before the server starts."""
        base = f"http://{HOST}:{port}"
        article = ArticlePage.objects.live().filter(slug="fifty-times-a-second").first()
        article = article or ArticlePage.objects.live().order_by("-date_published").first()
        report = ReportPage.objects.live().order_by("-date_published").first()
        rows = [("Front page", "/")]
        rows += [(label, page.url) for label, page in (("A metered article", article), ("A report", report)) if page]
        rows += [
            ("Mail that was sent", "/outbox/"),
            ("The editors’ desk", "/admin/"),
            ("Headless", "/api/v2/pages/"),
        ]
        lines = [f"  {label:<20} {base}{path.removeprefix(base)}" for label, path in rows]
        words = body_words(article) if article else ""
        address = article.url.removeprefix(base) if article else "/"
        jar = settings.VAR / "subscriber.cookies"
        # A page that is the same for everybody holds no body; this is its link for browsers without script.
        opened = f"{address}?{INLINE_PARAMETER}=1" if settings.WPR_DELIVERY == FETCH else address
        return "\n".join(
            [
                "",
                *lines,
                "",
                f"  Editor: {EDITOR_NAME} / {EDITOR_PASSWORD}",
                f"  Readers: {READERS['reader'][0]} (one free read left),"
                f" {READERS['subscriber'][0]} (reads everything).",
                "  Be one of them with the strip at the lower edge of every page (Demo),",
                "  or log in with the address and look into the outbox.",
                "",
                "  The body is not in the page of a visitor (0), and is in a subscriber’s (1):",
                f'  curl -s {base}{address} | grep -c "{words}"',
                f'  curl -sL -c {jar} -d next={opened} {base}/demo/be/subscriber/ | grep -c "{words}"',
                "",
                "  Stop with Ctrl-C.",
                "",
            ]
        )

    def say_when_ready(self, port: int) -> None:
        """Ask for the front page until it answers, then say the line that scripts wait for."""
        address = f"http://{HOST}:{port}/"
        while True:
            try:
                with urllib.request.urlopen(address, timeout=60) as response:
                    if response.status == 200:
                        break
            except urllib.error.HTTPError as error:
                self.stderr.write(f"The front page answers {error.code}.")
                time.sleep(2)
            except OSError:
                time.sleep(0.2)
        self.stdout.write(f"Demo ready: {address}")
        self.stdout.flush()


def content_version() -> str:
    """Return a digest of everything that the seeded pages are made from."""
    top = Path(settings.BASE)
    digest = hashlib.sha256()
    folders = ("content", "pictures", "publication/seeding")
    for path in sorted(path for folder in folders for path in (top / folder).rglob("*.*")):
        if path.suffix in (".md", ".json", ".py"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def body_words(article: Any) -> str:
    """Return a few plain words that stand on one line of the body and nowhere in the teaser."""
    value = open_whole(article.body)
    whole = [str(child.value) for child in value if child.block_type == "paragraph"]
    plain = re.sub(r"<[^>]+>", "|", whole[-1])
    found = re.findall(r"[A-Za-z]+(?: [A-Za-z]+){5}", plain)
    return str(found[0]) if found else ""
