"""The model field whose value is the door."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from wagtail import blocks
from wagtail.blocks import StreamValue
from wagtail.fields import Creator, StreamField

from wagtail_wpr.content.blocks import MeteredStreamBlock
from wagtail_wpr.content.door import (
    LockedStreamValue,
    OpenStreamValue,
    door,
    fresh_copy,
    open_whole,
    stored_rows,
)
from wagtail_wpr.content.forms import MeteredBlockField
from wagtail_wpr.content.refusal import refuse_locked_parts
from wagtail_wpr.slots import collecting


class LockedAttribute(Creator):
    """The attribute on the model: binds each value to its page, and refuses what has lost its body."""

    def __get__(self, obj: Any, type: Any = None) -> Any:
        value = super().__get__(obj, type)
        if isinstance(value, LockedStreamValue) and value._owner is not obj:
            # After copy.copy() or unpickling of the page.
            value = self._bind(value, obj)
        return value

    def __set__(self, obj: Any, value: Any) -> None:
        if not isinstance(value, LockedStreamValue):
            refuse_locked_parts(value)
            value = self.field.to_python(value)
        self._bind(value, obj)

    def _bind(self, value: LockedStreamValue, obj: Any) -> LockedStreamValue:
        if value._owner is not None and value._owner is not obj:
            value = fresh_copy(value)
        if value._owner is None:
            value._give_to(obj, self.field.name)
            value._stream_field = self.field
        obj.__dict__[self.field.name] = value
        return value


class MeteredStreamField(StreamField):
    """A drop-in for ``StreamField`` whose value shows the teaser, and the body to who may read it.

    It takes what ``StreamField`` takes. A list of blocks becomes a ``MeteredStreamBlock``; so does a class of
    one. Any other ``StreamBlock`` stays what it is: its own blocks are public and the ``MeteredBlock`` s in it
    are locked. Two options more, neither of which gets into migrations:

    ``teaser_words``
        How many words of a stream without a break are the teaser (90).
    ``body_block_template``
        The template of the inside of the host's own loop, rendered with ``block`` for each block of the body.
    """

    _OPTIONS = ("teaser_words", "body_block_template")

    def __init__(self, block_types: Any, use_json_field: bool = True, block_lookup: Any = None, **kwargs: Any) -> None:
        self.metered_options = {name: kwargs.pop(name) for name in self._OPTIONS if name in kwargs}
        super().__init__(block_types, use_json_field=use_json_field, block_lookup=block_lookup, **kwargs)

    @cached_property
    def stream_block(self) -> blocks.StreamBlock:
        given: Any = self.block_types_arg
        if self.block_lookup is None and not isinstance(given, blocks.Block | type):
            self.block_types_arg: Any = MeteredStreamBlock(given)
        block = StreamField.stream_block.func(self)
        for name, value in self.metered_options.items():
            if not isinstance(block, MeteredStreamBlock):
                raise TypeError(f"{name} only goes with a MeteredStreamBlock. Set it on the metered blocks inside.")
            setattr(block.meta, name, value)
        return block

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        # As Wagtail's own field: turning a StreamField into this one, and back, moves no data.
        return name, "wagtail.fields.StreamField", args, kwargs

    def clone(self) -> MeteredStreamField:
        _name, _path, _args, kwargs = self.deconstruct()
        kwargs.pop("block_lookup", None)
        return type(self)(self.stream_block, **kwargs, **self.metered_options)

    def contribute_to_class(self, cls: Any, name: str, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, self.name, LockedAttribute(self))
        _close_to_templates(cls)

    # --- values

    def to_python(self, value: Any) -> LockedStreamValue:
        if isinstance(value, LockedStreamValue):
            return value
        with door("locked"):
            result = value if isinstance(value, StreamValue) else self.stream_block.to_python(value)
        if not isinstance(result, LockedStreamValue):
            result = self._lock(result)
        result._stream_field = self
        return result

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if isinstance(found, LockedStreamValue):
            collected = collecting.current()
            found._read_for = collected.token if collected else None
        return found

    def _lock(self, value: StreamValue) -> LockedStreamValue:
        untouched = value.is_lazy and type(value) is StreamValue and not any(value._bound_blocks)
        rows = value._raw_data if untouched else stored_rows(value)
        return LockedStreamValue(StreamValue(self.stream_block, rows, is_lazy=True, raw_text=value.raw_text))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, StreamValue):
            whole = value._whole if isinstance(value, LockedStreamValue) else value
            if not len(whole) and whole.raw_text is not None:
                return whole.raw_text
            rows = stored_rows(value)
            refuse_locked_parts(rows)
            return rows
        refuse_locked_parts(value)
        return super().get_prep_value(value)

    def value_from_object(self, obj: Any) -> OpenStreamValue:
        """Return a fully opened copy: forms, comparison, translation and the reference index read it."""
        value = super().value_from_object(obj)
        copied = open_whole(value)
        copied.raw_text = value._whole.raw_text if isinstance(value, LockedStreamValue) else value.raw_text
        return copied

    def value_to_string(self, obj: Any) -> str:
        rows = self.get_prep_value(models.Field.value_from_object(self, obj))
        return json.dumps(rows, cls=self.json_field.encoder)

    def get_searchable_content(self, value: Any) -> Any:
        if not isinstance(value, LockedStreamValue):
            value = self.to_python(value)
        return super().get_searchable_content(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MeteredBlockField, **kwargs})


def _close_to_templates(cls: Any) -> None:
    """Templates may not call the methods that turn the whole page into data."""
    for name in ("serializable_data", "to_json"):
        method = getattr(cls, name, None)
        if method is not None and not getattr(method, "alters_data", False):
            setattr(cls, name, _data_method(name, cls))


def _data_method(name: str, cls: Any) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(super(cls, self), name)(*args, **kwargs)

    own = cls.__dict__.get(name)
    if own is not None:

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return own(self, *args, **kwargs)

    method.__name__ = name
    # Django's templates refuse to call what alters data, which is the door this closes.
    method.alters_data = True  # type: ignore[attr-defined]
    return method
