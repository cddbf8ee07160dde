"""Draws the pictures of the example publication: motifs, portraits, covers and region marks.

Everything is drawn from a name and a seed, so the same call gives the same picture on every machine. No
photograph, no font and no text is involved; Pillow is the only thing needed. To look at all of them::

    python -m example_project.pictures FOLDER
"""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from .drawing import (
    CLAY,
    INK,
    MIST,
    MOSS,
    NIGHT,
    OCHRE,
    PAPER,
    ROSE,
    SAGE,
    SAND,
    SEA,
    TEAL,
    Canvas,
    Size,
    above,
    grain,
    mix,
    noise,
)
from .motifs import MOTIFS


PICTURE_SIZE: Size = (1280, 800)
COVER_SIZE: Size = (720, 960)
PORTRAIT_SIZE: Size = (480, 480)
MARK_SIZE: Size = (800, 500)


def picture(motif: str, seed: str = "", size: Size = PICTURE_SIZE) -> Image.Image:
    """Return the picture of a motif; ``seed`` makes one of a kind. Raises KeyError with the known names."""
    if motif not in MOTIFS:
        raise KeyError(f"There is no motif {motif!r}; use one of {', '.join(sorted(MOTIFS))}.")
    random = Random(f"{motif}:{seed}")
    return grain(MOTIFS[motif](random, size), random)


def cover(motif: str, seed: str = "", size: Size = COVER_SIZE) -> Image.Image:
    """Return an upright report cover: the motif in a frame, a plain field, a rule of three colours."""
    random = Random(f"cover:{motif}:{seed}")
    ground = random.choice([INK, mix(SEA, INK, 0.4), mix(CLAY, INK, 0.25), mix(MOSS, INK, 0.45)])
    wide, high = size
    page = Image.new("RGB", size, ground)
    inside = (wide - 2 * (wide // 12), round(high * 0.62))
    page.paste(picture(motif, seed, inside), (wide // 12, wide // 12))
    draw = ImageDraw.Draw(page)
    top = wide // 12 + inside[1] + wide // 12
    for number, colour in enumerate((OCHRE, ROSE, MIST)):
        left = wide // 12 + number * (wide // 9)
        draw.rectangle([left, top, left + wide // 9 - 1, top + wide // 60], fill=colour)
    for line, share in enumerate((0.86, 0.72, 0.5)):
        y = top + wide // 14 + line * (wide // 22)
        draw.rectangle([wide // 12, y, wide // 12 + round(inside[0] * share), y + 3], fill=mix(ground, PAPER, 0.35))
    return page


def portrait(seed: str, size: Size = PORTRAIT_SIZE) -> Image.Image:
    """Return the drawn mark of a contributor: a head and shoulders in flat colours, nobody in particular."""
    random = Random(f"portrait:{seed}")
    side = size[0]
    ground, coat = random.choice([(SAND, SEA), (MIST, CLAY), (ROSE, INK), (SAGE, NIGHT), (mix(SAND, OCHRE, 0.5), TEAL)])
    skin = mix((232, 196, 164), (98, 62, 46), random.random())
    hair = random.choice([NIGHT, (58, 40, 34), (122, 84, 52), (196, 192, 184), (40, 36, 40)])
    canvas = Canvas(size, ground)
    canvas.disc(side * 0.5, side * 0.46, side * 0.4, mix(ground, PAPER, 0.4))
    style = random.randrange(4)
    x, y = side * 0.5, side * 0.42
    if style == 0:  # long hair behind the shoulders
        canvas.disc(x, y - side * 0.02, side * 0.205, hair)
        canvas.box(x - side * 0.205, y, x + side * 0.205, side * 0.72, hair)
    if style == 1:  # a knot
        canvas.disc(x, y - side * 0.235, side * 0.075, hair)
    canvas.box(x - side * 0.07, y + side * 0.1, x + side * 0.07, side * 0.74, mix(skin, INK, 0.16))
    shoulders = [
        (x + math.cos(t / 40 * math.pi) * side * 0.37, side * 1.02 - math.sin(t / 40 * math.pi) * side * 0.36)
        for t in range(41)
    ]
    canvas.polygon(shoulders, coat)
    canvas.polygon(
        [(x - side * 0.11, side * 0.672), (x + side * 0.11, side * 0.672), (x, side * 0.83)],
        mix(PAPER, MIST, 0.2),
    )
    canvas.polygon(
        [(x - side * 0.07, side * 0.655), (x + side * 0.07, side * 0.655), (x, side * 0.73)],
        mix(skin, INK, 0.16),
    )
    head = [
        (x + math.cos(t / 60 * 6.2832) * side * 0.152, y + math.sin(t / 60 * 6.2832) * side * 0.19) for t in range(60)
    ]
    canvas.polygon(head, skin)
    if style != 3:
        parting = random.uniform(-0.5, 0.5)
        crown = [
            (
                x + math.cos(math.pi + t / 40 * math.pi) * side * 0.17,
                y - side * 0.02 + math.sin(math.pi + t / 40 * math.pi) * side * 0.2,
            )
            for t in range(41)
        ]
        fringe = [
            (x + side * 0.17, y - side * 0.01),
            (x + side * 0.12, y - side * 0.09),
            (x + side * 0.1 * parting, y - side * 0.125),
            (x - side * 0.12, y - side * 0.08),
            (x - side * 0.17, y),
        ]
        canvas.polygon([*crown, *fringe], hair)
    else:  # a scarf
        scarf = random.choice([CLAY, TEAL, OCHRE])
        canvas.draw.pieslice(
            [(x - side * 0.2) * 2, (y - side * 0.24) * 2, (x + side * 0.2) * 2, (y + side * 0.22) * 2],
            160,
            380,
            fill=scarf,
        )
        canvas.polygon([(p[0], p[1] + side * 0.02) for p in head[0:60]], skin)
        canvas.draw.chord(
            [(x - side * 0.165) * 2, (y - side * 0.215) * 2, (x + side * 0.165) * 2, (y + side * 0.12) * 2],
            205,
            335,
            fill=scarf,
        )
    if random.random() < 0.35:
        rim = mix(NIGHT, hair, 0.3)
        for eye in (-0.065, 0.065):
            canvas.ring(x + side * eye, y + side * 0.005, side * 0.05, side * 0.044, rim, side * 0.009)
        canvas.line([(x - side * 0.016, y), (x + side * 0.016, y)], rim, side * 0.009)
    return canvas.done()


def region_mark(seed: str, size: Size = MARK_SIZE) -> Image.Image:
    """Return the mark of a region: an imagined land in dots, as on a printed map."""
    random = Random(f"region:{seed}")
    field = noise(random, size, cell=size[0] // 3, octaves=5)
    ground, dot, accent = random.choice(
        [
            (MIST, SEA, CLAY),
            (SAND, CLAY, SEA),
            (mix(SAGE, PAPER, 0.4), MOSS, CLAY),
            (mix(ROSE, PAPER, 0.5), INK, CLAY),
        ]
    )
    canvas = Canvas(size, mix(ground, PAPER, 0.45))
    step = size[0] / 46
    level = sorted(field.resize((40, 25)).getdata())[450]  # a little less than half of it is land
    land = above(field, level)
    places = []
    for row in range(int(size[1] / step) + 1):
        for column in range(int(size[0] / step) + 1):
            x, y = column * step + (step / 2 if row % 2 else 0), row * step
            if 0 <= x < size[0] and 0 <= y < size[1] and land.getpixel((int(x), int(y))) > 128:
                places.append((x, y))
    for x, y in places:
        canvas.disc(x, y, step * 0.3, dot)
    for x, y in random.sample(places, min(4, len(places))):
        canvas.disc(x, y, step * 0.62, mix(ground, PAPER, 0.45))
        canvas.disc(x, y, step * 0.45, accent)
    return canvas.done()
