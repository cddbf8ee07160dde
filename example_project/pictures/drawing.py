"""Colours, fields of height and a canvas: what the motifs are drawn with."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageMath


Colour = tuple[int, int, int]
Size = tuple[int, int]

PAPER: Colour = (240, 233, 219)
SAND: Colour = (221, 203, 166)
OCHRE: Colour = (198, 158, 92)
CLAY: Colour = (172, 92, 62)
ROSE: Colour = (205, 146, 122)
SAGE: Colour = (146, 160, 128)
MOSS: Colour = (92, 112, 86)
MIST: Colour = (178, 196, 196)
TEAL: Colour = (76, 122, 128)
SEA: Colour = (44, 86, 104)
INK: Colour = (24, 48, 66)
NIGHT: Colour = (15, 30, 44)


def mix(one: Colour, two: Colour, share: float) -> Colour:
    """Return the colour that lies ``share`` (0 to 1) of the way from ``one`` to ``two``."""
    return (
        round(one[0] + (two[0] - one[0]) * share),
        round(one[1] + (two[1] - one[1]) * share),
        round(one[2] + (two[2] - one[2]) * share),
    )


# --- fields of height


def noise(random: Random, size: Size, *, cell: int, octaves: int = 4, roughness: float = 0.5) -> Image.Image:
    """Smooth noise in mode F, about -1 to 1: small random grids, enlarged and added up."""
    total = Image.new("F", size, 0.0)
    strength = 1.0
    for _ in range(octaves):
        columns, rows = size[0] // cell + 4, size[1] // cell + 4
        grid = Image.new("F", (columns, rows))
        grid.putdata([random.uniform(-1, 1) * strength for _ in range(columns * rows)])
        large = grid.resize((columns * cell, rows * cell), Image.Resampling.BICUBIC)
        total = add(total, large.crop((cell, cell, cell + size[0], cell + size[1])))
        strength *= roughness
        cell = max(8, cell // 2)
    return total


def add(one: Image.Image, two: Image.Image) -> Image.Image:
    """Sum of two F images."""
    return ImageMath.lambda_eval(lambda images: images["one"] + images["two"], one=one, two=two)


def slope(size: Size, *, angle: float, low: float, high: float) -> Image.Image:
    """A plane in mode F that rises from ``low`` to ``high`` along ``angle`` (degrees, 0 is to the right)."""
    across, down = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [x * across + y * down for y in (0, size[1]) for x in (0, size[0])]
    least, most = min(corners), max(corners)
    small = Image.new("F", (16, 16))
    steps = [
        ((x / 15) * size[0] * across + (y / 15) * size[1] * down - least) / (most - least)
        for y in range(16)
        for x in range(16)
    ]
    small.putdata([low + (high - low) * step for step in steps])
    return small.resize(size, Image.Resampling.BICUBIC)


def above(field: Image.Image, level: float, *, gain: float = 30000.0) -> Image.Image:
    """A mask of the places higher than ``level``; the smaller the gain, the softer its edge."""
    offset = -level * gain + 128
    return field.point(lambda value: value * gain + offset).convert("L")


def contour(field: Image.Image, level: float, width: float) -> Image.Image:
    """A mask of the contour at ``level``; the width is in units of height."""
    gain = 160 / width
    return ImageChops.subtract(above(field, level - width, gain=gain), above(field, level + width, gain=gain))


def tint(picture: Image.Image, colour: Colour, mask: Image.Image, strength: float = 1.0) -> None:
    """Lay ``colour`` over the picture where the mask is white, as strong as ``strength`` (0 to 1)."""
    if strength < 1:
        mask = mask.point([round(value * strength) for value in range(256)])
    picture.paste(colour, (0, 0, *picture.size), mask)


def gradient(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    column.putdata([mix(top, bottom, row / 63) for row in range(64)])
    return column.resize(size, Image.Resampling.BICUBIC)


def grain(picture: Image.Image, random: Random, strength: int = 7) -> Image.Image:
    """Give a flat picture the tooth of printed paper."""
    tile = Image.frombytes("L", (256, 256), random.randbytes(256 * 256))
    tile = tile.point([128 - strength + value * (2 * strength + 1) // 256 for value in range(256)])
    grain = Image.new("L", picture.size)
    for x in range(0, picture.size[0], 256):
        for y in range(0, picture.size[1], 256):
            grain.paste(tile, (x, y))
    return ImageChops.overlay(picture, Image.merge("RGB", (grain, grain, grain)))


class Canvas:
    """A drawing twice as large as asked for, so that edges come out smooth when it is made small again.

    With an ``angle`` (degrees) it stands for a square sheet of ``side`` that lies turned below the picture:
    what is drawn at sheet coordinates comes out where the turned sheet has it.
    """

    def __init__(self, size: Size, ground: Colour | Image.Image, *, angle: float = 0):
        self.size = size
        self.side = math.hypot(*size) if angle else max(size)
        self.cos, self.sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        self.is_turned = bool(angle)
        full = (size[0] * 2, size[1] * 2)
        if isinstance(ground, Image.Image):
            self.picture = ground.resize(full, Image.Resampling.BILINEAR)
        else:
            self.picture = Image.new("RGB", full, ground)
        self.draw = ImageDraw.Draw(self.picture)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the sheet lies in the large picture."""
        if self.is_turned:
            x, y = x - self.side / 2, y - self.side / 2
            x, y = (
                x * self.cos + y * self.sin + self.size[0] / 2,
                y * self.cos - x * self.sin + self.size[1] / 2,
            )
        return x * 2, y * 2

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([self.at(*point) for point in points], fill=colour)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float) -> None:
        joint = "curve" if len(points) > 2 else None
        self.draw.line([self.at(*point) for point in points], fill=colour, width=max(1, round(width * 2)), joint=joint)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        x, y = self.at(x, y)
        self.draw.ellipse([x - radius * 2, y - radius * 2, x + radius * 2, y + radius * 2], fill=colour)

    def ring(self, x: float, y: float, across: float, down: float, colour: Colour, width: float) -> None:
        box = [(x - across) * 2, (y - down) * 2, (x + across) * 2, (y + down) * 2]
        self.draw.ellipse(box, outline=colour, width=max(1, round(width * 2)))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        if right <= left or bottom <= top:
            return
        if self.is_turned:
            self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)
        else:
            self.draw.rectangle([left * 2, top * 2, right * 2, bottom * 2], fill=colour)

    def done(self) -> Image.Image:
        """Return the picture at the size that was asked for."""
        return self.picture.resize(self.size, Image.Resampling.BOX)
