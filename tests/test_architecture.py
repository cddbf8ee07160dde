"""The rooms of the package, and which way they depend: read from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest


PACKAGE = Path(__file__).resolve().parents[1] / "wagtail_wpr"

#: Modules that every room may import, because they import no room.
GROUND = {"conf", "languages", "signals", "swapping"}
ROOMS = ["access", "api", "catalogue", "content", "readers", "slots", "taxonomy", "templatetags"]
#: Apps beside the core, which plug into it by hooks and signals.
APPS = ["billing", "newsletters", "pages"]

#: room -> rooms that it may import when it is loaded
ARROWS = {
    "access": set(),
    "taxonomy": set(),
    "readers": {"access"},
    "slots": {"access", "readers"},
    "content": {"access", "slots", "taxonomy"},
    "catalogue": {"access", "content", "slots", "taxonomy"},
    "templatetags": {"access", "catalogue", "content", "readers", "slots", "taxonomy"},
    "api": {"access", "catalogue", "content", "readers", "slots", "taxonomy"},
}


def imports(path: Path, *, late: bool) -> Iterator[str]:
    """The modules of ours that a file imports; with ``late`` those inside of functions too.

    What stands under ``if TYPE_CHECKING`` is never loaded, and does not count.
    """
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not late:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("wagtail_wpr"))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            if node.module == "wagtail_wpr":
                yield from (f"wagtail_wpr.{name.name}" for name in node.names)
            elif (node.module or "").startswith("wagtail_wpr."):
                yield str(node.module)
        waiting.extend(ast.iter_child_nodes(node))


def rooms_imported(room: str, *, late: bool = False) -> dict[str, set[str]]:
    """Room -> the files of ``room`` that import it."""
    found: dict[str, set[str]] = {}
    for path in sorted((PACKAGE / room).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for module in imports(path, late=late):
            parts = module.split(".")
            if len(parts) > 1 and parts[1] not in {room, *GROUND, "__version__"}:
                found.setdefault(parts[1], set()).add(str(path.relative_to(PACKAGE)))
    return found


class TestArrows:
    @pytest.mark.parametrize("room", ["access", "taxonomy"])
    def test_the_ground_floor_imports_nothing_of_ours(self, room: str) -> None:
        assert rooms_imported(room, late=True) == {}

    @pytest.mark.parametrize("room", ROOMS)
    def test_a_room_imports_only_what_is_below_it(self, room: str) -> None:
        found = rooms_imported(room)
        assert {other: files for other, files in found.items() if other not in ARROWS[room]} == {}

    @pytest.mark.parametrize("room", [*ROOMS, "management"])
    def test_nothing_in_the_core_imports_the_apps_beside_it(self, room: str) -> None:
        found = rooms_imported(room, late=True)
        assert {app: files for app, files in found.items() if app in APPS} == {}

    def test_the_modules_at_the_root_import_no_app_beside_the_core(self) -> None:
        found = {
            f"{path.name}: {module}"
            for path in PACKAGE.glob("*.py")
            for module in imports(path, late=True)
            if module.split(".")[1] in APPS
        }
        assert found == set()

    @pytest.mark.parametrize("name", sorted(GROUND))
    def test_the_ground_imports_no_room(self, name: str) -> None:
        assert list(imports(PACKAGE / f"{name}.py", late=True)) == []


class TestPageModel:
    def test_the_core_never_names_wagtails_own_page(self) -> None:
        # A host may have replaced it: get_page_model() and PAGE_MODEL know by what.
        found = []
        for room in [*ROOMS, "management", "."]:
            files = (PACKAGE / room).glob("*.py") if room == "." else (PACKAGE / room).rglob("*.py")
            for path in files:
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wagtail.models"):
                        found += [str(path) for name in node.names if name.name == "Page"]
        assert found == []


class TestModules:
    def test_no_file_is_longer_than_400_lines(self) -> None:
        long = {
            str(path.relative_to(PACKAGE)): lines
            for path in PACKAGE.rglob("*.py")
            if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
        }
        assert long == {}

    def test_every_module_has_the_annotations_of_tomorrow(self) -> None:
        missing = [
            str(path.relative_to(PACKAGE))
            for path in PACKAGE.rglob("*.py")
            if "migrations" not in path.parts
            and len(ast.parse(path.read_text()).body) > 1
            and "from __future__ import annotations" not in path.read_text()
            and path.name != "__init__.py"
        ]
        assert missing == []
