"""Art made of long lines: currents, ridges, pendulums, wheels and spirals."""

from collections.abc import Sequence
from math import cos, pi, radians, sin, tau

import numpy as np

from .canvas import Noise, Sheet, rounded
from .colour import (
    CLAY,
    DEEP,
    INK,
    MIST,
    NIGHT,
    PAPER,
    SATIN,
    SKY,
    STRAW,
    Colour,
    mix,
    ramp,
)


def flow(
    sheet: Sheet,
    seed: int = 4,
    inks: Sequence[tuple[Colour, float]] = (
        (SATIN, 0.34),
        (DEEP, 0.2),
        (SKY, 0.22),
        (MIST, 0.14),
        (STRAW, 0.1),
    ),
    margin: float = 9,
) -> None:
    """Ribbons which follow one current and never touch: each new one keeps clear of all before."""
    rng, noise = np.random.default_rng(seed), Noise(seed)
    taken = np.zeros((int(sheet.height * 4), 400), dtype=bool)
    colours, weights = [ink for ink, _ in inks], [weight for _, weight in inks]
    for attempt in range(4200):
        width, shortest = [(3.3, 60), (3.3, 34), (2.1, 26), (1.2, 20), (0.6, 12)][
            min(4, attempt // 600)
        ]
        x, y = rng.uniform(margin, 100 - margin), rng.uniform(margin, sheet.height - margin)
        ribbon = _drift(noise, taken, x, y, width, margin)
        if len(ribbon) < shortest:
            continue
        for px, py in ribbon[::2]:
            _occupy(taken, px, py, width / 2 + 0.5)
        sheet.line(ribbon, colours[rng.choice(len(inks), p=weights)], width)


def _drift(
    noise: Noise, taken: np.ndarray, x: float, y: float, width: float, margin: float
) -> list[tuple[float, float]]:
    """Follow the current from a point for as long as there is room for a ribbon of this width."""
    path: list[tuple[float, float]] = []
    bottom = taken.shape[0] / 4 - margin
    while len(path) < 230 and margin < x < 100 - margin and margin < y < bottom:
        if _crowded(taken, x, y, width / 2):
            break
        path.append((x, y))
        angle = 2.6 * float(noise(x / 58 + 3, y / 58)) + 0.5
        x, y = x + 0.42 * cos(angle), y + 0.42 * sin(angle)
    return path


def _crowded(taken: np.ndarray, x: float, y: float, radius: float) -> bool:
    reach = radius * 0.9
    top, left = int((y - reach) * 4), int((x - reach) * 4)
    return bool(taken[top : int((y + reach) * 4) + 1, left : int((x + reach) * 4) + 1].any())


def _occupy(taken: np.ndarray, x: float, y: float, radius: float) -> None:
    reach = radius * 0.85
    taken[
        int((y - reach) * 4) : int((y + reach) * 4) + 1,
        int((x - reach) * 4) : int((x + reach) * 4) + 1,
    ] = True


def ridges(
    sheet: Sheet,
    seed: int = 11,
    colours: Sequence[Colour] = (MIST, SKY, SATIN, DEEP, NIGHT),
    sun: Colour | None = STRAW,
    count: int = 11,
    margin: float = 9,
) -> None:
    """Ridge behind ridge, each a wash with its own contour lines, and a sun above the first."""
    noise = Noise(seed)
    sheet.ground(mix(PAPER, colours[0], 0.35), margin)
    if sun:
        sheet.dot(64, sheet.height * 0.27, 11.5, sun)
    x = np.linspace(margin, 100 - margin, 420)
    for index in range(count):
        near = index / (count - 1)
        crest = sheet.height * (0.34 + 0.55 * near**1.15)
        rise = (13 - 6 * near) * noise.layered(x / (34 - 8 * near) + 13.7 * index, 5.1 * index, 5)
        _ridge(sheet, x, crest - rise, ramp(list(colours), near), margin)
    sheet.blank_margin(margin)


def _ridge(sheet: Sheet, x: np.ndarray, y: np.ndarray, colour: Colour, margin: float) -> None:
    floor = sheet.height - margin
    outline = [*zip(x, y, strict=True), (x[-1], floor), (x[0], floor)]
    sheet.polygon(outline, colour)
    sheet.line(np.stack([x, y], 1), mix(colour, PAPER, 0.6), 0.22)
    for depth in range(1, 9):
        lowered = np.stack([x, y + depth * 0.55 + depth**1.6 * 0.12], 1)
        sheet.line(lowered, mix(colour, PAPER, 0.32 - 0.035 * depth), 0.14)


def harmonograph(
    sheet: Sheet, seed: int = 4, colours: tuple[Colour, Colour] = (SATIN, INK)
) -> None:
    """The trace of two pendulums that slowly come to rest, drawn in one line of two inks."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 300, 24000)
    fade = np.exp(-0.0062 * t)
    phase = rng.uniform(0, tau, 4)
    x = 50 + 39 * fade * (0.72 * np.sin(2.0 * t + phase[0]) + 0.28 * np.sin(3.004 * t + phase[1]))
    y = sheet.height / 2 + 57 * fade * (
        0.7 * np.sin(3.0 * t + phase[2]) + 0.3 * np.sin(2.006 * t + phase[3])
    )
    step = 100
    for start in range(0, len(t) - 1, step):
        piece = np.stack([x[start : start + step + 1], y[start : start + step + 1]], 1)
        sheet.line(piece, mix(colours[0], colours[1], start / len(t)), 0.2, alpha=225)


def rosettes(
    sheet: Sheet,
    columns: int = 3,
    rows: int = 4,
    colours: Sequence[Colour] = (SATIN, INK, SKY, CLAY, DEEP, SATIN),
    weight: float = 0.2,
) -> None:
    """Wheels rolling inside wheels; no two of the rosettes share a pair of tooth counts."""
    wheels = [
        (8, 3),
        (11, 4),
        (7, 2),
        (12, 5),
        (9, 4),
        (13, 4),
        (10, 3),
        (5, 2),
        (16, 5),
        (7, 3),
        (15, 7),
        (9, 2),
    ]
    pitch_x, pitch_y = 84 / columns, (sheet.height - 16) / rows
    for index in range(columns * rows):
        column, row = index % columns, index // columns
        centre = (8 + pitch_x * (column + 0.5), 8 + pitch_y * (row + 0.5))
        ring, wheel = wheels[index % len(wheels)]
        for inset in range(9):
            curve = _hypotrochoid(ring, wheel, 1.1 - 0.09 * inset)
            size = min(pitch_x, pitch_y) * 0.45
            sheet.line(curve * size + centre, colours[index % len(colours)], weight)


def _hypotrochoid(ring: int, wheel: int, arm: float) -> np.ndarray:
    """The closed curve that a pen in a wheel draws inside a ring, scaled to radius one."""
    turns = wheel // int(np.gcd(ring, wheel))
    t = np.linspace(0, tau * turns, 220 * turns)
    difference, reach = ring - wheel, wheel * arm
    x = difference * np.cos(t) + reach * np.cos(difference / wheel * t)
    y = difference * np.sin(t) - reach * np.sin(difference / wheel * t)
    return np.stack([x, y], 1) / (difference + wheel)


def eye(sheet: Sheet, ink: Colour = SATIN, turns: int = 62) -> None:
    """One unbroken spiral that swells and thins until it becomes a satin bowerbird's eye."""
    centre_y, reach = sheet.height / 2, 43.0
    t = np.linspace(0, 1, turns * 420)
    radius, angle = reach * np.sqrt(t), tau * turns * np.sqrt(t)
    x, y = 50 + radius * np.cos(angle), centre_y + radius * np.sin(angle)
    gap = reach / turns
    width = gap * (0.16 + 0.94 * _eye_darkness((x - 50) / reach, (y - centre_y) / reach))
    for start in range(0, len(t) - 6, 6):
        piece = np.stack([x[start : start + 7], y[start : start + 7]], 1)
        sheet.line(piece, ink, float(width[start + 3]))


def _eye_darkness(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How dark the eye is at a point: pupil, streaked iris, a bright rim, the feathers around."""
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    streaks = 0.16 * np.sin(23 * angle + 5 * np.sin(3 * angle)) * (radius > 0.24)
    iris = 0.42 + streaks + 0.3 * np.clip((radius - 0.4) * 4, 0, 1)
    feathers = 0.55 + 0.3 * np.sin(34 * angle + 26 * radius) * np.clip((radius - 0.64) * 5, 0, 1)
    dark = np.where(radius < 0.23, 1.0, np.where(radius < 0.56, iris, feathers))
    dark = np.where((radius > 0.56) & (radius < 0.62), 0.06, dark)
    dark = dark * np.clip((1.02 - radius) * 5, 0.1, 1)
    glint = np.exp(-((((x + 0.12) / 0.075) ** 2 + ((y + 0.13) / 0.075) ** 2) ** 2))
    return np.clip(dark * (1 - 0.96 * glint), 0, 1)


def standing_wave(
    sheet: Sheet,
    colours: Sequence[Colour] = (SKY, SATIN, DEEP),
    count: int = 92,
    margin: float = 11,
    weight: float = 0.5,
    swells: Sequence[tuple[float, float, float]] = ((36, 0.29, 15), (64, 0.57, 21), (34, 0.8, 10)),
) -> None:
    """Level lines which bend round three drops that were never drawn."""
    x = np.linspace(margin, 100 - margin, 600)
    for index in range(count):
        share = index / (count - 1)
        level = margin + (sheet.height - 2 * margin) * share
        y = np.full_like(x, level)
        for centre, height, radius in swells:
            above = level - sheet.height * height
            y += 1.15 * above * np.exp(-((x - centre) ** 2 + above**2) / radius**2)
        sheet.line(np.stack([x, y], 1), ramp(list(colours), share), weight)


def labyrinth(
    sheet: Sheet,
    order: int = 4,
    colours: Sequence[Colour] = (SKY, SATIN, DEEP),
    weight: float = 2.2,
    margin: float = 13,
    ground: Colour | None = None,
) -> None:
    """Hilbert's curve: one line that visits every place once and never crosses itself."""
    if ground:
        sheet.ground(ground)
    side = 2**order
    path = np.array([_hilbert(order, index) for index in range(side * side)], dtype=float)
    pitch = ((100 - 2 * margin) / (side - 1), (sheet.height - 2 * margin) / (side - 1))
    smooth = rounded(path, 3, closed=False) * pitch + margin
    step = 24
    for start in range(0, len(smooth) - 1, step):
        piece = smooth[start : start + step + 1]
        sheet.line(piece, ramp(list(colours), start / len(smooth)), weight)


def _hilbert(order: int, index: int) -> tuple[int, int]:
    """Where on a grid of 2**order squares the Hilbert curve is after `index` steps."""
    x = y = 0
    size = 1
    while size < 2**order:
        right = 1 & (index // 2)
        down = 1 & (index ^ right)
        if down == 0:
            if right:
                x, y = size - 1 - x, size - 1 - y
            x, y = y, x
        x, y = x + size * right, y + size * down
        index, size = index // 4, size * 2
    return x, y


def solstice(sheet: Sheet, latitude: float = 52.0) -> None:
    """One ray for each day of the year, as long as that day is at the latitude of the workshop."""
    sheet.ground(NIGHT)
    centre = (50.0, sheet.height / 2)
    for day in range(365):
        light = _daylight(day, latitude) / 24
        angle = tau * (day + 10) / 365 + pi / 2
        colour = ramp([SATIN, SKY, PAPER, STRAW], (light - 0.31) / 0.38)
        _ray(sheet, centre, angle, 12, 12 + 44 * light, colour, 0.28)
        if day % 7 == 0:
            sheet.dot(centre[0] + cos(angle) * 43, centre[1] + sin(angle) * 43, 0.22, SKY)
    sheet.dot(*centre, 9, STRAW)


def _ray(
    sheet: Sheet,
    centre: tuple[float, float],
    angle: float,
    start: float,
    end: float,
    colour: Colour,
    width: float,
) -> None:
    along = (cos(angle), sin(angle))
    ends = [(centre[0] + along[0] * r, centre[1] + along[1] * r) for r in (start, end)]
    sheet.line(ends, colour, width)


def _daylight(day: int, latitude: float) -> float:
    """Hours between sunrise and sunset on a day of the year (the textbook formula)."""
    tilt = radians(-23.44) * cos(tau * (day + 10) / 365)
    cosine = -np.tan(radians(latitude)) * np.tan(tilt)
    return float(24 / pi * np.arccos(np.clip(cosine, -1, 1)))
