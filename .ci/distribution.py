"""Looks into the wheel and the source distribution: ``distribution.py DIST``.

Both hold the whole package (code, templates, static files, translations, ``py.typed``, migrations) and nothing
of the tests, the example or the tooling.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]
NEEDED = [
    r"wagtail_wpr/py\.typed",
    r"wagtail_wpr/migrations/0001_.+\.py",
    r"wagtail_wpr/pages/migrations/0001_.+\.py",
    r"wagtail_wpr/billing/migrations/0001_.+\.py",
    r"wagtail_wpr/templates/wagtail_wpr/wall\.html",
    r"wagtail_wpr/static/wagtail_wpr/.+\.css",
    r"wagtail_wpr/locale/\w+/LC_MESSAGES/django\.po",
]
META = re.compile(
    r"wagtail_wpr-[^/]+\.dist-info/|PKG-INFO$|CHANGELOG\.md$|LICENSE$|README\.md$|pyproject\.toml$|\.gitignore$"
)


def package_files() -> set[str]:
    """What the repository has of the package: what git knows, and what it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "wagtail_wpr"]
    listed = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def complaints(name: str, held: set[str]) -> list[str]:
    """What is wrong with this distribution, a sentence each."""
    found = [f"{name} lacks {missing}" for missing in sorted(package_files() - held)]
    for pattern in NEEDED:
        if not any(re.fullmatch(pattern, entry) for entry in held):
            found.append(f"{name} holds nothing like {pattern}")
    for entry in sorted(held):
        if not entry.startswith("wagtail_wpr/") and not META.match(entry):
            found.append(f"{name} holds {entry}, which is not of the package")
        if re.search(r"(^|/)(tests?|conftest|example_project)(/|\.py$)", entry):
            found.append(f"{name} holds a test: {entry}")
    return found


def main(folder: Path) -> int:
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {entry for entry in archive.namelist() if not entry.endswith("/")}
    with tarfile.open(source) as archive:
        in_source = {member.name.split("/", 1)[1] for member in archive.getmembers() if member.isfile()}
    found = complaints(wheel.name, in_wheel) + complaints(source.name, in_source)
    print(*found, f"{wheel.name}: {len(in_wheel)} files; {source.name}: {len(in_source)} files", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
