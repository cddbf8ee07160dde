"""Lines for import files, written for these tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


#: Stands in every body and in no teaser.
HIDDEN = "quartzfinch"

BODY = f"<p>The pilot is called {HIDDEN} by all.</p><h2>Cargo</h2><ul><li>Grain</li><li>Ore</li></ul>"


def article(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "article",
        "source_id": f"harbour/{number}",
        "slug": f"harbour-{number}",
        "title": f"The harbour, part {number}",
        "published": "2024-03-01T09:00:00Z",
        "regions": ["North Coast"],
        "topics": ["Ports"],
        "contributors": [{"name": "Ada Brandt", "role": "Harbour correspondent"}],
        "teaser": "<p>Ships wait outside for the tide.</p>",
        "body": BODY,
        **changes,
    }


def report(number: int = 1, **changes: Any) -> dict[str, Any]:
    line = article(number, kind="report", source_id=f"report/{number}", slug=f"report-{number}")
    line |= {"title": f"Ports in review {number}", "key_findings": "<ul><li>Traffic grew.</li></ul>"}
    line["chapters"] = [
        {"title": "Quays", "html": f"<p>Six quays, one {HIDDEN}.</p>"},
        {"title": "Cranes", "html": "<p>Eleven cranes.</p><table><tr><th>Crane</th></tr></table>"},
    ]
    del line["body"]
    return {**line, **changes}


def write(path: Path, *lines: dict[str, Any] | bytes) -> Path:
    """Write lines to a file: objects as JSON, bytes as they are."""
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    return path
