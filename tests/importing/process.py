"""Runs one import in a process of its own: ``python -m tests.importing.process FILE [BATCH_TO_DIE_IN]``.

The process kills itself (SIGKILL: nothing is cleaned up) in the middle of the named batch, when pages and
revisions are written and the log is next.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django
from django.core.management import call_command


def prepare() -> None:
    from wagtail.models import Locale

    from tests.factories import home
    from wagtail_wpr.pages.models import SectionPage

    call_command("migrate", run_syncdb=True, verbosity=0)
    Locale.objects.get_or_create(language_code="en")
    home().add_child(instance=SectionPage(title="Library", slug="library"))


def killer(batch: int) -> Any:
    seen = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if sql.startswith('UPDATE "wagtailcore_page" SET "numchild"'):
            seen += 1
        if seen == batch and sql.startswith('INSERT INTO "wagtailcore_pagelogentry"'):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return watch


def main() -> None:
    django.setup()
    from django.db import connection

    if not os.path.exists(os.environ["WPR_IMPORT_DATABASE"]):
        prepare()
    if len(sys.argv) > 2:
        with connection.execute_wrapper(killer(int(sys.argv[2]))):
            call_command("wpr_import", sys.argv[1])
    else:
        call_command("wpr_import", sys.argv[1])


if __name__ == "__main__":
    main()
