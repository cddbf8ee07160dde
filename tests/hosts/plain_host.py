"""The plain host in a folder of its own: copied, gated by its diff, driven through processes of its own.

Also used by the row of .ci/run that serves a page with the built wheel, so it imports nothing of the package.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


HERE = Path(__file__).resolve().parent
SOURCE = HERE / "plain"
GATE = HERE / "gate.diff"

#: Stands before every script that runs inside the host.
PRELUDE = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Page, Site
from news.models import ArticlePage, IndexPage
"""


def changed_lines(diff: str) -> list[str]:
    """The lines that a diff adds or takes away, without its headers."""
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:1] and not line.startswith(("+++", "---"))]


class PlainHost:
    """A copy of the plain host in ``folder``. A command that fails raises, and the error holds its output."""

    def __init__(self, folder: Path, *, python: str = sys.executable, python_path: Path | None = None) -> None:
        self.folder = folder
        self.python = python
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "WPR_"))},
            "DJANGO_SETTINGS_MODULE": "town.settings",
            "PYTHONPATH": str(python_path) if python_path else "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"))

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, capture_output=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py`` and return what it printed."""
        return self._run(self.python, "manage.py", *arguments)

    def script(self, code: str) -> Any:
        """Run code inside the host; return what it printed last, read as JSON."""
        printed = self._run(self.python, "-c", PRELUDE + code)
        return json.loads(printed.strip().splitlines()[-1])

    def gate(self) -> None:
        """Apply the diff as an integrator would."""
        # The folder may lie below another repository, which must not get the patch.
        self.environment["GIT_CEILING_DIRECTORIES"] = str(self.folder.parent)
        self._run("git", "apply", "--verbose", str(GATE))
