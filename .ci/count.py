"""Adds up what a row's tests and tools said: ``count.py REPORTS ROW`` prints passed, failed, skipped."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree  # only what pytest of this run wrote
from pathlib import Path


def counts(reports: Path, row: str) -> tuple[int, int, int]:
    passed = failed = skipped = 0
    for report in sorted(reports.glob(f"{row}-[0-9]*.xml")):
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left = int(suite.get("skipped", 0))
            # An error in a fixture's end counts beside the test that passed before it.
            passed += max(int(suite.get("tests", 0)) - bad - left, 0)
            failed += bad
            skipped += left
    tools = reports / f"{row}.tools"
    said = tools.read_text().split() if tools.exists() else []
    return passed + said.count("passed"), failed + said.count("failed"), skipped


if __name__ == "__main__":
    print(*counts(Path(sys.argv[1]), sys.argv[2]))
