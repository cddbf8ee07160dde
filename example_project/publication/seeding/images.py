"""Pictures in the database, each drawn once."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from django.utils.text import slugify
from PIL import Image as PillowImage
from wagtail.images import get_image_model

from example_project import pictures
from example_project.demo.models import SeededPicture


def motif(name: str, seed: str, title: str) -> Any:
    """Return the picture of a motif, as the lead of an article or a figure in it."""
    return _once(f"motif:{name}:{seed}", title, lambda: pictures.picture(name, seed))


def cover(name: str, seed: str, title: str) -> Any:
    """Return the cover of a report."""
    return _once(f"cover:{name}:{seed}", title, lambda: pictures.cover(name, seed))


def portrait(seed: str, title: str) -> Any:
    """Return the drawn mark of a contributor."""
    return _once(f"portrait:{seed}", title, lambda: pictures.portrait(seed))


def region_mark(seed: str, title: str) -> Any:
    """Return the mark of a region."""
    return _once(f"region:{seed}", title, lambda: pictures.region_mark(seed))


def _once(key: str, title: str, draw: Any) -> Any:
    known = SeededPicture.objects.filter(key=key).select_related("image").first()
    if known is not None:
        return known.image
    drawn: PillowImage.Image = draw()
    buffer = BytesIO()
    drawn.save(buffer, "JPEG", quality=88)
    buffer.seek(0)
    image = get_image_model().objects.create(
        title=title[:255], file=ImageFile(buffer, name=f"{slugify(key.replace(':', '-'))[:80]}.jpg")
    )
    SeededPicture.objects.create(key=key, image=image)
    return image
