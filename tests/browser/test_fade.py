"""The fade above the wall: decoration on public text, which stays readable to its last line."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser.reader import FIRST, Reader


if TYPE_CHECKING:
    from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

#: Where the last line of the teaser stands in the window.
LAST_LINE = """() => {
  const paragraphs = document.querySelectorAll(".wpr-teaser p");
  const last = paragraphs[paragraphs.length - 1];
  last.scrollIntoView({block: "center"});
  const range = document.createRange();
  range.selectNodeContents(last);
  const box = [...range.getClientRects()].pop();
  return {x: box.x, y: box.y, width: box.width, height: box.height};
}"""


def luminance(colour: tuple[int, ...]) -> float:
    parts = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestTheFade:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_last_line_of_the_teaser_has_the_contrast_of_text(self, open_context: Open, scheme: str) -> None:
        reader = Reader(open_context(color_scheme=scheme, device_scale_factor=3))
        reader.page.goto(FIRST)
        picture = reader.page.screenshot(clip=reader.page.evaluate(LAST_LINE))
        colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 24) or []
        shades = sorted(luminance(colour) for number, colour in colours if number > 20)
        assert (shades[-1] + 0.05) / (shades[0] + 0.05) >= 4.5
