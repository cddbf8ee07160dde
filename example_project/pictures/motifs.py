"""The ten motifs by name."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from .drawing import Size
from .landscapes import contours, dunes, map_coast, mountains, orbits, river_delta
from .works import fields, grid_city, harbour, weave


MOTIFS: dict[str, Callable[[Random, Size], Image.Image]] = {
    "map-coast": map_coast,
    "contours": contours,
    "river-delta": river_delta,
    "grid-city": grid_city,
    "dunes": dunes,
    "harbour": harbour,
    "mountains": mountains,
    "fields": fields,
    "orbits": orbits,
    "weave": weave,
}
