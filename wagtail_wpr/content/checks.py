"""System checks of metered streams: what would open the door, or drop the body from a host's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from wagtail import blocks

from wagtail_wpr.conf import settings
from wagtail_wpr.content.door import children_of, contains_metered
from wagtail_wpr.content.fields import MeteredStreamField
from wagtail_wpr.content.loops import loops_that_drop_the_break
from wagtail_wpr.content.text import metered_fields


@register(Tags.models)
def check_streams(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the metered fields of the installed models."""
    found: list[CheckMessage] = []
    for model in apps.get_models():
        for field in metered_fields(model):
            if field.model is model:
                found += [*_plain_streams_inside(field), *_api_columns(model, field)]
    return found


@register(Tags.templates)
def check_templates(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return which templates would drop the body, and which engine can reach behind the door."""
    found: list[CheckMessage] = list(_jinja())
    for model in apps.get_models():
        for field in metered_fields(model):
            template = getattr(model, "template", None)
            if isinstance(template, str):
                found += _loops(model, field, template)
    return found


@register(Tags.caches)
def check_kept_bodies(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the setting that says how long bodies are kept: a wrong one keeps none."""
    try:
        seconds = settings.body_cache_seconds
    except (TypeError, ValueError):
        seconds = -1
    if seconds >= 0:
        return []
    return [
        Error(
            "WPR_BODY_CACHE_SECONDS is no number of seconds.",
            hint="Set it to the seconds that a rendered body may be kept, or to 0 to keep none.",
            id="wagtail_wpr.E014",
        )
    ]


def _plain_streams_inside(field: MeteredStreamField) -> Iterator[CheckMessage]:
    for path, block in _below(field.stream_block, field.name):
        if isinstance(block, blocks.StreamBlock) and not hasattr(block, "split_rows") and contains_metered(block):
            yield Error(
                f"{path} is an ordinary StreamBlock with metered blocks in it, and its raw data tells their bodies.",
                hint="Use a ListBlock of StructBlocks there, or a MeteredStreamBlock.",
                obj=field,
                id="wagtail_wpr.E010",
            )


def _below(block: blocks.Block, path: str) -> Iterator[tuple[str, blocks.Block]]:
    for child in children_of(block):
        name = f"{path}.{child.name or 'item'}"
        yield name, child
        yield from _below(child, name)


def _api_columns(model: Any, field: MeteredStreamField) -> Iterator[CheckMessage]:
    names = [getattr(entry, "name", entry) for entry in getattr(model, "api_fields", ())]
    if field.name in names:
        yield Warning(
            f"api_fields of {model.__name__} names {field.name!r}: API v2 lets anybody order pages by this column, "
            "bodies included.",
            hint="Leave the column out of api_fields, or silence this warning where the API is not public.",
            obj=model,
            id="wagtail_wpr.W011",
        )


def _jinja() -> Iterator[CheckMessage]:
    if any("jinja2" in str(engine.get("BACKEND", "")).lower() for engine in django_settings.TEMPLATES):
        yield Warning(
            "A Jinja2 engine is configured. Its templates reach names that begin with an underscore, "
            "and so a metered stream's body.",
            hint="Render metered pages with Django templates, and never print attributes of a stream in Jinja2.",
            id="wagtail_wpr.W013",
        )


def _loops(model: Any, field: MeteredStreamField, template: str) -> Iterator[CheckMessage]:
    if getattr(field.stream_block.meta, "body_block_template", None):
        return
    for line in loops_that_drop_the_break(template, field.name):
        yield Warning(
            f"{template}, line {line}: the loop over {field.name!r} shows only the block types it names, "
            "so that neither body nor wall appears.",
            hint="Add {% else %}{% include_block block %} to it, or name the template of the loop's inside as "
            "body_block_template of the field and show the block wpr_break.",
            obj=model,
            id="wagtail_wpr.W012",
        )
