"""What lists ask of the catalogue, one method a question, each of which can follow any other."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Prefetch, Q
from wagtail.images import get_image_model


if TYPE_CHECKING:
    from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic


class CatalogueQuerySet(models.QuerySet[Any]):
    """Rows of the catalogue. ``wagtail_wpr.catalogue.entries()`` gives those that the public may find."""

    def public(self) -> Self:
        """Leave out pages behind a view restriction and pages that belong to no site."""
        return self.filter(restricted=False, site__isnull=False)

    def in_region(self, region: Region) -> Self:
        """Keep pages tagged with the region, with a country of it, or with a translation of either."""
        return self.filter(region_rows__key=region.translation_key)

    def about(self, topic: Topic) -> Self:
        """Keep pages tagged with the topic, in whatever language the tag was chosen."""
        return self.filter(topic_rows__key=topic.translation_key)

    def by(self, contributor: Contributor) -> Self:
        """Keep pages that the contributor wrote or helped to write."""
        return self.filter(contributor_rows__key=contributor.translation_key)

    def in_series(self, series: Series) -> Self:
        """Keep the parts of a series, in their order."""
        return self.filter(series_key=series.translation_key).order_by("series_position", "published_at", "pk")

    def under(self, page: Any) -> Self:
        """Keep pages below the given page of the tree, at any depth.

        Of an alias and its source the source stays where both are below the page.
        """
        below = self.filter(page__path__startswith=page.path).exclude(page_id=page.pk)
        return below.exclude(Q(shadow=True) & Q(page__alias_of__path__startswith=page.path))

    def of_kind(self, *kinds: str) -> Self:
        """Keep the given kinds: ``"article"``, ``"report"``, or what a host's mixin says."""
        return self.filter(kind__in=kinds)

    def of_format(self, *formats: str) -> Self:
        """Keep the given formats: ``"analysis"``, ``"briefing"`` and so on."""
        return self.filter(format__in=formats)

    def since(self, moment: datetime) -> Self:
        """Keep what was published at or after the moment, by the date that readers are shown."""
        return self.filter(published_at__gte=moment)

    def before(self, moment: datetime) -> Self:
        """Keep what was published before the moment, by the date that readers are shown."""
        return self.filter(published_at__lt=moment)

    def without(self, *pages: Any) -> Self:
        """Leave out the given pages, or the pages of the given entries."""
        return self.exclude(page_id__in=[getattr(page, "page_id", page.pk) for page in pages])

    def newest(self) -> Self:
        """Put the newest first, by the date that readers are shown."""
        return self.order_by("-published_at", "-pk")

    def with_images(self, *filters: str) -> Self:
        """Fetch the pictures with the rows, and the renditions named: ``with_images("fill-600x400")``.

        Two queries for the whole list in place of two for each entry.
        """
        images = get_image_model()._default_manager.all()
        if filters:
            images = images.prefetch_renditions(*filters)
        return self.prefetch_related(Prefetch("image", queryset=images))
