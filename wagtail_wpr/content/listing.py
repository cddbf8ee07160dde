"""What any page needs so that the catalogue can list it: its public face, its language, its terms."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.dispatch import Signal
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language_info

from wagtail_wpr.taxonomy.terms import in_locale


if TYPE_CHECKING:
    from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic


#: Words of a summary that is taken from the teaser.
SUMMARY_WORDS = 40

#: Sent after a page that readers look for was written whole, its child rows included:
#: ``instance``, ``update_fields`` (``None`` when every column was written).
page_saved = Signal()


class CatalogueMixin:
    """A page that readers look for: it has a row in the catalogue while it is live.

    Everything a row says comes from the methods below, each of which a page type may override. What they
    return is public: they must never look behind the wall.
    """

    # What every page has.
    title: Any
    live: Any
    first_published_at: Any

    #: What kind of thing the page is, in one lower-case word: lists are asked for by it.
    wpr_kind: str = "page"

    def save(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_fields") is None and self.live and self.first_published_at is None:
            # Saved live by code that never publishes: lists need the day, and this is it.
            self.first_published_at = timezone.now()
        result = super().save(*args, **kwargs)  # type: ignore[misc]
        page_saved.send(sender=type(self), instance=self, update_fields=kwargs.get("update_fields"))
        return result

    save.alters_data = True  # type: ignore[attr-defined]

    def wpr_in_catalogue(self) -> bool:
        """Return whether the page, once live, is listed at all."""
        return True

    def wpr_catalogue_format(self) -> str:
        """Return the format within the kind (``"analysis"``), or ``""``."""
        return str(getattr(self, "format", ""))

    def wpr_catalogue_title(self) -> str:
        """Return the headline for lists."""
        return str(self.title)

    def wpr_catalogue_summary(self) -> str:
        """Return plain text for lists: the standfirst, or else the teaser. Never anything of a body."""
        standfirst = str(getattr(self, "standfirst", "")).strip()
        return standfirst or teaser_summary(self)

    def wpr_catalogue_image(self) -> tuple[int | None, str]:
        """Return the primary key of the picture for lists and the text that stands for it."""
        return getattr(self, "lead_image_id", None), str(getattr(self, "lead_image_alt", ""))

    def wpr_catalogue_dates(self) -> tuple[datetime | None, datetime | None]:
        """Return when the page was published and when it was last updated, both as readers are shown them."""
        published = getattr(self, "date_published", None) or self.first_published_at
        return published, getattr(self, "date_updated", None)

    def wpr_catalogue_series(self) -> tuple[int | None, int | None]:
        """Return the primary key of the page's series and its place in it."""
        return getattr(self, "series_id", None), getattr(self, "series_position", None)


def teaser_summary(page: Any) -> str:
    """Return the first words of a page's teaser, or ``""`` for a page without one."""
    from wagtail_wpr.content.text import teaser_text

    return str(teaser_text(page, words=SUMMARY_WORDS))


class LanguageMixin:
    """What ``<html lang dir>`` of a page says."""

    @property
    def language_code(self) -> str:
        """The code of the page's own language, whatever language the visitor's browser asks for."""
        return str(self.locale.language_code)  # type: ignore[attr-defined]

    @property
    def text_direction(self) -> str:
        """``"rtl"`` or ``"ltr"``."""
        try:
            return "rtl" if get_language_info(self.language_code)["bidi"] else "ltr"
        except KeyError:
            # A language that Django has never heard of.
            return "ltr"


class TaggedMixin:
    """Reads the terms of a page in its own language, each list with one query or two."""

    @cached_property
    def regions(self) -> list[Region]:
        """The page's regions in the editor's order, in the language of the page."""
        return self._terms("wpr_regions", "region")

    @cached_property
    def topics(self) -> list[Topic]:
        """The page's topics in the editor's order, in the language of the page."""
        return self._terms("wpr_topics", "topic")

    @cached_property
    def contributors(self) -> list[Contributor]:
        """The page's contributors in the order of the byline, in the language of the page."""
        return self._terms("wpr_contributors", "contributor")

    @cached_property
    def series_here(self) -> Series | None:
        """The page's series in the language of the page."""
        series = getattr(self, "series", None)
        return in_locale([series], self.locale_id)[0] if series else None  # type: ignore[attr-defined]

    def _terms(self, relation: str, field: str) -> list[Any]:
        # Sorted here too: the rows of a draft are a list in memory, in the order they were added.
        rows = sorted(getattr(self, relation).select_related(field), key=lambda row: row.sort_order or 0)
        return in_locale([getattr(row, field) for row in rows], self.locale_id)  # type: ignore[attr-defined]

    def _forget_terms(self) -> None:
        for name in ("regions", "topics", "contributors", "series_here"):
            self.__dict__.pop(name, None)

    def wpr_contributor_names(self) -> str:
        """Return the byline as one line of text, for the search index."""
        return ", ".join(contributor.name for contributor in self.contributors)
