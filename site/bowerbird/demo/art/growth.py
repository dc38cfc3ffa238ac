"""Art that grows: seeds, stones, ferns, flocks and bowers."""

from collections.abc import Sequence
from math import cos, pi, sin, sqrt, tau

import numpy as np

from .canvas import Noise, Sheet, rounded
from .colour import (
    BLUSH,
    CLAY,
    DEEP,
    MIST,
    MOSS,
    NIGHT,
    PAPER,
    SATIN,
    SKY,
    STRAW,
    Colour,
    ramp,
)

GOLDEN_ANGLE = pi * (3 - sqrt(5))


def sunflower(
    sheet: Sheet,
    count: int = 860,
    ground: Colour | None = NIGHT,
    colours: Sequence[Colour] = (CLAY, STRAW, MIST, SKY, SATIN, SATIN),
) -> None:
    """Each seed turned by the golden angle from the last: the packing that sunflowers found."""
    if ground:
        sheet.ground(ground)
    for index in range(1, count):
        share = index / count
        radius, angle = 41 * sqrt(share), index * GOLDEN_ANGLE
        x, y = 50 + radius * cos(angle), sheet.height / 2 + radius * sin(angle)
        size = 0.86 + 0.24 * share
        petal = leaf(x, y, angle, size * 1.25, size * 0.66)
        sheet.polygon(petal, ramp(list(colours), share))


def leaf(x: float, y: float, angle: float, length: float, breadth: float) -> np.ndarray:
    """A pointed oval, blunt at the root."""
    t = np.linspace(0, tau, 28)
    along, across = length * np.cos(t), breadth * np.sin(t) * (1 - 0.45 * np.cos(t))
    return np.stack(
        [
            x + along * cos(angle) - across * sin(angle),
            y + along * sin(angle) + across * cos(angle),
        ],
        1,
    )


def planets(
    sheet: Sheet,
    seed: int = 12,
    margin: float = 9,
    ground: Colour | None = None,
    colours: Sequence[Colour] = (SATIN, DEEP, SKY, STRAW, CLAY, MIST, BLUSH),
    largest: float = 14,
) -> None:
    """Circles dropped one after another, each as large as the room that is left."""
    if ground:
        sheet.ground(ground)
    rng = np.random.default_rng(seed)
    weights = np.array([5, 3, 4, 1.6, 1.2, 3, 1.4][: len(colours)])
    for x, y, radius in _packed(rng, sheet.height, margin, largest):
        colour = colours[rng.choice(len(colours), p=weights / weights.sum())]
        _planet(sheet, rng, x, y, radius - 0.32, colour, ground or PAPER)


def _packed(
    rng: np.random.Generator, height: float, margin: float, largest: float
) -> list[tuple[float, float, float]]:
    """Circles that fill the sheet inside its margin without overlapping."""
    circles = np.zeros((0, 3))
    for _ in range(9000):
        x, y = rng.uniform(margin, 100 - margin), rng.uniform(margin, height - margin)
        room = min(x - margin, y - margin, 100 - margin - x, height - margin - y, largest)
        if len(circles):
            room = min(
                room, float((np.hypot(circles[:, 0] - x, circles[:, 1] - y) - circles[:, 2]).min())
            )
        if room > 0.75:
            circles = np.vstack([circles, (x, y, room)])
            largest = max(3.0, largest * 0.985)
    return [(float(x), float(y), float(r)) for x, y, r in circles]


def _planet(
    sheet: Sheet,
    rng: np.random.Generator,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    ground: Colour,
) -> None:
    sheet.dot(x, y, radius, colour)
    style = rng.random()
    if radius > 1.6 and style < 0.35:
        for share in (0.8, 0.6, 0.4, 0.2):
            sheet.dot(x, y, radius * share, ground if round(share * 5) % 2 == 0 else colour)
    elif radius > 1.6 and style < 0.6:
        sheet.dot(x, y, radius * 0.86, ground)
        for offset in np.arange(-0.75, 0.8, 0.25):
            half = radius * 0.8 * sqrt(max(0.0, 1 - offset**2 / 0.74))
            sheet.line(
                [(x - half, y + offset * radius), (x + half, y + offset * radius)],
                colour,
                radius * 0.09,
            )


def stones(
    sheet: Sheet,
    seed: int = 31,
    count: int = 240,
    margin: float = 0,
    gap: float = 0.55,
    colours: Sequence[Colour] = (MIST, SKY, SATIN, DEEP),
    accent: Colour = STRAW,
    ground: Colour | None = None,
) -> None:
    """Voronoi's cells, evened out as pebbles are, each a little smaller than its place."""
    rng, noise = np.random.default_rng(seed), Noise(seed)
    if ground:
        sheet.ground(ground)
    spread = (100 - 2 * margin, sheet.height - 2 * margin)
    sites = rng.uniform(0, 1, (count, 2)) * spread + margin
    for _ in range(4):
        cells = [_cell(sites, index, sheet.height, margin, 0) for index in range(count)]
        sites = np.array([cell.mean(axis=0) for cell in cells])
    for index, (x, y) in enumerate(sites):
        tone = 0.5 + 0.8 * float(noise(x / 36, y / 36)) + rng.uniform(-0.18, 0.18)
        colour = accent if rng.random() < 0.05 else ramp(list(colours), tone)
        sheet.polygon(rounded(_cell(sites, index, sheet.height, margin, gap)), colour)


def _cell(sites: np.ndarray, index: int, height: float, margin: float, gap: float) -> np.ndarray:
    """The part of the sheet nearer to this site than to any other, drawn in by a gap."""
    site = sites[index]
    shape = np.array(
        [
            (margin, margin),
            (100 - margin, margin),
            (100 - margin, height - margin),
            (margin, height - margin),
        ],
        dtype=float,
    )
    for other in sites[np.argsort(((sites - site) ** 2).sum(axis=1))[1:22]]:
        normal = (other - site) / np.linalg.norm(other - site)
        shape = _clipped(shape, normal, float(normal @ (site + other) / 2) - gap)
    return shape


def _clipped(shape: np.ndarray, normal: np.ndarray, limit: float) -> np.ndarray:
    """The part of a polygon on the near side of a line."""
    kept: list[np.ndarray] = []
    for start, end in zip(shape, np.roll(shape, -1, axis=0), strict=True):
        a, b = float(normal @ start) - limit, float(normal @ end) - limit
        if a <= 0:
            kept.append(start)
        if (a < 0 < b) or (b < 0 < a):
            kept.append(start + (end - start) * (a / (a - b)))
    return np.array(kept) if len(kept) > 2 else shape


def moonrise(sheet: Sheet, seed: int = 19, ink: Colour = DEEP, margin: float = 9) -> None:
    """A moon, a sky and a sea made of some twenty thousand dots and not one line."""
    rng, noise = np.random.default_rng(seed), Noise(seed)
    horizon, pitch = sheet.height * 0.69, 0.62
    columns, rows = (
        int((100 - 2 * margin) / pitch),
        int((sheet.height - 2 * margin) / pitch / 0.866),
    )
    row, column = np.divmod(np.arange(rows * columns), columns)
    shake = rng.normal(0, 0.11, (2, rows * columns))
    x = margin + (column + 0.5 * (row % 2) + 0.25) * pitch + shake[0]
    y = margin + (row + 0.5) * pitch * 0.866 + shake[1]
    dark = np.where(
        y > horizon, _sea(noise, x - 50, y - horizon), _night(noise, x - 50, y, sheet.height)
    )
    for px, py, tone in zip(x, y, dark, strict=True):
        if tone > 0.05:
            sheet.dot(px, py, 0.36 * sqrt(min(1.0, tone)), ink)


def _night(noise: Noise, x: np.ndarray, y: np.ndarray, height: float) -> np.ndarray:
    """How dark the sky is, halo and all, and the moon in it."""
    dx, dy = x / 26, (y - height * 0.41) / 26
    distance = np.hypot(dx, dy)
    seas = np.clip(noise.layered(dx * 1.5 + 4, dy * 1.5, 4) * 1.9, 0, 1)
    moon = 0.02 + 0.42 * seas + 0.8 * np.clip(distance * 0.9 + 0.55 * dx - 0.35, 0, 1) ** 2
    sky = 0.95 - 0.3 * y / height - 0.55 * np.exp(-(((distance - 1) / 0.3) ** 2))
    return np.where(distance < 1, moon, sky)


def _sea(noise: Noise, x: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """How dark the water is, with the moon's path broken by the waves."""
    waves = 0.5 + 0.5 * np.sin(depth * 2.1 + 3 * noise(x / 13, depth / 3))
    path = np.exp(-((x / (6 + 0.55 * depth)) ** 2))
    return 0.5 + 0.5 * waves - 0.95 * path * (0.35 + 0.65 * waves)


def fern(sheet: Sheet, inks: Sequence[Colour] = (DEEP, MOSS, SATIN)) -> None:
    """One rule applied three times: a frond is a stem of leaflets, each of them a smaller frond."""
    foot = sheet.height - 12
    _frond(sheet, (49, foot), -pi / 2 - 0.2, 112, 0.0085, 0, inks[0])
    _frond(sheet, (52, foot + 0.6), -pi / 2 + 0.24, 74, 0.012, 0, inks[1])
    _frond(sheet, (46, foot + 0.3), -pi / 2 - 0.5, 58, -0.014, 0, inks[2 % len(inks)])


def _frond(
    sheet: Sheet,
    start: tuple[float, float],
    angle: float,
    length: float,
    curl: float,
    depth: int,
    ink: Colour,
) -> None:
    pitch = (4.6, 1.5)[depth]
    steps = max(3, int(length / pitch))
    x, y = start
    path = [start]
    for step in range(steps):
        share = step / steps
        x, y = x + cos(angle) * pitch, y + sin(angle) * pitch
        angle += curl * (0.5 + 2.6 * share**2) * (1 if depth == 0 else 1.4)
        path.append((x, y))
        for side in (-1, 1):
            turn = angle + side * (1.25 - 0.45 * share)
            if depth == 0 and share > 0.1:
                reach = length * 0.27 * min(1.0, (share - 0.06) * 5) * (1 - share) ** 0.75
                _frond(sheet, (x, y), turn, reach, -side * 0.05, 1, ink)
            elif depth == 1:
                size = 0.3 + 1.15 * (1 - share) * min(1.0, length / 16)
                middle = (x + cos(turn) * size * 0.9, y + sin(turn) * size * 0.9)
                sheet.polygon(leaf(*middle, turn + pi, size, 0.44), ink)
    sheet.line(path, ink, (0.62, 0.26)[depth])
