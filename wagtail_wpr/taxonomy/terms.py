"""What every term of the taxonomy has, and how a list of terms is read in one language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.models import TranslatableMixin
from wagtail.search import index


class Term(TranslatableMixin, index.Indexed, models.Model):
    """A named thing that pages are tagged with; one row a language, held together by ``translation_key``."""

    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(
        _("slug"),
        max_length=100,
        allow_unicode=True,
        blank=True,
        help_text=_("The name as addresses use it. Left empty, it is made from the name."),
    )

    search_fields = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.FilterField("name"),
        index.FilterField("locale"),
    ]

    class Meta:
        abstract = True
        ordering = ["name"]
        unique_together = [("translation_key", "locale"), ("slug", "locale")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._fill_slug()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Give the term a slug where a form left it empty, and refuse one that is taken.

        Checked here because the language is not a field of the form, so Django leaves the constraint on
        both out of its own checks and the database would answer with an error page.
        """
        super().clean()
        self._fill_slug()
        if not self.locale_id:
            return
        others = type(self)._default_manager.exclude(pk=self.pk)
        if others.filter(slug=self.slug, locale_id=self.locale_id).exists():
            raise ValidationError({"slug": _("Another entry of this language has that slug already.")})

    def _fill_slug(self) -> None:
        if not self.slug:
            self.slug = free_slug(self)


def free_slug(term: Term) -> str:
    """Return a slug made from the term's name that no other term of its model and language has."""
    longest = term._meta.get_field("slug").max_length - 5  # type: ignore[union-attr]
    base = slugify(term.name, allow_unicode=True)[:longest] or term._meta.model_name or "term"
    others = type(term)._default_manager.exclude(pk=term.pk).filter(slug__startswith=base)
    if term.locale_id:
        others = others.filter(locale_id=term.locale_id)
    taken = set(others.values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


AnyTerm = TypeVar("AnyTerm", bound=TranslatableMixin)


def in_locale(terms: Iterable[AnyTerm], locale_id: int | None) -> list[AnyTerm]:
    """Return the terms in their order, each in the given language where it has been translated.

    The same as reading ``.localized`` of each, but with one query for all, and none when every term is in
    that language already. Terms that are translations of each other come out once.
    """
    chosen = list(terms)
    foreign = [term for term in chosen if term.locale_id != locale_id]
    if foreign and locale_id:
        keys = [term.translation_key for term in foreign]
        model = type(foreign[0])
        found = model._default_manager.filter(locale_id=locale_id, translation_key__in=keys)
        translated = {term.translation_key: term for term in found}
        chosen = [translated.get(term.translation_key, term) for term in chosen]
    return list({term.translation_key: term for term in chosen}.values())
