"""Art about birds: their flocks, their bowers, and one of them."""

from math import cos, sin, tau

import numpy as np
from PIL import Image

from .canvas import Noise, Sheet, rounded
from .colour import (
    BLUSH,
    DEEP,
    INK,
    MIST,
    NIGHT,
    OAK,
    PAPER,
    SAGE,
    SAND,
    SATIN,
    SKY,
    STRAW,
    Colour,
    mix,
    ramp,
)
from .growth import leaf

WIDTH, HEIGHT = 1800, 1000


def murmuration(sheet: Sheet, seed: int = 23, margin: float = 9, birds: int = 12000) -> None:
    """Twelve thousand birds, all carried by the same turning air, in a paper-coloured dusk."""
    rng, noise = np.random.default_rng(seed), Noise(seed)
    for band in range(60):
        top = margin + (sheet.height - 2 * margin) * band / 60
        sky = ramp([MIST, mix(MIST, PAPER, 0.6), BLUSH, mix(STRAW, BLUSH, 0.5)], band / 59)
        sheet.box(margin, top, 100 - margin, top + sheet.height / 50, sky)
    t = rng.normal(0, 1, birds)
    x = 50 + 12.5 * t + rng.normal(0, 3.5, birds)
    y = sheet.height * 0.43 + 12 * np.sin(t * 1.4) + rng.normal(0, 7, birds)
    for _ in range(30):
        turn = noise.layered(x / 30, y / 30, 2) * 6
        x, y = x + 0.3 * np.cos(turn), y + 0.3 * np.sin(turn)
    for px, py, heading in zip(x, y, turn + rng.normal(0, 0.4, birds), strict=True):
        _speck(sheet, px, py, heading, rng.uniform(0.22, 0.5), mix(NIGHT, DEEP, rng.random()))
    sheet.box(margin, sheet.height * 0.865, 100 - margin, sheet.height - margin, NIGHT)
    sheet.blank_margin(margin)


def _speck(sheet: Sheet, x: float, y: float, heading: float, size: float, ink: Colour) -> None:
    left = (x + size * cos(heading + 2.4), y + size * sin(heading + 2.4))
    right = (x + size * cos(heading - 2.4), y + size * sin(heading - 2.4))
    sheet.line([left, (x, y), right], ink, 0.14)


def avenue(
    sheet: Sheet,
    seed: int = 40,
    ground: Colour | None = SAND,
    treasure: int = 150,
    centre: float = 50,
    floor: float | None = None,
    size: float = 1.0,
) -> None:
    """A satin bowerbird's bower: two walls of sticks, and before them all it found of blue."""
    rng = np.random.default_rng(seed)
    floor = floor or sheet.height * 0.68
    if ground:
        sheet.ground(ground)
    _mat(sheet, rng, centre, floor, size)
    for row in range(5):
        for side in (-1, 1):
            for _ in range(64):
                _stick(sheet, rng, centre, floor - (4 - row) * 1.3 * size, side, row / 4, size)
    _treasure(sheet, rng, centre, floor + 15 * size, treasure, size)


def _mat(sheet: Sheet, rng: np.random.Generator, centre: float, floor: float, size: float) -> None:
    """The trodden straw that the walls are planted in."""
    for x, y in rng.normal(0, 1, (420, 2)) * (14 * size, 1.9 * size) + (centre, floor):
        angle, reach = rng.normal(0, 0.16), rng.uniform(1.5, 5) * size
        dx, dy = cos(angle) * reach, sin(angle) * reach
        tone = ramp([mix(OAK, INK, 0.45), OAK, mix(OAK, SAND, 0.5), STRAW], rng.beta(2, 2))
        sheet.line([(x - dx, y - dy), (x + dx, y + dy)], tone, rng.uniform(0.25, 0.5) * size)


def _stick(
    sheet: Sheet,
    rng: np.random.Generator,
    centre: float,
    floor: float,
    side: int,
    near: float,
    size: float,
) -> None:
    """One stick, planted in the mat and bent over the avenue; far ones are paler."""
    foot = 9.5 + 2.5 * near + min(10.0, rng.gamma(2.0, 2.6))
    height, lean = rng.uniform(26, 52), rng.normal(8.5, 3.4)
    t = np.linspace(0, 1, 21)
    x = centre + side * size * (foot + rng.uniform(2, 7) * t * (1 - t) - lean * t**1.9)
    y = floor + rng.uniform(-0.8, 0.8) * size - size * height * t
    wood = ramp([NIGHT, mix(OAK, INK, 0.55), mix(OAK, INK, 0.3), OAK], rng.beta(1.6, 1.6))
    tone = mix(wood, SAND, 0.45 * (1 - near))
    thick = rng.uniform(0.4, 0.75)
    for start in range(0, 20, 4):
        sheet.line(np.stack([x, y], 1)[start : start + 5], tone, size * thick * (1 - start / 30))


def _treasure(
    sheet: Sheet, rng: np.random.Generator, centre: float, level: float, count: int, size: float
) -> None:
    """Blue things, and a few yellow ones, laid out on the display ground without overlapping."""
    laid: list[tuple[float, float, float]] = []
    for _ in range(count * 30):
        spread = rng.normal(0, 1, 2)
        radius = rng.uniform(0.7, 2.1) * size
        x, y = centre + spread[0] * 15 * size, level + spread[1] * 5.5 * size
        if (
            abs(spread[0]) < 2.3
            and len(laid) < count
            and all((x - a) ** 2 + (y - b) ** 2 > (radius + c + 0.4) ** 2 for a, b, c in laid)
        ):
            laid.append((x, y, radius))
    blues = [SATIN, SATIN, DEEP, SKY, MIST, SATIN]
    for x, y, radius in sorted(laid, key=lambda one: one[1]):
        colour = STRAW if rng.random() < 0.08 else blues[rng.integers(len(blues))]
        style = rng.integers(0, 4)
        if style == 0:
            sheet.polygon(leaf(x, y, rng.uniform(0, tau), radius * 1.6, radius * 0.42), colour)
        else:
            sheet.dot(x, y, radius, colour)
        if style == 2:
            sheet.dot(x, y, radius * 0.62, SAND)
            sheet.dot(x, y, radius * 0.4, colour)
        elif style == 3:
            sheet.dot(x - radius * 0.3, y - radius * 0.3, radius * 0.2, PAPER)


def bower() -> Image.Image:
    """A bower on the floor of the forest, drawn as it is in the children's book."""
    sheet = Sheet(WIDTH, HEIGHT / WIDTH, SAND, oversample=3)
    rng = np.random.default_rng(17)
    _forest(sheet, rng)
    avenue(sheet, seed=41, ground=None, treasure=190, centre=62, floor=39, size=0.58)
    _bird(sheet, (33.5, 40.0), 1.0)
    return sheet.reduced()


def _forest(sheet: Sheet, rng: np.random.Generator) -> None:
    """Pale trunks, paler with distance, and the litter below them."""
    sheet.ground(mix(MIST, PAPER, 0.35))
    for depth in range(4):
        tone = mix(mix(SAGE, MIST, 0.55), mix(PAPER, MIST, 0.5), 0.85 - depth * 0.24)
        for x in rng.uniform(-2, 102, 9 - depth):
            width = rng.uniform(1.2, 2.6) * (0.6 + depth * 0.35)
            lean = rng.uniform(-2.5, 2.5)
            edge = [(x, 50), (x + lean, -2), (x + lean + width * 0.7, -2), (x + width, 50)]
            sheet.polygon(edge, tone)
    x = np.linspace(-2, 102, 200)
    sheet.polygon(
        [
            *zip(x, 36.5 + 0.9 * np.sin(x / 9) + 0.3 * np.sin(x / 2.3), strict=True),
            (102, 60),
            (-2, 60),
        ],
        SAND,
    )
    for _ in range(700):
        px, py = rng.uniform(0, 100), 37.5 + 18.5 * rng.random()
        angle, reach = rng.normal(0, 0.5), rng.uniform(0.3, 1.3)
        ends = [
            (px - cos(angle) * reach, py - sin(angle) * reach),
            (px + cos(angle) * reach, py + sin(angle) * reach),
        ]
        sheet.line(ends, mix(SAND, OAK, rng.uniform(0.2, 0.75)), rng.uniform(0.08, 0.2))


def _bird(sheet: Sheet, foot: tuple[float, float], size: float) -> None:
    """The collector himself: blue-black, with a violet eye and something yellow for the bower."""

    def at(points: list[tuple[float, float]]) -> np.ndarray:
        return rounded(points, 4) * size + foot

    for x in (-0.3, 1.0):
        sheet.line(
            [(foot[0] + x, foot[1] - 2), (foot[0] + x + 0.25, foot[1] + 1.1)],
            mix(OAK, PAPER, 0.2),
            0.28,
        )
        for toe in (-0.7, 0.1, 0.9):
            sheet.line(
                [(foot[0] + x + 0.25, foot[1] + 1.1), (foot[0] + x + 0.25 + toe, foot[1] + 1.4)],
                OAK,
                0.2,
            )
    body = [
        (-9.4, -1.4),
        (-8.6, -2.9),
        (-4.6, -5.0),
        (-1.2, -7.4),
        (1.2, -9.2),
        (2.2, -11.9),
        (4.2, -12.6),
        (6.0, -11.6),
        (6.4, -9.9),
        (5.6, -7.8),
        (5.0, -4.6),
        (2.4, -1.5),
        (-0.8, -0.9),
        (-4.2, -1.6),
        (-7.6, -0.7),
    ]
    sheet.polygon(at(body), NIGHT)
    wing = [
        (2.6, -7.0),
        (3.0, -4.2),
        (-0.4, -2.5),
        (-4.6, -2.5),
        (-7.2, -2.2),
        (-3.4, -4.4),
        (-0.4, -7.0),
    ]
    sheet.polygon(at(wing), DEEP)
    for index in range(5):
        start = (1.6 - index * 0.75, -5.8 + index * 0.45)
        sheet.line(
            at(
                [
                    start,
                    (start[0] - 2.2, -3.9 + index * 0.16),
                    (start[0] - 4.6, -2.9 + index * 0.08),
                ]
            ),
            SATIN,
            0.2,
        )
    sheet.polygon(
        at([(5.9, -11.2), (8.4, -10.7), (8.6, -10.35), (6.2, -9.9)]), mix(MIST, SAGE, 0.4)
    )
    eye = (foot[0] + 4.75 * size, foot[1] - 11.0 * size)
    sheet.dot(*eye, 0.78 * size, mix(SATIN, (150, 90, 220), 0.45))
    sheet.dot(*eye, 0.42 * size, INK)
    sheet.dot(eye[0] - 0.16, eye[1] - 0.2, 0.14 * size, PAPER)
    for petal in range(5):
        angle = tau * petal / 5
        sheet.dot(
            foot[0] + 9.1 + 0.55 * cos(angle), foot[1] - 10.4 + 0.55 * sin(angle), 0.48, STRAW
        )
    sheet.dot(foot[0] + 9.1, foot[1] - 10.4, 0.3, OAK)
