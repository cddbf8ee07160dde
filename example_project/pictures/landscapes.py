"""Motifs of land, water and sky. Each is a function of a random generator and a size."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

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
    add,
    contour,
    gradient,
    mix,
    noise,
    slope,
    tint,
)


def map_coast(random: Random, size: Size) -> Image.Image:
    """A coast as on an old chart: land, depth lines that fade out to sea, a fine grid."""
    field = add(
        noise(random, size, cell=size[0] // 4, octaves=6),
        slope(size, angle=random.choice([20, 160, 200, 340]), low=-0.9, high=0.75),
    )
    picture = gradient(size, mix(MIST, TEAL, 0.25), mix(MIST, SEA, 0.45))
    for step in range(9):
        tint(picture, mix(TEAL, SEA, 0.4), contour(field, -0.07 - step * 0.075, 0.006), 0.75 - step * 0.075)
    tint(picture, mix(MIST, PAPER, 0.5), above(field, -0.035, gain=4000), 0.55)
    tint(picture, SAND, above(field, 0))
    for step, colour in enumerate((mix(SAND, OCHRE, 0.3), mix(SAND, OCHRE, 0.6), mix(OCHRE, CLAY, 0.25))):
        tint(picture, colour, above(field, 0.28 + step * 0.3), 0.8)
    for step in range(6):
        tint(picture, mix(OCHRE, CLAY, 0.6), contour(field, 0.15 + step * 0.15, 0.0035), 0.35)
    tint(picture, INK, contour(field, 0, 0.009), 0.9)
    canvas = Canvas(size, picture)
    every = size[0] / 7
    for step in range(1, 7):
        canvas.line([(step * every, 0), (step * every, size[1])], mix(MIST, SEA, 0.35), 0.7)
        canvas.line([(0, step * every), (size[0], step * every)], mix(MIST, SEA, 0.35), 0.7)
    lined = canvas.done()
    return Image.composite(picture, Image.blend(picture, lined, 0.55), above(field, 0))


def contours(random: Random, size: Size) -> Image.Image:
    """Contour lines over tinted heights."""
    field = noise(random, size, cell=size[0] // 4, octaves=4, roughness=0.42)
    picture = Image.new("RGB", size, mix(PAPER, SAGE, 0.55))
    steps = (
        mix(SAGE, SAND, 0.4),
        mix(SAGE, SAND, 0.75),
        SAND,
        mix(SAND, OCHRE, 0.45),
        mix(OCHRE, ROSE, 0.45),
    )
    for number, colour in enumerate((*steps, mix(ROSE, CLAY, 0.5))):
        tint(picture, colour, above(field, -0.55 + number * 0.26))
    for number in range(26):
        bold = number % 5 == 0
        tint(picture, mix(CLAY, INK, 0.55), contour(field, -1 + number * 0.082, 0.007 if bold else 0.0035), 0.6)
    return picture


def river_delta(random: Random, size: Size) -> Image.Image:
    """A river that splits on its way to the sea."""
    wide, high = size
    ground = gradient(size, mix(SAND, OCHRE, 0.35), mix(SAGE, SAND, 0.4))
    field = noise(random, size, cell=wide // 7, octaves=5, roughness=0.6)
    for level, colour in ((0.15, mix(SAGE, SAND, 0.5)), (0.5, SAGE), (0.85, mix(SAGE, MOSS, 0.6))):
        tint(ground, colour, above(field, level, gain=500), 0.75)
    sea = add(field.point(lambda value: value * 0.12 + 0), slope(size, angle=90, low=-1.9, high=0.3))
    for level, share in ((-0.06, 0.25), (0.02, 0.6), (0.12, 1.0)):
        tint(ground, mix(MIST, SEA, share * 0.75), above(sea, level, gain=4000), 0.9)
    canvas = Canvas(size, ground)
    water = mix(SEA, MIST, 0.22)

    def flow(x: float, y: float, angle: float, width: float, depth: int) -> None:
        course = [(x, y)]
        for _ in range(random.randint(7, 11)):
            angle += random.uniform(-0.3, 0.3) - (angle - math.pi / 2) * 0.06
            x, y = x + math.cos(angle) * high * 0.027, y + math.sin(angle) * high * 0.027
            course.append((x, y))
        canvas.line(course, mix(SAND, PAPER, 0.4), width + 5)
        channels.append((course, width))
        if y < high * 1.02:
            if depth < 5:
                spread = random.uniform(0.32, 0.6)
                flow(x, y, angle - spread, width * random.uniform(0.55, 0.75), depth + 1)
                flow(x, y, angle + spread, width * random.uniform(0.55, 0.75), depth + 1)
            else:
                flow(x, y, angle, width * 0.9, depth)

    channels: list[tuple[list[tuple[float, float]], float]] = []
    flow(wide * random.uniform(0.4, 0.6), -high * 0.02, math.pi / 2, high * 0.034, 0)
    for course, width in channels:
        canvas.line(course, water, max(1.2, width))
        for point in course:
            canvas.disc(*point, max(0.6, width / 2), water)
    return canvas.done()


def skyline(
    random: Random, wide: int, base: float, swing: float, *, rough: int, step: int = 4
) -> list[tuple[float, float]]:
    """A skyline: sines of rising frequency and falling height."""
    waves = [(random.uniform(0.6, 1.4) * (1.9**n), random.uniform(0, 6.3), swing * 0.56**n) for n in range(rough)]
    return [
        (
            float(x),
            base + sum(math.sin(x / wide * 6.28 * rate + phase) * height for rate, phase, height in waves),
        )
        for x in range(-step, wide + step * 2, step)
    ]


def dunes(random: Random, size: Size) -> Image.Image:
    """Ridges of sand, each with a lit and a shaded side, under a pale sky."""
    wide, high = size
    canvas = Canvas(size, gradient(size, mix(MIST, PAPER, 0.35), mix(PAPER, SAND, 0.45)))
    canvas.disc(wide * random.uniform(0.2, 0.8), high * 0.2, high * 0.055, mix(PAPER, (255, 255, 255), 0.6))
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        base = high * (0.34 + 0.5 * share**1.25)
        ridge = skyline(random, wide, base, high * (0.03 + 0.05 * share), rough=3)
        lit = mix(mix(SAND, PAPER, 0.45), mix(OCHRE, CLAY, 0.3), share)
        canvas.polygon([*ridge, (wide + 9, high), (-9, high)], lit)
        shade = mix(lit, mix(CLAY, INK, 0.3), 0.3 + 0.12 * share)
        lean = random.uniform(0.5, 1.6) * wide
        for start, end in zip(ridge[:-1], ridge[1:], strict=True):
            if end[1] > start[1]:  # the side that falls away from the light
                depth = high * (0.05 + 0.13 * share) * (0.5 + 0.5 * math.sin(start[0] / lean * 6.28))
                canvas.polygon(
                    [
                        start,
                        end,
                        (end[0] + depth * 0.9, end[1] + depth),
                        (start[0] + depth * 0.9, start[1] + depth),
                    ],
                    shade,
                )
        for ripple in range(1, 5 + layer * 2):
            line = [(x, y + ripple * high * 0.012 * (1 + share)) for x, y in ridge]
            canvas.line(line, mix(lit, CLAY, 0.16), 0.7)
    return canvas.done()


def mountains(random: Random, size: Size) -> Image.Image:
    """Ranges behind ranges, paler with distance, and a low sun."""
    wide, high = size
    canvas = Canvas(size, gradient(size, mix(SEA, MIST, 0.55), mix(PAPER, ROSE, 0.35)))
    canvas.disc(wide * random.uniform(0.55, 0.8), high * 0.36, high * 0.085, mix(PAPER, OCHRE, 0.12))
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        far = mix(mix(MIST, ROSE, 0.4), TEAL, min(1, share * 1.6))
        colour = mix(far, NIGHT, max(0.0, share * 1.15 - 0.3))
        ridge = skyline(random, wide, high * (0.42 + 0.5 * share), high * (0.075 - 0.02 * share), rough=7, step=3)
        canvas.polygon([*ridge, (wide + 9, high), (-9, high)], colour)
        mist = mix(colour, PAPER, 0.1)
        for band in range(12):
            y = max(p[1] for p in ridge) + band * high * 0.006
            canvas.line([(0, y), (wide, y)], mix(colour, mist, band / 11), high * 0.007)
    return canvas.done()


def orbits(random: Random, size: Size) -> Image.Image:
    """Rings about a centre out of frame, with bodies on them, on a night ground."""
    wide, high = size
    canvas = Canvas(size, gradient(size, NIGHT, mix(INK, SEA, 0.45)))
    for _ in range(150):
        tone = mix(INK, PAPER, random.uniform(0.15, 0.6))
        canvas.disc(random.uniform(0, wide), random.uniform(0, high), random.uniform(0.6, 1.6), tone)
    x, y = wide * random.uniform(0.3, 0.42), high * random.uniform(0.52, 0.62)
    canvas.disc(x, y, high * 0.12, OCHRE)
    canvas.disc(x + high * 0.02, y - high * 0.015, high * 0.095, mix(OCHRE, SAND, 0.4))
    bodies = [CLAY, MIST, ROSE, SAGE, SAND, TEAL]
    for ring in range(13):
        across = high * (0.22 + ring * 0.092)
        tone = mix(SEA, MIST, 0.5 - ring * 0.03)
        canvas.ring(x, y, across, across * 0.62, tone, 1.8 if ring % 3 == 0 else 0.9)
        for _ in range(1 if ring % 2 else 2):
            turn = random.uniform(0, 6.28)
            at_x, at_y = x + math.cos(turn) * across, y + math.sin(turn) * across * 0.62
            radius = random.choice([7, 9, 12, 18, 26]) * high / 1000
            canvas.disc(at_x, at_y, radius + 4, mix(NIGHT, INK, 0.5))
            canvas.disc(at_x, at_y, radius, random.choice(bodies))
    return canvas.done()
