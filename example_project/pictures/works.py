"""Motifs of what people make: a city, fields, a harbour, cloth."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from .drawing import (
    CLAY,
    INK,
    MIST,
    MOSS,
    OCHRE,
    PAPER,
    ROSE,
    SAGE,
    SAND,
    SEA,
    TEAL,
    Canvas,
    Colour,
    Size,
    gradient,
    mix,
)
from .landscapes import skyline


def _split(random: Random, box: tuple[float, float, float, float], least: float) -> list[tuple[float, ...]]:
    """Cut a rectangle into smaller ones, by chance, none much smaller than ``least``."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    if max(wide, high) < least * 2 or (max(wide, high) < least * 3.2 and random.random() < 0.25):
        return [box]
    cut = random.uniform(0.36, 0.64)
    if wide > high:
        middle = left + wide * cut
        return _split(random, (left, top, middle, bottom), least) + _split(random, (middle, top, right, bottom), least)
    middle = top + high * cut
    return _split(random, (left, top, right, middle), least) + _split(random, (left, middle, right, bottom), least)


def grid_city(random: Random, size: Size) -> Image.Image:
    """A city from above: blocks, courtyards, parks, one avenue and a river."""
    fills = [
        mix(SAND, PAPER, 0.5),
        SAND,
        mix(SAND, ROSE, 0.5),
        mix(ROSE, CLAY, 0.35),
        mix(SAND, OCHRE, 0.5),
        PAPER,
    ]

    canvas = Canvas(size, mix(INK, SEA, 0.35), angle=random.uniform(12, 26))
    side = canvas.side
    for left, top, right, bottom in _split(random, (0, 0, side, side), side * 0.05):
        gap = 3.5
        park = random.random() < 0.09
        colour = mix(SAGE, MOSS, random.random() * 0.5) if park else random.choice(fills)
        canvas.box(left + gap, top + gap, right - gap, bottom - gap, colour)
        if park:
            for _ in range(9):
                x, y = random.uniform(left + 12, right - 12), random.uniform(top + 12, bottom - 12)
                canvas.disc(x, y, random.uniform(3, 6), MOSS)
            continue
        for house in _split(random, (left + gap, top + gap, right - gap, bottom - gap), side * 0.013):
            canvas.box(
                house[0],
                house[1],
                house[2] - 1.2,
                house[3] - 1.2,
                mix(colour, CLAY, random.random() * 0.22),
            )
        inner_x, inner_y = (right - left) * 0.32, (bottom - top) * 0.32
        canvas.box(left + inner_x, top + inner_y, right - inner_x, bottom - inner_y, mix(colour, INK, 0.2))
    avenue = side * random.uniform(0.42, 0.58)
    canvas.box(avenue, 0, avenue + 16, side, mix(PAPER, MIST, 0.4))
    river = [(x, side * 0.62 + math.sin(x / side * 7 + 1) * side * 0.07) for x in range(-20, round(side) + 40, 20)]
    canvas.line(river, mix(PAPER, SAGE, 0.4), side * 0.062)
    canvas.line(river, mix(TEAL, SEA, 0.35), side * 0.05)
    for bridge in range(7):
        x = side * (0.08 + bridge * 0.14)
        y = side * 0.62 + math.sin(x / side * 7 + 1) * side * 0.07
        canvas.box(x, y - side * 0.034, x + 7, y + side * 0.034, PAPER)
    return canvas.done()


def fields(random: Random, size: Size) -> Image.Image:
    """Farmland from above: furrows in every direction, hedges, a lane."""
    fills = [
        SAGE,
        mix(SAGE, SAND, 0.5),
        MOSS,
        OCHRE,
        mix(OCHRE, SAND, 0.5),
        SAND,
        mix(CLAY, SAND, 0.45),
        mix(MOSS, SAGE, 0.5),
    ]

    canvas = Canvas(size, MOSS, angle=random.uniform(-28, -12))
    side = canvas.side
    for left, top, right, bottom in _split(random, (0, 0, side, side), side * 0.1):
        colour = random.choice(fills)
        canvas.box(left, top, right, bottom, colour)
        furrow = mix(colour, INK, 0.13) if random.random() < 0.6 else mix(colour, PAPER, 0.3)
        gap = random.choice([6, 8, 11, 15])
        if random.random() < 0.5:
            for x in range(int(left) + gap, int(right), gap):
                canvas.line([(x, top), (x, bottom)], furrow, gap * 0.28)
        else:
            for y in range(int(top) + gap, int(bottom), gap):
                canvas.line([(left, y), (right, y)], furrow, gap * 0.28)
        canvas.line([(left, top), (right, top), (right, bottom)], mix(MOSS, INK, 0.35), 3)
        if random.random() < 0.3:
            for tree in range(int((right - left) / 14)):
                canvas.disc(
                    left + 7 + tree * 14,
                    top,
                    random.uniform(3, 6),
                    mix(MOSS, INK, random.uniform(0.15, 0.4)),
                )
    lane = [(x, side * 0.47 + math.sin(x / side * 5) * side * 0.06) for x in range(-20, round(side) + 40, 20)]
    canvas.line(lane, mix(MOSS, INK, 0.2), side * 0.017)
    canvas.line(lane, PAPER, side * 0.009)
    return canvas.done()


def harbour(random: Random, size: Size) -> Image.Image:
    """Stacks of containers on a quay, cranes behind, and their colours in the water."""
    wide, high = size
    quay = high * 0.66
    canvas = Canvas(size, gradient(size, mix(MIST, PAPER, 0.2), mix(PAPER, ROSE, 0.22)))
    hills = skyline(random, wide, quay - high * 0.13, high * 0.028, rough=4)
    canvas.polygon([*hills, (wide + 9, quay), (-9, quay)], mix(MIST, TEAL, 0.45))
    for crane in range(4):
        x = wide * (0.13 + crane * 0.235 + random.uniform(-0.025, 0.025))
        tone, top = mix(SEA, INK, 0.5), quay - high * random.uniform(0.43, 0.5)
        for leg in (0, wide * 0.035):
            canvas.line([(x + leg, quay), (x + leg, top + high * 0.06)], tone, 5)
        beam = top + high * 0.11
        canvas.line([(x - wide * 0.1, beam), (x + wide * 0.085, beam)], tone, 6)
        canvas.line([(x + wide * 0.0175, top), (x - wide * 0.095, beam)], tone, 1.8)
        canvas.line([(x + wide * 0.0175, top), (x + wide * 0.08, beam)], tone, 1.8)
        canvas.line([(x, top + high * 0.06), (x + wide * 0.0175, top), (x + wide * 0.035, top + high * 0.06)], tone, 4)
        canvas.line([(x, quay - high * 0.1), (x + wide * 0.035, beam)], tone, 2.2)
        hook = x - wide * random.uniform(0.03, 0.08)
        canvas.line([(hook, beam), (hook, beam + high * 0.08)], tone, 1.4)
        canvas.box(hook - 20, beam + high * 0.08, hook + 20, beam + high * 0.108, random.choice([CLAY, OCHRE, TEAL]))
    colours = [
        CLAY,
        mix(CLAY, ROSE, 0.6),
        OCHRE,
        TEAL,
        SEA,
        INK,
        SAGE,
        mix(SAND, OCHRE, 0.4),
        mix(MIST, TEAL, 0.4),
    ]
    box_wide, box_high = wide / 22, high * 0.042
    x = 0.0
    reflections: list[tuple[float, float, Colour]] = []
    while x < wide:
        stack = random.choice([0, 1, 2, 2, 3, 3, 4, 4, 5])
        for level in range(stack):
            colour = random.choice(colours)
            top = quay - (level + 1) * box_high
            canvas.box(x, top, x + box_wide - 2, top + box_high - 2, colour)
            for rib in range(1, 8):
                at = x + rib * box_wide / 8
                canvas.line([(at, top + 3), (at, top + box_high - 5)], mix(colour, INK, 0.22), 1)
            reflections.append((x, quay + (level + 1) * box_high * 0.9, colour))
        x += box_wide
    canvas.box(0, quay, wide, quay + high * 0.03, mix(INK, SEA, 0.25))
    canvas.box(0, quay + high * 0.03, wide, high, mix(SEA, INK, 0.3))
    for left, y, colour in reflections:
        canvas.box(left, y + high * 0.03, left + box_wide - 2, y + high * 0.06, mix(mix(SEA, INK, 0.3), colour, 0.42))
    for _ in range(260):
        y = quay + high * 0.04 + (high * 0.3) * random.random() ** 0.8
        left, length = random.uniform(-60, wide), random.uniform(20, 150) * (0.4 + (y - quay) / high * 3)
        canvas.line(
            [(left, y), (left + length, y)],
            random.choice([SEA, mix(SEA, INK, 0.5), mix(SEA, MIST, 0.35)]),
            1.7,
        )
    return canvas.done()


def weave(random: Random, size: Size) -> Image.Image:
    """Bands of cloth, over and under."""
    wide, high = size
    across, down = 20, 13
    unit_x, unit_y = wide / across, high / down
    canvas = Canvas(size, mix(INK, SEA, 0.2))
    warp = [random.choice([CLAY, OCHRE, SAND, PAPER, ROSE, SAND]) for _ in range(across)]
    weft = [random.choice([SEA, TEAL, INK, MIST, SAGE, TEAL]) for _ in range(down)]
    for column in range(across):
        for row in range(down):
            left, top = column * unit_x, row * unit_y
            upright = (column + row * random.choice([1, 1, 1, 1, 3])) % 2 == 0
            colour = warp[column] if upright else weft[row]
            gap = unit_x * 0.07
            if upright:
                canvas.box(left + gap, top - gap, left + unit_x - gap, top + unit_y + gap, colour)
            else:
                canvas.box(left - gap, top + gap, left + unit_x + gap, top + unit_y - gap, colour)
            for thread in range(1, 9):
                tone = mix(colour, INK if thread % 2 else PAPER, 0.13)
                if upright:
                    at = left + gap + (unit_x - 2 * gap) * thread / 9
                    canvas.line([(at, top - gap), (at, top + unit_y + gap)], tone, 1.4)
                else:
                    at = top + gap + (unit_y - 2 * gap) * thread / 9
                    canvas.line([(left - gap, at), (left + unit_x + gap, at)], tone, 1.4)
            for edge in range(6):  # a thread goes dark where it dives under its neighbour
                tone = mix(colour, INK, 0.42 - edge * 0.07)
                reach = edge * 1.6
                if upright:
                    canvas.line([(left + gap, top - gap + reach), (left + unit_x - gap, top - gap + reach)], tone, 1.6)
                    canvas.line(
                        [
                            (left + gap, top + unit_y + gap - reach),
                            (left + unit_x - gap, top + unit_y + gap - reach),
                        ],
                        tone,
                        1.6,
                    )
                else:
                    canvas.line([(left - gap + reach, top + gap), (left - gap + reach, top + unit_y - gap)], tone, 1.6)
                    canvas.line(
                        [
                            (left + unit_x + gap - reach, top + gap),
                            (left + unit_x + gap - reach, top + unit_y - gap),
                        ],
                        tone,
                        1.6,
                    )
    return canvas.done()
