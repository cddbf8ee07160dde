from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importing.sources import article, report
from wagtail_wpr.pages.importing.lines import BadLine, Credit, Line, Vocabulary, parse_line


VOCABULARY = Vocabulary(
    formats=["analysis", "briefing"], accesses=["free", "metered"], languages=["en", "de"], redirects=True
)


def read(line: Any, **changes: Any) -> Line:
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    return parse_line(raw, 7, vocabulary=changes.get("vocabulary", VOCABULARY), folder=changes.get("folder", Path()))


def refusal(line: Any, **changes: Any) -> str:
    with pytest.raises(BadLine) as caught:
        read(line, **changes)
    return str(caught.value)


class TestGoodLines:
    def test_has_every_field(self) -> None:
        line = read(article(access="free", format="briefing", language="de", old_address="/old/1.html"))
        assert (line.number, line.kind, line.source_id, line.slug) == (7, "article", "harbour/1", "harbour-1")
        assert line.published == datetime(2024, 3, 1, 9, tzinfo=UTC)
        assert line.regions == ("North Coast",)
        assert line.contributors == (Credit(name="Ada Brandt", role="Harbour correspondent"),)
        assert (line.access, line.format, line.language) == ("free", "briefing", "de")
        assert line.old_addresses == ("/old/1.html",)

    def test_a_day_is_its_midnight_in_the_site_s_zone(self) -> None:
        line = read(article(published="2024-03-01"))
        assert line.published == datetime(2024, 2, 29, 23, tzinfo=UTC)

    def test_other_spellings_of_the_old_address(self) -> None:
        assert read(article(**{"old address": "https://old.example/a"})).old_addresses == ("https://old.example/a",)

    def test_a_contributor_may_be_a_name(self) -> None:
        assert read(article(contributors=["Ada  Brandt", "Ada Brandt"])).contributors == (Credit("Ada Brandt"),)

    def test_keys_it_does_not_know_are_named(self) -> None:
        assert read(article(acess="free")).unknown_keys == ("acess",)

    def test_the_digest_ignores_the_order_of_keys(self) -> None:
        line = article()
        assert read(line).digest == read(dict(reversed(line.items()))).digest

    def test_the_digest_changes_with_the_picture_s_file(self, tmp_path: Path) -> None:
        file = tmp_path / "quay.png"
        file.write_bytes(b"one")
        before = read(article(picture="quay.png"), folder=tmp_path).digest
        file.write_bytes(b"two")
        assert read(article(picture="quay.png"), folder=tmp_path).digest != before

    def test_a_byte_order_mark_at_the_beginning_of_a_file_is_no_part_of_it(self) -> None:
        from io import BytesIO

        from wagtail_wpr.pages.importing.lines import raw_lines

        assert list(raw_lines(BytesIO(b"\xef\xbb\xbf{}\n\n  \n[]\n"))) == [(1, b"{}\n"), (4, b"[]\n")]


class TestBadLines:
    @pytest.mark.parametrize("key", ["kind", "source_id", "slug", "title", "published", "teaser", "body"])
    def test_a_missing_key_is_named(self, key: str) -> None:
        line = article()
        del line[key]
        assert refusal(line).startswith(f"{key}: is missing")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"kind": "poem"}, "kind: “poem” is not known; use one of article, report."),
            ({"format": "ode"}, "format: “ode” is not known; use one of analysis, briefing."),
            ({"access": "secret"}, "access: “secret” is not known; use one of free, metered."),
            ({"language": "tlh"}, "language: “tlh” is not known; use one of de, en."),
            ({"teaser": "  "}, "teaser: is empty."),
            ({"body": ""}, "body: is empty."),
            ({"title": 7}, "title: must be text, not a number."),
            ({"title": "x" * 256}, "title: has 256 characters; 255 is the most."),
            (
                {"slug": "two words"},
                "slug: “two words” is not a slug; use letters, digits, hyphens and underscores.",
            ),
            (
                {"published": "2024-02-30"},
                "published: “2024-02-30” is not a date; write it as 2026-01-31 or 2026-01-31T09:00:00Z.",
            ),
            ({"regions": "Coast"}, "regions: must be a list, not something else."),
            ({"topics": [1]}, "topics: must be a list of names."),
            ({"contributors": [{"role": "editor"}]}, "contributors: each must be an object with a “name”."),
            (
                {"chapters": [{"title": "No text"}]},
                "chapters: each must be an object with a “title” and “html”.",
            ),
            ({"picture": "nowhere.png"}, "picture: there is no file “nowhere.png”."),
            (
                {"old_address": "old/1.html"},
                "old_address: must be a path that begins with “/” or an http address, or a list of these.",
            ),
        ],
    )
    def test_a_wrong_value_is_named(self, changes: dict[str, Any], sentence: str) -> None:
        assert refusal(article(**changes)) == sentence

    def test_every_problem_of_a_line_is_told_at_once(self) -> None:
        assert refusal(article(kind="poem", title="")) == (
            "kind: “poem” is not known; use one of article, report. title: is empty."
        )

    def test_body_and_chapters_together(self) -> None:
        assert refusal(report(body="<p>x</p>")) == "body: stands beside chapters; a line has one of them."

    def test_redirects_need_their_app(self) -> None:
        without = Vocabulary(formats=[], accesses=[], languages=[], redirects=False)
        line = article(old_address="/old")
        assert refusal(line, vocabulary=without) == "old_address: needs wagtail.contrib.redirects in INSTALLED_APPS."

    def test_what_is_no_object(self) -> None:
        assert refusal(b"[1]") == "The line is not a JSON object."
        assert refusal(b"{'kind'}") == (
            "The line is not valid JSON: Expecting property name enclosed in double quotes."
        )
        assert refusal(b'{"kind": "\xff"}') == "The line is not UTF-8: byte 11 cannot be read."
        assert refusal(b"[" * 100_000) == "The line is not valid JSON: it is nested too deep or too large."

    @pytest.mark.parametrize("character", ["\x00", "\ud800"])
    def test_characters_that_no_database_stores(self, character: str) -> None:
        sentence = "The line has characters that cannot be stored (NUL or half of a surrogate pair)."
        assert refusal(article(title=f"a{character}")) == sentence

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda v: st.lists(v) | st.dictionaries(st.sampled_from(sorted(article())) | st.text(), v),
            max_leaves=20,
        )
    )
    def test_anything_at_all_is_a_line_or_a_bad_line(self, value: Any) -> None:
        changed = {**article(), **value} if isinstance(value, dict) else value
        try:
            assert isinstance(read(changed), Line)
        except BadLine as error:
            assert str(error).endswith(".")
