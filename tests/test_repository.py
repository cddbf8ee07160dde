"""What may stand in the repository: nothing of one machine, nothing big, nothing that only a network can read."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1024 * 1024


@cache
def files() -> tuple[Path, ...]:
    """What is committed or about to be. Outside a clone (a source archive) there is nothing to look at."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("This is not a clone, or there is no git.")
    return tuple(path for name in listed.splitlines() if (path := ROOT / name).is_file())


def lines_with(pattern: str) -> list[str]:
    """``file:line: text`` of the lines of text files in which the pattern is found."""
    found = []
    for path in files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if re.search(pattern, line)
        ]
    return found


class TestFiles:
    def test_none_is_bigger_than_a_megabyte(self) -> None:
        assert [str(path) for path in files() if path.stat().st_size > MEGABYTE] == []

    def test_none_locks_versions(self) -> None:
        names = {"poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock", "package-lock.json", "yarn.lock"}
        assert [str(path) for path in files() if path.name in names] == []

    def test_none_is_a_database_or_a_secret(self) -> None:
        suffixes = {".sqlite3", ".db", ".pem", ".key", ".env"}
        assert [str(path) for path in files() if path.suffix in suffixes or path.name == ".env"] == []


class TestText:
    def test_names_no_path_of_one_machine(self) -> None:
        # Written in two parts, so that this file is not found by itself.
        folders = "|".join(["home/[a-z]", "Users/[A-Za-z]", "root/", "work/", "tmp/"])
        assert lines_with(rf"(?<![\w.$}}/*-])/({folders})") == []

    def test_names_no_registry(self) -> None:
        hosts = "|".join(["py" r"pi\.org", "pythonho" r"sted\.org", "npm" r"js\.(org|com)", "deb" r"ian\.org"])
        assert lines_with(hosts) == []

    def test_has_no_conflict_left(self) -> None:
        assert lines_with(r"^(<{7}|>{7}) ") == []


class TestReadme:
    def test_is_short(self) -> None:
        assert len((ROOT / "README.md").read_text().splitlines()) < 120

    def test_links_to_what_is_there(self) -> None:
        text = (ROOT / "README.md").read_text()
        links = re.findall(r"\]\(([^)#]+)\)", text)
        assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
