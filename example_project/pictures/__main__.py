"""Draws one of each picture into a folder, to look at: ``python -m example_project.pictures FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from . import MOTIFS, cover, picture, portrait, region_mark


def main(folder: str) -> None:
    """Draw one of each into ``folder``, to look at."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for motif in MOTIFS:
        picture(motif, "sample").save(target / f"{motif}.jpg", quality=86)
    for motif in ("river-delta", "grid-city", "contours", "orbits"):
        cover(motif, "sample").save(target / f"cover-{motif}.jpg", quality=86)
    for number in range(8):
        portrait(str(number)).save(target / f"portrait-{number}.jpg", quality=88)
    for number in range(4):
        region_mark(str(number)).save(target / f"region-{number}.png")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
