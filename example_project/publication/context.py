"""What every template of the publication knows."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest

from example_project.content.loader import load_publication
from example_project.demo.personas import PERSONAS


@cache
def _publication() -> dict[str, Any]:
    return load_publication()


def publication(request: HttpRequest) -> dict[str, Any]:
    """Return the name, lines and address of the publication, and who the demonstration's strip can be."""
    return {"publication": _publication(), "demo_personas": list(PERSONAS.items())}
