"""Finds out whether what a template writes depends on who asks.

A watched object passes everything through and notes what was asked of it. What is rendered while nothing was
noted is the same for every reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.template import RequestContext
from django.template.backends.django import Template as DjangoBackendTemplate
from django.template.loader import get_template, select_template
from django.utils.functional import SimpleLazyObject


class Watch:
    """One rendering: ``seen`` names what it asked of the watched objects, each once, in order."""

    def __init__(self) -> None:
        self.seen: dict[str, None] = {}

    def note(self, what: str) -> None:
        self.seen[what] = None

    def over(self, target: Any, name: str, covered: Callable[[str], bool]) -> Any:
        """Return what stands for ``target`` in templates; None for None.

        :param covered: says of an attribute whether its use may go unnoted.
        """
        return None if target is None else Watched(target, name, self, covered)

    @contextmanager
    def aside(self) -> Iterator[dict[str, None]]:
        """Note what is asked inside the ``with`` in a list of its own."""
        before, self.seen = self.seen, {}
        try:
            yield self.seen
        finally:
            self.seen = before


class Watched:
    """Stands for another object, also for ``isinstance``, and notes what is asked of it."""

    __slots__ = ("_wpr_watched",)

    def __init__(self, target: Any, name: str, watch: Watch, covered: Callable[[str], bool]) -> None:
        object.__setattr__(self, "_wpr_watched", (target, name, watch, covered))

    def __getattribute__(self, attribute: str) -> Any:
        return getattr(_target(self, attribute), attribute)

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(_target(self, attribute), attribute, value)

    def __delattr__(self, attribute: str) -> None:
        delattr(_target(self, attribute), attribute)

    # Python looks these up on the class, past __getattribute__.

    def __str__(self) -> str:
        return str(_target(self, "__str__"))

    def __repr__(self) -> str:
        return repr(_target(self, "__repr__"))

    def __iter__(self) -> Iterator[Any]:
        return iter(_target(self, "__iter__"))

    def __eq__(self, other: object) -> bool:
        return bool(_target(self, "__eq__") == other)

    def __hash__(self) -> int:
        return hash(_target(self, "__hash__"))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _target(self, "__reduce_ex__").__reduce_ex__(protocol)


def _target(watched: Watched, attribute: str) -> Any:
    target, name, watch, covered = object.__getattribute__(watched, "_wpr_watched")
    if attribute != "__class__" and not covered(attribute):
        watch.note(f"{name}.{attribute}")
    return target


def render_watched(template_name: Any, context: dict[str, Any], request: Any) -> str:
    """Render a template for a watched request.

    As ``render_to_string``, but what a context processor takes from the request is noted only where the template
    prints it: Django's own ask for the user and the messages on every page.
    """
    many = isinstance(template_name, list | tuple)
    template: Any = select_template(template_name) if many else get_template(template_name)
    if not isinstance(template, DjangoBackendTemplate):
        return str(template.render(context, request))
    watched_context = WatchedContext(request, autoescape=template.backend.engine.autoescape)
    watched_context.push(context)
    return str(template.template.render(watched_context))


class WatchedContext(RequestContext):
    """A context whose processors may ask a watched request freely: what they return is watched in turn."""

    _processors_index: int

    @contextmanager
    def bind_template(self, template: Any) -> Iterator[None]:
        if self.template is not None:
            raise RuntimeError("Context is already bound to a template")
        self.template = template
        values: dict[str, Any] = {}
        for processor in template.engine.template_context_processors:
            values.update(_processed(processor, self.request))
        self.dicts[self._processors_index] = values
        try:
            yield
        finally:
            self.template = None
            self.dicts[self._processors_index] = {}


def _processed(processor: Callable[[Any], Any], request: Any) -> dict[str, Any]:
    watch: Watch = object.__getattribute__(request, "_wpr_watched")[2]
    with watch.aside() as asked:
        values: dict[str, Any] = processor(request)
    if not asked:
        return values
    return {name: _when_used(name, value, watch) for name, value in values.items()}


def _when_used(name: str, value: Any, watch: Watch) -> Any:
    if type(value) is Watched:
        return value
    if value is None or callable(value):
        # Nothing can stand for these: ``{% if x is None %}`` and a call would not tell that they were used.
        watch.note(name)
        return value

    def use() -> Any:
        watch.note(name)
        return value

    return SimpleLazyObject(use)
