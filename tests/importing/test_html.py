from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_wpr.pages.importing.html import Quote, RichText, read_html, read_rich_text, read_sections
from wagtail_wpr.pages.importing.tables import Table


def rich(html: str) -> str:
    """The one chunk of rich text that a piece of HTML becomes."""
    blocks = read_html(html).blocks
    assert [type(block) for block in blocks] == [RichText]
    return blocks[0].html  # type: ignore[union-attr]


def said(html: str) -> list[str]:
    """All words, in their order, of the blocks that a piece of HTML becomes."""
    parts: list[str] = []
    for block in read_html(html).blocks:
        if isinstance(block, RichText):
            parts.append(block.html)
        elif isinstance(block, Quote):
            parts.append(escaped(block.text))
        else:
            parts += [escaped(text) for text in (block.caption, *block.headings)]
            parts += [*(cell for row in block.rows for cell in row)]
    return unescape(re.sub(r"<[^>]*>", " ", " ".join(parts))).split()


class TestWhatIsKept:
    def test_headings_have_three_levels(self) -> None:
        html = "".join(f"<h{level}>T{level}</h{level}>" for level in range(1, 7))
        assert rich(html) == "<h2>T1</h2><h2>T2</h2><h3>T3</h3><h4>T4</h4><h4>T5</h4><h4>T6</h4>"

    def test_bold_italic_and_links(self) -> None:
        html = '<p><strong>Bold</strong>, <em lang="la">nota</em> '
        html += '<a href="https://a.example/?b=1&amp;c=2" rel="x">link</a></p>'
        assert rich(html) == '<p><b>Bold</b>, <i>nota</i> <a href="https://a.example/?b=1&amp;c=2">link</a></p>'

    def test_lists_nest_and_hold_no_paragraphs(self) -> None:
        html = "<ol><li><p>One</p><p>more</p><ul><li>inner</li></ul></li><li>Two</li></ol>"
        assert rich(html) == "<ol><li>One<br/>more<ul><li>inner</li></ul></li><li>Two</li></ol>"

    def test_a_quotation_of_words_is_a_quote_block(self) -> None:
        assert read_html("<blockquote><p>One <b>two</b></p><p>three</p></blockquote>").blocks == (
            Quote("One two\nthree"),
        )

    def test_a_quotation_with_a_link_stays_rich_text(self) -> None:
        html = '<blockquote>See <a href="https://a.example/">here</a></blockquote>'
        assert rich(html) == html

    def test_entities_and_lone_signs(self) -> None:
        assert rich("<p>a &lt; b &amp; c &eacute; 5 > 4 < 9</p>") == "<p>a &lt; b &amp; c é 5 &gt; 4 &lt; 9</p>"

    def test_loose_text_becomes_paragraphs(self) -> None:
        html = "Loose <i>text</i><div>in a <span>division</span></div>after"
        assert rich(html) == "<p>Loose <i>text</i></p><p>in a division</p><p>after</p>"

    def test_two_breaks_part_paragraphs(self) -> None:
        assert rich("<p>One<br><br>two<br>three</p>") == "<p>One</p><p>two<br/>three</p>"
        assert rich("<p><b>One<br><br>two</b></p>") == "<p><b>One<br/><br/>two</b></p>"

    def test_definitions_and_preformatted_text(self) -> None:
        assert rich("<dl><dt>Term</dt><dd>Meaning</dd></dl><pre>a\nb</pre>") == (
            "<p><b>Term</b></p><p>Meaning</p><p>a<br/>b</p>"
        )

    def test_empty_elements_go(self) -> None:
        assert read_html("<p> </p><h2></h2><ul><li></li></ul><p>&nbsp;</p>").blocks == ()


class TestWhatIsNotKept:
    @pytest.mark.parametrize(
        "html",
        [
            "<p>safe<script>alert(1)</script></p>",
            "<p>safe<style>p {}</style></p>",
            '<p onclick="alert(1)">safe</p>',
            '<p><a href="javascript:alert(1)">safe</a></p>',
            '<p><a href="JaVa&#10;Script:alert(1)">safe</a></p>',
            '<p><a href="data:text/html,x">safe</a></p>',
            '<p style="color: red" class="x" id="y">safe</p>',
            "<p>safe<!-- comment --></p>",
            '<p>safe<embed embedtype="image" id="1"></p>',
            '<p><a linktype="page" id="3">safe</a></p>',
            "<p>safe<iframe src='https://a.example'>inside</iframe></p>",
        ],
    )
    def test_only_the_text_is_left(self, html: str) -> None:
        assert rich(html) == "<p>safe</p>"

    def test_what_was_left_out_is_counted(self) -> None:
        content = read_html('<p>x<img src="a.png"><IMG SRC=b.png></p><script>1</script>')
        assert content.dropped == {"img": 2, "script": 1}

    def test_hopelessly_deep_html_is_refused(self) -> None:
        with pytest.raises(ValueError, match="nested more than 150 elements deep"):
            read_html("<b>" * 400 + "x" + "</b>" * 400)


class TestTables:
    def test_headings_caption_and_rows(self) -> None:
        html = "<table><caption>Cranes</caption><thead><tr><th>Name</th><th>Tons</th></tr></thead>"
        html += "<tbody><tr><td>Big</td><td><b>90</b></td></tr></tbody></table>"
        assert read_html(html).blocks == (Table("Cranes", ("Name", "Tons"), (("<p>Big</p>", "<p><b>90</b></p>"),)),)

    def test_spans_leave_empty_cells(self) -> None:
        html = '<table><tr><td colspan="2">A</td><td rowspan="2">B</td></tr>'
        html += "<tr><td>C</td><td>D</td></tr></table>"
        assert read_html(html).blocks == (Table("", (), (("<p>A</p>", "", "<p>B</p>"), ("<p>C</p>", "<p>D</p>", ""))),)

    def test_a_heading_with_a_link_stays_a_cell(self) -> None:
        html = '<table><tr><th><a href="/x">A</a></th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>'
        assert read_html(html).blocks == (
            Table("", (), (('<p><b><a href="/x">A</a></b></p>', "<p><b>B</b></p>"), ("<p>1</p>", "<p>2</p>"))),
        )

    def test_a_table_in_a_cell_is_written_out(self) -> None:
        inner = "<table><tr><td>i</td><td>j</td></tr></table>"
        html = f"<table><tr><td>a{inner}</td><td>b</td></tr></table>"
        assert read_html(html).blocks == (Table("", (), (("<p>a</p><p>i | j</p>", "<p>b</p>"),)),)

    def test_a_table_in_a_list_parts_it(self) -> None:
        html = "<ul><li>one<table><tr><td>x</td><td>y</td></tr></table>two</li><li>three</li></ul>"
        assert read_html(html).blocks == (
            RichText("<ul><li>one</li></ul>"),
            Table("", (), (("<p>x</p>", "<p>y</p>"),)),
            RichText("<ul><li>two</li><li>three</li></ul>"),
        )

    def test_a_table_of_one_column_is_layout(self) -> None:
        assert rich("<table><tr><td>One</td></tr><tr><td><h2>Two</h2></td></tr></table>") == "<p>One</p><h2>Two</h2>"

    def test_rich_text_alone_writes_tables_out(self) -> None:
        html = "<p>x</p><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
        assert read_rich_text(html) == "<p>x</p><p><b>A | B</b></p><p>1 | 2</p>"


class TestChunks:
    def test_a_short_text_is_one_block(self) -> None:
        assert len(read_html("<h2>A</h2><p>one</p><h2>B</h2><p>two</p>").blocks) == 1

    def test_a_long_text_is_parted_at_headings(self) -> None:
        section = f"<h3>Title</h3><p>{'word ' * 330}</p>"
        blocks = read_html(section * 4).blocks
        assert [block.html.count("<h3>") for block in blocks] == [1, 1, 1, 1]  # type: ignore[union-attr]

    def test_small_sections_share_a_block(self) -> None:
        blocks = read_html("<h3>Title</h3><p>Some words.</p>" * 200).blocks
        assert 4 <= len(blocks) <= 8
        assert all(block.html.startswith("<h3>") for block in blocks)  # type: ignore[union-attr]

    def test_a_text_without_headings_is_parted_too(self) -> None:
        assert 2 <= len(read_html(f"<p>{'word ' * 100}</p>" * 20).blocks) <= 5

    def test_order_is_kept_around_tables_and_quotes(self) -> None:
        html = "<p>1</p><table><tr><td>2</td><td>3</td></tr></table><blockquote>4</blockquote><p>5</p>"
        assert [type(block).__name__ for block in read_html(html).blocks] == [
            "RichText",
            "Table",
            "Quote",
            "RichText",
        ]
        assert said(html) == ["1", "2", "3", "4", "5"]

    def test_sections_part_at_the_second_level(self) -> None:
        sections = read_sections("<p>0</p><h2>A &amp; B</h2><p>1</p><h3>x</h3><h1>C</h1>", "Title")
        assert [title for title, _content in sections] == ["Title", "A & B", "C"]
        assert sections[1][1].blocks == (RichText("<p>1</p><h3>x</h3>"),)


WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäß&<>\"'", min_size=1, max_size=8)
TAGS = st.sampled_from(
    "p div b em ul ol li h1 h3 h6 blockquote table tr td th section pre dl dt dd figure figcaption span a"
    " caption center".split()
)


def escaped(word: str) -> str:
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


TREES = st.recursive(
    WORD.map(lambda word: f" {escaped(word)} "),
    lambda inside: st.tuples(TAGS, st.lists(inside, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=25,
)


class TestNothingIsLost:
    @given(st.lists(TREES, max_size=5).map("".join))
    def test_every_word_comes_through_once(self, html: str) -> None:
        import nh3

        # What a browser makes of it (misplaced cells, stray ends), with all tags taken away.
        browser = unescape(re.sub(r"<[^>]*>", " ", nh3.clean(html, tags={"p", "table", "tr", "td", "th", "li"})))
        assert sorted(said(html)) == sorted(word for word in browser.split())

    @given(st.text(alphabet="<>/abpultdr \"'=&;!-", max_size=80))
    def test_no_input_breaks_it(self, html: str) -> None:
        for block in read_html(html).blocks:
            if isinstance(block, RichText):
                tags = set(re.findall(r"</?([a-z0-9]+)", block.html))
                assert tags <= set("p h2 h3 h4 ul ol li blockquote b i a br hr sup sub code s".split())
