"""The door: a stream value that holds the teaser only, and the ways to open it.

A locked value is a facade over an ordinary ``StreamValue``, called the whole. What templates and code can
ask of a stream (loops, indexes, ``raw_data``, ``blocks_by_name``, rendering, API) is answered from the
teaser's rows and one break child: iteration in ``StreamValue`` rests on two lists, and these two are
properties here. All that leads to the whole has a name that begins with an underscore, which Django
templates cannot reach.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

from wagtail import blocks
from wagtail.blocks import StreamValue

from wagtail_wpr.access.contents import content_key
from wagtail_wpr.content.errors import LockedValueError
from wagtail_wpr.content.splitting import BREAK, Row, Split, everything


if TYPE_CHECKING:
    from wagtail_wpr.access import Decision

#: What the row of a break says when it came out of a locked value: such rows must never be saved.
LOCKED = {"locked": True}

# "whole": nested locked values give all they have (a field saves, pickles, copies or compares).
# "open": values are made open in the first place (an editor's form, indexing, translation).
_mode: ContextVar[str] = ContextVar("wagtail_wpr_door", default="locked")


@contextmanager
def door(mode: str) -> Iterator[None]:
    """For the fields and blocks of this room only: how values behave inside the ``with``."""
    token = _mode.set(mode)
    try:
        yield
    finally:
        _mode.reset(token)


def gives_whole() -> bool:
    """Whether locked values tell all they have just now, because a field saves, copies or compares."""
    return _mode.get() in ("whole", "open")


def makes_open() -> bool:
    """Whether new values are made open just now."""
    return _mode.get() == "open"


class OpenStreamValue(StreamValue):
    """An ordinary stream value whose nested metered streams are open too."""

    def _prefetch_blocks(self, type_name: str) -> None:
        with door("open"):
            super()._prefetch_blocks(type_name)

    def get_prep_value(self) -> list[Row]:
        with door("open"):
            return list(super().get_prep_value())

    def __deepcopy__(self, memo: dict[int, Any]) -> OpenStreamValue:
        return OpenStreamValue(self.stream_block, copy.deepcopy(self.get_prep_value()), is_lazy=True)

    def __reduce__(self) -> NoReturn:
        raise LockedValueError(
            "An opened stream cannot be pickled, because whoever loads it would hold the body. Pickle the page instead."
        )


class BreakValue:
    """The value of the break of a locked stream: it leads to the stream, and says nothing itself."""

    def __init__(self, stream: LockedStreamValue) -> None:
        self._stream = stream

    def __str__(self) -> str:
        return ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BreakValue) and other._stream is self._stream

    __hash__ = None  # type: ignore[assignment]


class LockedStreamValue(StreamValue):
    """The teaser's blocks and then one break, over a whole that only a granted decision opens.

    A value without an owner is a teaser and nothing else: its break shows nothing.
    """

    raw_text = None
    #: The response for which it was read from the database, if it was.
    _read_for: object = None

    def __init__(self, whole: StreamValue, *, owner: Any = None, field: str = "", path: tuple[str, ...] = ()) -> None:
        # Not the base's __init__: it would build the two lists that are properties here.
        self.stream_block = whole.stream_block
        self.is_lazy = True
        self._whole = whole
        self._owner = owner
        self._field = field
        self._path = path
        self._locked_children: list[Any] | None = None

    # --- what the inherited methods stand on

    def _split(self) -> Split:
        rows = self._whole._raw_data
        split = getattr(self.stream_block, "split_rows", everything)
        return split(rows)

    @property
    def _bound_blocks(self) -> list[Any]:
        if self._locked_children is None:
            split = self._split()
            children: list[Any] = [None] * split.teaser
            if split.head is not None:
                children.append(self._make_child(split.head, split.teaser))
            if split.has_body:
                block = self.stream_block.child_blocks[BREAK]
                children.append(StreamValue.StreamChild(block, BreakValue(self), id=None))
            self._locked_children = children
        return self._locked_children

    @property
    def _raw_data(self) -> tuple[Row, ...]:
        """Copies, so that nothing done to them reaches the whole; a tuple, so that setting one is an error."""
        split = self._split()
        rows = [*self._whole._raw_data[: split.teaser], *([split.head] if split.head else [])]
        locked = [{**row, "value": locked_raw(self._block(row), row["value"])} for row in rows]
        if split.has_body:
            locked.append({"type": BREAK, "value": dict(LOCKED), "id": None})
        return tuple(locked)

    def _block(self, row: Row) -> blocks.Block:
        return self.stream_block.child_blocks[row["type"]]

    def _make_child(self, row: Row, position: int) -> Any:
        block = self._block(row)
        with door("locked"):
            value = block.to_python(row["value"])
        bind_nested(block, value, self._owner, self._field, (*self._path, element(row, position)))
        return StreamValue.StreamChild(block, value, id=row.get("id"))

    def _prefetch_blocks(self, type_name: str) -> None:
        """Convert the teaser's rows of one type in one go; the whole shares the children, so edits are kept."""
        children, whole = self._bound_blocks, self._whole
        wanted = [
            position
            for position, child in enumerate(children)
            if child is None and whole._raw_data[position]["type"] == type_name
        ]
        block = self.stream_block.child_blocks[type_name]
        with door("locked"):
            values = block.bulk_to_python([whole._raw_data[position]["value"] for position in wanted])
        for position, value in zip(wanted, values, strict=True):
            row = whole._raw_data[position]
            bind_nested(block, value, self._owner, self._field, (*self._path, element(row, position)))
            child = StreamValue.StreamChild(block, value, id=row.get("id"))
            children[position] = whole._bound_blocks[position] = child

    def _give_to(self, owner: Any, field: str) -> None:
        self._owner, self._field = owner, field
        for position, child in enumerate(self._whole._bound_blocks):
            if child is not None:  # read while it was nobody's
                name = element(self._whole._raw_data[position], position)
                bind_nested(child.block, child.value, owner, field, (*self._path, name))
        self._locked_children = None

    # --- what would tell or change the whole

    def get_prep_value(self) -> list[Row]:
        if gives_whole():
            return stored_rows(self)
        raise LockedValueError(
            "This stream is locked and get_prep_value() would tell its body. Where code may see everything, "
            "use wagtail_wpr.content.door.open_whole(value)."
        )

    def _refuse_change(self, *args: Any) -> NoReturn:
        raise LockedValueError(
            "A locked stream cannot be changed in place. Open it with wagtail_wpr.content.door.open_whole(value), "
            "change the copy, and assign the copy to the field."
        )

    __setitem__ = __delitem__ = insert = _refuse_change

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StreamValue):
            return False
        return self is other or _all_rows(self) == _all_rows(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        whole = StreamValue(self.stream_block, stored_rows(self), is_lazy=True)
        if hasattr(self, "_stream_field"):
            whole._stream_field = self._stream_field
        return whole.__reduce__()

    def __copy__(self) -> LockedStreamValue:
        return fresh_copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> LockedStreamValue:
        return fresh_copy(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {[row['type'] for row in self._raw_data]!r}>"


class BodyStreamValue(StreamValue):
    """What stands behind the break, opened by a decision. Metered blocks inside it are slots of their own."""

    def __init__(self, locked: LockedStreamValue) -> None:
        split = locked._split()
        rows = locked._whole._raw_data
        # The positions are those in the whole, because a nested slot is found again by them.
        numbered = [(split.teaser, split.tail)] if split.tail else []
        numbered += list(enumerate(rows))[split.rest :]
        self._elements = [element(row, position) for position, row in numbered]
        self._locked = locked
        super().__init__(locked.stream_block, [row for _, row in numbered], is_lazy=True)

    def _prefetch_blocks(self, type_name: str) -> None:
        fresh = [i for i, child in enumerate(self._bound_blocks) if child is None]
        with door("locked"):
            super()._prefetch_blocks(type_name)
        for i in fresh:
            child = self._bound_blocks[i]
            if child is not None:
                path = (*self._locked._path, self._elements[i])
                bind_nested(child.block, child.value, self._locked._owner, self._locked._field, path)


# --- opening


def open_whole(value: StreamValue) -> OpenStreamValue:
    """Return an independent, fully opened copy: teaser, break and body, nested ones too.

    For code that may see everything (the editor's form, imports, indexing of bodies, translation). Never hand
    it to a template.
    """
    return OpenStreamValue(value.stream_block, stored_rows(value), is_lazy=True)


def open_body(value: LockedStreamValue, decision: Decision) -> BodyStreamValue:
    """Return what stands behind the break.

    Raises ``LockedValueError`` unless ``decision`` grants this very content.
    """
    refuse_without_grant(value._owner, decision)
    return BodyStreamValue(value)


def refuse_without_grant(owner: Any, decision: Decision) -> None:
    """Raise ``LockedValueError`` unless ``decision`` grants the content of ``owner``, a page."""
    if not decision.granted or owner is None or decision.content != content_key(owner):
        raise LockedValueError("Only a granted decision for this very content opens its body.")


def find_locked(value: LockedStreamValue, path: tuple[str, ...]) -> LockedStreamValue | None:
    """Return the locked stream at ``path`` below ``value`` (``value`` itself for an empty one), or None."""
    if not path:
        return value
    for position, row in enumerate(value._whole._raw_data):
        if path[0] in (row.get("id"), str(position)):
            child = value._make_child(row, position)
            for nested in nested_locked(child.block, child.value):
                below = nested._path[len(value._path) :]
                if path[: len(below)] == below:
                    return find_locked(nested, path[len(below) :])
    return None


def stored_rows(value: StreamValue) -> list[Row]:
    """Return an independent copy of all rows of a stream as they are stored, each with an id."""
    rows = _all_rows(value)
    for row in rows:
        row["id"] = row.get("id") or str(uuid.uuid4())
    return rows


def _all_rows(value: StreamValue) -> list[Row]:
    # Not StreamValue.get_prep_value: it writes new ids into the rows it only reads.
    plain = value._whole if isinstance(value, LockedStreamValue) else value
    mode = "open" if isinstance(plain, OpenStreamValue) else "whole"
    with door(mode):
        return [
            copy.deepcopy(row) if child is None else child.get_prep_value()
            for row, child in zip(plain._raw_data, plain._bound_blocks, strict=True)
        ]


def fresh_copy(value: LockedStreamValue) -> LockedStreamValue:
    """Return an independent locked value with the same whole and no owner."""
    copied = LockedStreamValue(StreamValue(value.stream_block, stored_rows(value), is_lazy=True))
    if hasattr(value, "_stream_field"):
        copied._stream_field = value._stream_field
    return copied


# --- nested values


def element(row: Row, position: int) -> str:
    """The name of a row in a path: its id, or its position where old data has none."""
    return str(row.get("id") or position)


def contains_metered(block: blocks.Block) -> bool:
    """Whether a metered stream stands anywhere below or at ``block``."""
    known: bool | None = block.__dict__.get("_wpr_contains_metered")
    if known is None:
        known = hasattr(block, "split_rows") or any(contains_metered(child) for child in children_of(block))
        block._wpr_contains_metered = known
    return known


def children_of(block: blocks.Block) -> list[blocks.Block]:
    """The blocks directly below a struct, stream or list block."""
    if isinstance(block, blocks.ListBlock):
        return [block.child_block]
    return list(getattr(block, "child_blocks", {}).values())


def nested_locked(block: blocks.Block, value: Any) -> Iterator[LockedStreamValue]:
    """The nearest locked streams inside the value of a struct, list or stream block."""
    for _, nested in _walk(block, value, ()):
        yield nested


def bind_nested(block: blocks.Block, value: Any, owner: Any, field: str, path: tuple[str, ...]) -> None:
    """Tell the locked streams inside ``value`` whose they are and where they stand."""
    for below, nested in _walk(block, value, path):
        nested._owner, nested._field, nested._path = owner, field, below
        nested._locked_children = None


def _walk(
    block: blocks.Block, value: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], LockedStreamValue]]:
    if not contains_metered(block):
        return
    if isinstance(value, LockedStreamValue):
        yield path, value
    elif isinstance(block, blocks.ListBlock):
        for position, child in enumerate(getattr(value, "bound_blocks", ())):
            # A list item without a stored id is given a new one at every reading: its position is its name.
            name = getattr(child, "original_id", None) or str(position)
            yield from _walk(child.block, child.value, (*path, name))
    elif isinstance(value, blocks.StructValue):
        for name, child in block.child_blocks.items():
            yield from _walk(child, value.get(name), (*path, name))


def locked_raw(block: blocks.Block, raw: Any) -> Any:
    """Return a copy of a stored value without what is gated in it."""
    if not contains_metered(block):
        return copy.deepcopy(raw)
    if isinstance(block, blocks.StreamBlock):
        locked = LockedStreamValue(StreamValue(block, raw or [], is_lazy=True))
        return list(locked._raw_data)
    if isinstance(block, blocks.ListBlock):
        return [
            {**item, "value": locked_raw(block.child_block, item["value"])}
            if isinstance(item, dict) and item.get("type") == "item" and "value" in item
            else locked_raw(block.child_block, item)
            for item in raw or []
        ]
    if isinstance(raw, dict):
        return {
            name: locked_raw(block.child_blocks[name], item) for name, item in raw.items() if name in block.child_blocks
        }
    return None
