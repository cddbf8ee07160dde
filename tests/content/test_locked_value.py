"""Law 2: the value is the door. Getting at the body the way templates and code do, without a decision."""

from __future__ import annotations

import json
import pickle
from itertools import islice
from typing import Any

import pytest
from django.template import Context, Template
from wagtail.models import Page

from tests.factories import CANARY, home, make_article, text
from tests.testapp.models import ArticleLikePage, NestedPage
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.content.door import LockedStreamValue, open_body, open_whole
from wagtail_wpr.content.errors import LockedValueError


pytestmark = pytest.mark.django_db

LOOPS = [
    "{% load wagtailcore_tags %}{% include_block page.body %}",
    "{% load wagtailcore_tags %}{% include_block page.body only %}",
    "{% load wagtailcore_tags %}{% for block in page.body %}{% include_block block %}{% endfor %}",
    "{% load wagtailcore_tags %}{% for block in page.body %}<p>{{ block.block_type }}</p>{{ block }}{% endfor %}",
    "{{ page.body }}",
    "{{ page.body|safe }}",
    "{{ page.body|stringformat:'r' }}",
    "{% for block in page.body %}{{ block.value }}{% endfor %}",
    "{% for block in page.body %}{{ block.value.source }}{% endfor %}",
    "{% for block in page.body reversed %}{{ block.value }}{% endfor %}",
    "{% for block in page.body|slice:'1:' %}{{ block.value }}{% endfor %}",
    "{{ page.body.0 }}{{ page.body.1 }}{{ page.body.2 }}{{ page.body.3 }}{{ page.body.4 }}{{ page.body.5 }}",
    "{{ page.body.2.value }}{{ page.body.3.value }}",
    "{{ page.body.raw_data }}{% for row in page.body.raw_data %}{{ row }}{{ row.value }}{% endfor %}",
    "{{ page.body.raw_data.3.value }}{{ page.body.raw_data.stream_value }}",
    "{{ page.body.blocks_by_name }}{{ page.body.blocks_by_name.paragraph }}",
    "{% for block in page.body.blocks_by_name.paragraph %}{{ block.value }}{% endfor %}",
    "{{ page.body.first_block_by_name.items }}{{ page.body.first_block_by_name.items.value }}",
    "{% for name, found in page.body.blocks_by_name.items %}{{ found }}{% endfor %}",
    "{{ page.body.get_prep_value }}{{ page.body.raw_text }}{{ page.body.stream_data }}",
    "{{ page.body.first }}{{ page.body|first }}{{ page.body|last }}{{ page.body|join:' ' }}{{ page.body|length }}",
    "{{ page.body|pprint }}{{ page.body|striptags }}{{ page.body|truncatewords:500 }}",
    "{{ page.body|json_script:'x' }}",
    "{{ page.serializable_data }}{{ page.to_json }}{{ page.body.whole }}{{ page.body.pop }}",
    "{% load wagtailcore_tags %}{{ page.body|richtext }}",
    "{{ page.body.render_as_block }}{{ page.body.stream_block }}{{ page.body.stream_block.child_blocks }}",
    "{% with last=page.body|last %}{{ last.value }}{{ last.value.stream }}{{ last.get_prep_value }}{% endwith %}",
    "{% load wpr_tags %}{% wpr_body page 'body' %}{% wpr_wall page %}{% wpr_structured_data page %}{% wpr_meter %}",
    "{{ page.get_searchable_content }}{{ page.search_description }}{{ page }}",
]


def render(source: str, page: Any) -> str:
    try:
        return Template(source).render(Context({"page": page}))
    except (LockedValueError, TypeError) as error:  # refusing aloud is no leak either
        return str(error)


class TestTemplates:
    @pytest.mark.parametrize("source", LOOPS)
    def test_never_reach_the_body(self, source):
        assert CANARY not in render(source, make_article())

    @pytest.mark.parametrize("source", LOOPS)
    def test_never_reach_the_body_of_an_unsaved_page(self, source):
        page = ArticleLikePage(title="New")
        page.body = [("paragraph", text("Public.")), ("wpr_break", None), ("paragraph", text(CANARY))]
        assert CANARY not in render(source, page)

    @pytest.mark.parametrize("source", LOOPS)
    def test_never_reach_the_body_of_a_revision(self, source):
        page = make_article()
        page.save_revision()
        assert CANARY not in render(source, page.get_latest_revision_as_object())

    @pytest.mark.parametrize("source", LOOPS)
    def test_never_reach_a_nested_body(self, source):
        assert CANARY not in render(source, make_nested())

    def test_commonest_loop_shows_teaser_and_wall(self):
        html = render(LOOPS[2], make_article())
        assert "The teaser says this much." in html
        assert 'data-wpr-wall="register"' in html
        assert html.index("The teaser") < html.index("data-wpr-wall")

    def test_printing_the_stream_shows_teaser_and_wall(self):
        html = render("{{ page.body }}", make_article())
        assert '<div class="wpr-teaser">' in html
        assert 'data-wpr-wall="register"' in html

    def test_value_of_an_unbound_stream_is_a_teaser(self):
        value = ArticleLikePage._meta.get_field("body").to_python(
            [("paragraph", text("Public.")), ("wpr_break", None), ("paragraph", text(CANARY))]
        )
        html = str(value)
        assert "Public." in html
        assert CANARY not in html
        assert "wpr-wall" not in html


def make_nested() -> NestedPage:
    page = NestedPage(title="Nested")
    part = {"teaser": [("paragraph", text("Part of the teaser."))], "body": [("paragraph", text(CANARY))]}
    page.body = [
        ("paragraph", text("All of this is public.")),
        ("metered", part),
        ("chapters", [{"title": "One", "text": part}, {"title": "Two", "text": part}]),
    ]
    home().add_child(instance=page)
    return NestedPage.objects.get(pk=page.pk)


def strings_in(value: Any) -> str:
    return json.dumps(value, default=str)


class TestCode:
    def test_loops_indexes_slices(self):
        body = make_article().body
        assert [child.block_type for child in body] == ["heading", "paragraph", "wpr_break"]
        assert [child.block_type for child in body[1:]] == ["paragraph", "wpr_break"]
        assert len(body) == 3
        assert body[-1].block_type == "wpr_break"
        with pytest.raises(IndexError):
            body[3]
        assert CANARY not in "".join(str(child.value) for child in islice(body, 10))

    def test_raw_data_holds_the_teaser(self):
        rows = list(make_article().body.raw_data)
        assert [row["type"] for row in rows] == ["heading", "paragraph", "wpr_break"]
        assert CANARY not in strings_in(rows)

    def test_raw_data_of_nested_streams_holds_no_body(self):
        rows = list(make_nested().body.raw_data)
        assert CANARY not in strings_in(rows)
        assert "Part of the teaser." in strings_in(rows)

    def test_blocks_by_name(self):
        body = make_article().body
        assert len(body.blocks_by_name("paragraph")) == 1
        assert body.first_block_by_name("items") is None

    def test_changing_raw_data_is_refused(self):
        body = make_article().body
        with pytest.raises(TypeError):
            body.raw_data[0] = {"type": "heading", "value": "x"}

    def test_changing_rows_read_from_raw_data_reaches_nothing(self):
        page = make_article()
        page.body.raw_data[0]["value"] = "changed"
        page.save()
        assert ArticleLikePage.objects.get(pk=page.pk).body[0].value == "An opening heading"

    @pytest.mark.parametrize(
        "change",
        [
            lambda body: body.append(("heading", "x")),
            lambda body: body.insert(0, ("heading", "x")),
            lambda body: body.pop(),
            lambda body: body.clear(),
            lambda body: body.reverse(),
            lambda body: body.__setitem__(0, ("heading", "x")),
            lambda body: body.__delitem__(0),
        ],
    )
    def test_changing_in_place_is_refused_with_the_mend(self, change):
        with pytest.raises(LockedValueError, match="open_whole"):
            change(make_article().body)

    def test_get_prep_value_is_refused(self):
        with pytest.raises(LockedValueError, match="open_whole"):
            make_article().body.get_prep_value()

    def test_api_representation_is_the_teaser(self):
        body = make_article().body
        data = body.stream_block.get_api_representation(body)
        assert [row["type"] for row in data] == ["heading", "paragraph", "wpr_break"]
        assert CANARY not in strings_in(data)

    def test_api_representation_of_nested_streams(self):
        body = make_nested().body
        assert CANARY not in strings_in(body.stream_block.get_api_representation(body))

    def test_searchable_content_is_the_teaser(self):
        for page in (make_article(), make_nested()):
            field = page._meta.get_field("body")
            assert CANARY not in " ".join(map(str, field.get_searchable_content(page.body)))
            assert CANARY not in " ".join(map(str, field.get_searchable_content(open_whole(page.body))))

    def test_repr_names_types_only(self):
        assert repr(make_article().body) == "<LockedStreamValue ['heading', 'paragraph', 'wpr_break']>"

    def test_reading_converts_the_teaser_only(self):
        page = make_article()
        list(page.body)
        assert [child is not None for child in page.body._whole._bound_blocks] == [
            True,
            True,
            False,
            False,
            False,
            False,
        ]


class TestOpening:
    def test_granted_decision_opens_this_content(self):
        page = make_article(access="free")
        body = open_body(page.body, decide(Reader.visitor(), page))
        assert [child.block_type for child in body] == ["paragraph", "heading", "items"]

    def test_refusal_does_not_open(self):
        page = make_article()
        with pytest.raises(LockedValueError):
            open_body(page.body, decide(Reader.visitor(), page))

    def test_decision_for_another_page_does_not_open(self):
        free, page = make_article("Free", access="free"), make_article("Metered")
        with pytest.raises(LockedValueError):
            open_body(page.body, decide(Reader.visitor(), free))

    def test_unbound_value_does_not_open(self):
        page = make_article(access="free")
        unbound = pickle.loads(pickle.dumps(page.body))  # noqa: S301
        with pytest.raises(LockedValueError):
            open_body(unbound, decide(Reader.visitor(), page))

    def test_body_of_another_page_opens_with_that_pages_decision_only(self):
        free, page = make_article("Free", access="free"), make_article("Metered")
        free.body = page.body  # an editor's doing: now it is the free page's text
        assert open_body(free.body, decide(Reader.visitor(), free))
        with pytest.raises(LockedValueError):
            open_body(page.body, decide(Reader.visitor(), free))

    def test_open_whole_is_a_copy(self):
        page = make_article()
        whole = open_whole(page.body)
        whole.append(("heading", "One more"))
        assert len(whole) == 7
        assert len(open_whole(page.body)) == 6

    def test_open_whole_opens_nested_streams(self):
        whole = open_whole(make_nested().body)
        assert not isinstance(whole[1].value["body"], LockedStreamValue)
        assert str(whole[1].value["body"]).count(CANARY) == 1
        assert [str(item["text"]["body"]).count(CANARY) for item in whole[2].value] == [1, 1]


class TestWordsOfATeaserWithoutBreak:
    def test_first_blocks_are_the_teaser(self):
        page = ArticleLikePage(title="Old article")
        page.body = [
            ("paragraph", text("word " * 80)),
            ("paragraph", text("word " * 80)),
            ("heading", CANARY),
        ]
        home().add_child(instance=page)
        assert [child.block_type for child in page.body] == ["paragraph", "wpr_break"]

    def test_one_long_rich_text_is_cut_between_its_paragraphs(self):
        page = ArticleLikePage(title="Old article")
        page.body = [("paragraph", text("alpha " * 60, "beta " * 60, f"three {CANARY}"))]
        home().add_child(instance=page)
        html = str(page.body)
        assert html.count("alpha") == 60
        assert "beta" not in html
        assert CANARY not in html
        page = ArticleLikePage.objects.get(pk=page.pk)
        assert str(open_whole(page.body)).count("beta") == 60

    def test_short_text_shows_its_first_half(self):
        page = ArticleLikePage(title="Short")
        page.body = [("paragraph", text("alpha " * 20, "beta " * 10, CANARY))]
        home().add_child(instance=page)
        html = str(page.body)
        assert html.count("alpha") == 20
        assert "beta" not in html
        assert CANARY not in html

    def test_one_short_paragraph_is_all_behind_the_wall(self):
        page = ArticleLikePage(title="Shortest")
        page.body = [("paragraph", text("Just this."))]
        home().add_child(instance=page)
        assert [child.block_type for child in page.body] == ["wpr_break"]
        assert "Just this." not in str(page.body)
        assert "Just this." in str(open_whole(page.body))

    def test_twice_as_long_as_a_teaser_it_shows_a_whole_teaser(self):
        page = ArticleLikePage(title="Long enough")
        page.body = [("paragraph", text("alpha " * 90, "beta " * 90))]
        home().add_child(instance=page)
        html = str(page.body)
        assert (html.count("alpha"), html.count("beta")) == (90, 0)

    def test_empty_stream_is_empty(self):
        page = ArticleLikePage(title="Empty")
        home().add_child(instance=page)
        assert len(page.body) == 0
        assert not page.body

    def test_stream_with_nothing_before_the_break_is_not_empty(self):
        page = ArticleLikePage(title="All gated")
        page.body = [("wpr_break", None), ("paragraph", text(CANARY))]
        home().add_child(instance=page)
        page = ArticleLikePage.objects.get(pk=page.pk)
        assert bool(page.body)
        page.save()
        assert len(open_whole(ArticleLikePage.objects.get(pk=page.pk).body)) == 2


class TestRest:
    def test_other_pages_of_the_tree_are_left_alone(self):
        assert "body" not in {field.name for field in Page._meta.get_fields()}
