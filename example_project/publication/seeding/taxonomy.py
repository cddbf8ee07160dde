"""Regions, topics, contributors and series."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wagtail.models import Locale

from example_project.publication.seeding import images
from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic


@dataclass
class Terms:
    """All terms by slug."""

    regions: dict[str, Region] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    contributors: dict[str, Contributor] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)


def seed_taxonomy(data: dict[str, list[dict[str, Any]]]) -> Terms:
    """Make or update all terms and return them."""
    terms = Terms()
    for row in data["regions"]:
        mark = images.region_mark(row["slug"], row["name"])
        region = _term(Region, row, description=row["introduction"], image=mark, parent=None)
        terms.regions[row["slug"]] = region
        for country in row.get("countries", []):
            found = _term(Region, country, description=country.get("introduction", ""), parent=region)
            terms.regions[country["slug"]] = found
    for row in data["topics"]:
        terms.topics[row["slug"]] = _term(Topic, row, description=row["description"])
    for row in data["contributors"]:
        face = images.portrait(row["slug"], row["name"])
        terms.contributors[row["slug"]] = _term(
            Contributor, row, role=row["role"], biography=row["biography"], portrait=face
        )
    for row in data["series"]:
        terms.series[row["slug"]] = _term(Series, row, description=row["description"])
    return terms


def _term(model: Any, row: dict[str, Any], **values: Any) -> Any:
    found, _new = model.objects.update_or_create(
        slug=row["slug"], locale=Locale.get_default(), defaults={"name": row["name"], **values}
    )
    return found
