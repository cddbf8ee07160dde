"""Fails where a built page of the documentation would make a browser ask another host: ``no_third_parties.py SITE``.

Links that a reader may follow are fine; scripts, styles, fonts, pictures and frames from elsewhere are not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


LOADS = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?(?:https?:)?//[^"'\s>]+"""
    r"""|<link\b(?=[^>]*rel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*href=["']?(?:https?:)?//[^"'\s>]+"""
    r"""|@import\s+["']?(?:url\()?["']?(?:https?:)?//[^"')\s]+|url\(["']?(?:https?:)?//[^"')\s]+""",
    re.IGNORECASE,
)


def main(site: Path) -> int:
    pages = [path for kind in ("*.html", "*.css") for path in site.rglob(kind)]
    found = [f"{page.relative_to(site)}: {hit}" for page in pages for hit in LOADS.findall(page.read_text())]
    print(*found, f"{len(pages)} files read", sep="\n")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
