"""The data and the tests are about the same cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.leaks import cases
from tests.leaks.cases import Broken, all_cases


HERE = Path(__file__).parent


def scripted() -> set[str]:
    """Return the ids that the tests of this folder name."""
    files = [path.read_text("utf-8") for path in HERE.glob("test_*.py") if path != Path(__file__)]
    return {number for text in files for number in re.findall(r'leak_case\("(PW-\d{3})"\)', text)}


class TestCases:
    def test_are_all_there(self) -> None:
        assert len(all_cases()) == 149

    def test_each_script_has_its_test_and_each_test_its_case(self) -> None:
        assert scripted() == {case.id for case in all_cases() if case.script}

    def test_each_request_asks_something(self) -> None:
        assert [case.id for case in all_cases() if not (case.tries or case.script or case.waits_for)] == []

    def test_what_waits_says_for_what(self) -> None:
        waiting = {case.waits_for for case in all_cases() if case.waits_for}
        assert all(len(reason) > 5 for reason in waiting)

    def test_nothing_is_expected_to_be_absent_from_nowhere(self) -> None:
        assert {case.absent for case in all_cases()} <= {"body", "draft"}

    def test_files_are_small(self) -> None:
        assert sum(file.stat().st_size for file in cases.FOLDER.glob("*.toml")) < 100_000


class TestFilesThatAreWrong:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ('id = "PW-1"\nsays = "x"\nscript = true', "an id looks like PW-001"),
            ('id = "PW-001"\nsays = "x"', "say with one of requests, script, waits_for"),
            ('id = "PW-001"\nsays = "x"\nscript = true\nexpect = 1', "expect means nothing here"),
            ('id = "PW-001"\nscript = true', "say in a sentence what it tries"),
            ('id = "PW-001"\nsays = "x"\nrequests = [{ path = "/" }]', "path is no part of a request"),
        ],
    )
    def test_are_told_what_is_wrong(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
    ) -> None:
        (tmp_path / "x.toml").write_text(f"[[case]]\n{text}\n")
        monkeypatch.setattr(cases, "FOLDER", tmp_path)
        with pytest.raises(Broken, match=re.escape(sentence)):
            all_cases.__wrapped__()
