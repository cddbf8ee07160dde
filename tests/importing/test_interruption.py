from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.importing.sources import article, report, write
from wagtail_wpr.pages.importing.importer import BATCH


class TestKilledInTheMiddle:
    @pytest.fixture
    def database(self, tmp_path: Path) -> Path:
        return tmp_path / "import.sqlite3"

    def run(self, database: Path, *arguments: Any) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.importing.file_settings",
            "WPR_IMPORT_DATABASE": str(database),
        }
        command = [sys.executable, "-m", "tests.importing.process", *map(str, arguments)]
        return subprocess.run(
            command,
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )

    def count(self, database: Path) -> dict[str, int]:
        tables = {
            "pages": "wagtailcore_page WHERE depth = 4",
            "articles": "wagtail_wpr_pages_articlepage",
            "reports": "wagtail_wpr_pages_reportpage",
            "revisions": "wagtailcore_revision",
            "imports": "wagtailcore_pagelogentry WHERE action = 'wpr.import'",
            "regions": "wagtail_wpr_pageregion",
            "catalogue": "wagtail_wpr_catalogueentry",
        }
        with sqlite3.connect(database) as connection:
            return {
                name: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for name, table in tables.items()
            }

    def test_whole_batches_stay_and_the_next_run_finishes(self, database: Path, tmp_path: Path) -> None:
        lines = [report(number) if number % 5 == 0 else article(number) for number in range(1, 2 * BATCH + 21)]
        file = write(tmp_path / "news.jsonl", *lines)
        killed = self.run(database, file, 2)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert set(self.count(database).items()) == {
            ("articles", 40),
            ("reports", 10),
            *((table, 50) for table in ("pages", "revisions", "imports", "regions", "catalogue")),
        }
        again = self.run(database, file)
        assert again.returncode == 0, again.stderr
        assert again.stdout.splitlines()[0] == "70 pages created, 0 changed, 50 unchanged, 0 bad lines."
        assert set(self.count(database).items()) == {
            ("articles", 96),
            ("reports", 24),
            *((table, 120) for table in ("pages", "revisions", "imports", "regions", "catalogue")),
        }
