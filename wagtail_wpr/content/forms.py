"""The form field of a metered stream."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm, BoundField
from wagtail.blocks import BlockField, StreamBlockValidationError

from wagtail_wpr.content.door import door


class MeteredBlockField(BlockField):
    """Compares streams with their bodies, and refuses to publish a gated page whose teaser says nothing or all."""

    form: BaseForm | None = None

    def get_bound_field(self, form: BaseForm, field_name: str) -> BoundField:
        self.form = form
        return super().get_bound_field(form, field_name)

    def has_changed(self, initial_value: Any, data_value: Any) -> bool:
        with door("whole"):
            return bool(super().has_changed(initial_value, data_value))

    def clean(self, value: Any) -> Any:
        from wagtail_wpr.content.validation import is_free_in, teaser_problem

        cleaned = super().clean(value)
        if not getattr(self, "is_deferred_validation", False) and hasattr(self.form, "instance"):
            problem = teaser_problem(cleaned)
            if problem and not is_free_in(self.form):
                raise StreamBlockValidationError(non_block_errors=[problem])
        return cleaned
