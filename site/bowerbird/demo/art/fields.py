"""Art computed point by point: maps, interference, sand on a drum, coral."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from .canvas import Noise, Sheet
from .colour import CLAY, DEEP, MIST, NIGHT, PAPER, SAND, SATIN, SKY, STRAW, Colour, mix


def contours(
    sheet: Sheet,
    seed: int = 14,
    margin: float = 9,
    sea: Sequence[Colour] = (SATIN, SKY, MIST),
    land: Sequence[Colour] = (SAND, STRAW, CLAY),
    ink: Colour = DEEP,
    interval: float = 0.045,
    zoom: float = 1.0,
) -> None:
    """An island that is on no other map, with its soundings and every tenth metre of its hills."""
    noise = Noise(seed)
    x, y = sheet.grid()
    height = _island(
        noise, (x - 50) / zoom + 50, (y - sheet.height / 2) / zoom + sheet.height / 2, sheet.height
    )
    level = height / interval
    sheet.image.paste(_tinted(level, list(sea), list(land)))
    slope = np.hypot(*np.gradient(level)) + 1e-6
    pixel = sheet.scale
    for every, width in ((1, 0.13), (5, 0.3)):
        distance = np.abs(level / every - np.round(level / every)) * every / slope
        sheet.print_plate((width * pixel / 2 + 0.5 - distance) * (slope < 0.5), ink)
    coast = np.abs(level) / slope
    sheet.print_plate(0.28 * pixel + 0.5 - coast, ink)
    if margin:
        sheet.blank_margin(margin)


def _island(noise: Noise, x: np.ndarray, y: np.ndarray, height: float) -> np.ndarray:
    warp_x = x + 13 * noise(x / 38 + 50, y / 38)
    warp_y = y + 13 * noise(x / 38, y / 38 + 50)
    hills = noise.layered(warp_x / 34, warp_y / 34, 3)
    radial = ((warp_x - 50) / 33) ** 2 + ((warp_y - height / 2) / 46) ** 2
    return 0.85 * np.exp(-radial) - 0.34 + 0.42 * hills


def _tinted(level: np.ndarray, sea: list[Colour], land: list[Colour]) -> Image.Image:
    """A flat tint for each band between two contours, as on a printed map."""
    bands = np.floor(level).astype(int)
    low, high = int(bands.min()), int(bands.max())
    table = np.zeros((high - low + 1, 3), dtype=np.uint8)
    for band in range(low, high + 1):
        if band < 0:
            table[band - low] = _step(sea, 1 + (band + 1) / 16)
        else:
            table[band - low] = _step(land, band / 14)
    return Image.fromarray(table[bands - low])


def _step(colours: list[Colour], share: float) -> Colour:
    place = min(0.999, max(0.0, share)) * (len(colours) - 1)
    return mix(colours[int(place)], colours[int(place) + 1], place - int(place))


def moire(sheet: Sheet, inks: tuple[Colour, Colour] = (SATIN, CLAY), pitch: float = 1.15) -> None:
    """Two plates of plain rings, the second a little wider and set aside; the eye does more."""
    x, y = sheet.grid()
    middle = sheet.height / 2
    for ink, dx, dy, spacing in ((inks[0], -4.5, -7, pitch), (inks[1], 4.5, 7, pitch * 1.012)):
        radius = np.hypot(x - 50 - dx, y - middle - dy)
        distance = np.abs((radius / spacing) % 1 - 0.5) * spacing * sheet.scale
        inside = np.clip((31 * spacing - radius) * sheet.scale, 0, 1)
        sheet.overprint(np.clip(spacing * 0.27 * sheet.scale - distance + 0.5, 0, 1) * inside, ink)


def chladni(
    sheet: Sheet,
    seed: int = 7,
    modes: Sequence[tuple[int, int]] = ((5, 2), (6, 3), (7, 2), (8, 5), (9, 4), (10, 7)),
    grains: int = 170_000,
    ground: Colour = NIGHT,
    sand: Colour = SAND,
    margin: float = 10,
) -> None:
    """Sand on a bowed brass plate, which comes to rest only along the lines that do not move."""
    rng = np.random.default_rng(seed)
    sheet.ground(ground)
    columns = 1 if len(modes) == 1 else 2
    rows = len(modes) // columns
    side = (100 - margin * (columns + 1)) / columns
    top = (sheet.height - rows * side - (rows - 1) * margin) / 2
    for index, mode in enumerate(modes):
        corner = (
            margin + (index % columns) * (side + margin),
            top + (index // columns) * (side + margin),
        )
        for x, y in _resting(rng, mode, grains // len(modes)) * side + corner:
            sheet.dot(x, y, rng.uniform(0.05, 0.14), sand, alpha=235)


def _resting(rng: np.random.Generator, mode: tuple[int, int], count: int) -> np.ndarray:
    """Where grains stay on a square plate that swings in this mode."""
    grains = rng.uniform(0, 1, (count * 6, 2))
    n, m = mode
    x, y = grains[:, 0] * np.pi, grains[:, 1] * np.pi
    swing = np.cos(n * x) * np.cos(m * y) - np.cos(m * x) * np.cos(n * y)
    keep = rng.random(len(grains)) < np.exp(-((swing / 0.13) ** 2)) + 0.003
    return grains[keep][:count]


def coral(
    sheet: Sheet,
    seed: int = 9,
    inks: tuple[Colour, Colour] = (SATIN, PAPER),
    steps: int = 5200,
    margin: float = 9,
) -> None:
    """Turing's two chemicals, one spreading faster: spots at the top, a labyrinth at the foot."""
    pattern = _react(seed, steps, round(360 * sheet.height / 100), 360)
    picture = Image.fromarray((np.clip(pattern * 2.6, 0, 1) * 255).astype(np.uint8))
    picture = picture.resize(sheet.image.size, Image.Resampling.BICUBIC)
    values = np.asarray(picture, dtype=np.float32) / 255
    sheet.ground(inks[1])
    sheet.print_plate((values - 0.5) * 9 + 0.5, inks[0])
    sheet.blank_margin(margin)


def _react(seed: int, steps: int, rows: int, columns: int) -> np.ndarray:
    """Gray and Scott's equations, their feed and kill rates changing gently down the sheet."""
    rng = np.random.default_rng(seed)
    food, eater = np.ones((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    for row, column in zip(
        rng.integers(4, rows - 8, 700), rng.integers(4, columns - 8, 700), strict=True
    ):
        eater[row : row + 4, column : column + 4] = 0.5
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    feed, kill = 0.030 + 0.012 * down, 0.0625 - 0.0005 * down
    for _ in range(steps):
        meeting = food * eater * eater
        food += 0.2097 * _spread(food) - meeting + feed * (1 - food)
        eater += 0.105 * _spread(eater) + meeting - (feed + kill) * eater
    return eater


def _spread(field: np.ndarray) -> np.ndarray:
    total = np.roll(field, 1, 0)
    total += np.roll(field, -1, 0)
    total += np.roll(field, 1, 1)
    total += np.roll(field, -1, 1)
    total -= 4 * field
    return total
