"""What the distribution says of itself, and migrations that fit every host."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "wagtail_wpr"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MIGRATIONS = sorted(PACKAGE.glob("**/migrations/0*.py"))


def normal(name: str) -> str:
    """The name of a distribution without version, extras and spelling."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", name.strip())[0]).lower()


def third_parties(folder: Path) -> dict[str, set[str]]:
    """Top-level module -> files below ``folder`` that import it, without the standard library and ourselves."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"wagtail_wpr"}:
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


class TestDependencies:
    def test_have_no_upper_bound(self) -> None:
        extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
        assert [line for line in [*PROJECT["dependencies"], *extras] if re.search(r"<|==|~=", line)] == []
        assert PROJECT["requires-python"] == ">=3.11"

    def test_name_every_distribution_that_the_package_imports(self) -> None:
        known = packages_distributions()
        declared = {
            normal(line)
            for lines in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
            for line in lines
        }
        # What Django and Wagtail are made of comes with them.
        declared |= {
            "asgiref",
            "djangorestframework",
            "django-ninja",
            "django-treebeard",
            "django-taggit",
            "modelsearch",
        }
        missing = {
            module: files
            for module, files in third_parties(PACKAGE).items()
            # Without a distribution here it is an optional import: a host may have it.
            if not {normal(name) for name in known.get(module, [])} & declared and module in known
        }
        assert missing == {}

    def test_an_extra_is_imported_by_something(self) -> None:
        assert set(PROJECT["optional-dependencies"]) == {"progress"}
        assert "rich" in third_parties(PACKAGE)


class TestMigrations:
    def test_there_are_some(self) -> None:
        assert {path.parent.parent.name for path in MIGRATIONS} >= {"wagtail_wpr", "pages", "billing"}

    @pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
    def test_run_on_wagtail_7(self, path: Path) -> None:
        # Wagtail 7.4 has no such setting, and a migration that names it fails there.
        text = path.read_text()
        assert "WAGTAIL_PAGE_MODEL" not in text
        # Migrations of Wagtail 8 that 7.4 does not have.
        assert not re.search(r"['\"]wagtailcore['\"], ['\"]00(9[89]|\d{3,})", text)

    @pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
    def test_point_to_the_models_of_the_host(self, path: Path) -> None:
        text = path.read_text()
        assert not re.search(r"to=['\"](wagtailimages\.image|wagtaildocs\.document|auth\.user)['\"]", text, re.I)
        if path.parent.parent.name != "pages":
            assert not re.search(r"to=['\"]wagtailcore\.page['\"]", text, re.I)


class TestPackage:
    def test_is_typed(self) -> None:
        assert (PACKAGE / "py.typed").exists()

    def test_has_the_licence_that_it_names(self) -> None:
        assert PROJECT["license"] == "BSD-3-Clause"
        assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License")

    def test_the_changelog_knows_this_version(self) -> None:
        import wagtail_wpr

        changes = (ROOT / "CHANGELOG.md").read_text()
        assert "## [Unreleased]" in changes or f"## [{wagtail_wpr.__version__}]" in changes
