"""Brings a line's picture into the image library, once however many lines use it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files import File
from PIL import Image as PillowImage
from wagtail.images import get_image_model

from wagtail_wpr.pages.importing.lines import BadLine, Picture


def check_picture(picture: Picture) -> None:
    """Do nothing for a file that is a picture.

    :raises BadLine: for any other.
    """
    try:
        with PillowImage.open(picture.path) as opened:
            opened.verify()
    except Exception as error:
        raise BadLine(f"picture: “{picture.path}” cannot be read as a picture.") from error


def picture_fields(picture: Picture, title: str) -> dict[str, Any]:
    """Return the page's fields for its lead picture; a file that the library has already is used again."""
    return {
        "lead_image": _image(picture, title),
        "lead_image_alt": picture.alt,
        "lead_image_caption": picture.caption,
        "lead_image_credit": picture.credit,
    }


def _image(picture: Picture, title: str) -> Any:
    model = get_image_model()
    # SHA-1 in hexadecimal: what Wagtail itself knows a file by.
    file_hash = hashlib.sha1(picture.path.read_bytes(), usedforsecurity=False).hexdigest()
    found = model.objects.filter(file_hash=file_hash).order_by("pk").first()
    if found is not None:
        return found
    with picture.path.open("rb") as file:
        image = model(
            title=(picture.alt or title)[:255],
            file=File(file, name=picture.path.name),
            file_hash=file_hash,
            file_size=picture.path.stat().st_size,
        )
        image.save()
    return image
