"""A leak that was put there on purpose turns the count red."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leaks.conftest import DELIVERIES, PLANTED


ROOT = Path(__file__).resolve().parents[2]

#: Seconds for a run of one case in a process of its own.
PATIENCE = 180


def run_planted() -> subprocess.CompletedProcess[str]:
    """Run one case as ``make leaks`` runs all of them, in the site with the leak."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "tests/leaks/test_requests.py",
            "-q",
            "-n",
            "0",
            "-k",
            "PW-012",
            "--nomigrations",
        ],
        cwd=ROOT,
        env=kept | {PLANTED: "1", "WPR_TEST_DATABASE": "sqlite"},
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


class TestPlantedLeak:
    @pytest.mark.skipif(PLANTED in os.environ, reason="This run is the planted one.")
    def test_is_reported(self) -> None:
        done = run_planted()
        assert done.returncode == 1, done.stdout + done.stderr
        for delivery in DELIVERIES:
            assert f"{delivery}: leak cases: 1 run, " in done.stdout
            assert " not applicable yet, 1 leak\n" in done.stdout
            assert f"{delivery}: leaked: PW-012" in done.stdout
        assert "xylopolist" in done.stdout
        assert "base64" in done.stdout
