"""Art made of tiles: a small shape, a rule for turning it, and patience."""

from collections.abc import Sequence

import numpy as np

from .canvas import Noise, Sheet
from .colour import BLUSH, CLAY, DEEP, INK, MIST, NIGHT, PAPER, SATIN, SKY, STRAW, Colour, mix, ramp

Tile = tuple[float, float, float, int]


def truchet(sheet: Sheet, seed: int = 8, dark: Colour = SATIN, light: Colour = PAPER) -> None:
    """Truchet's tiles at three sizes, which still join: each smaller one swaps path and ground."""
    rng = np.random.default_rng(seed)
    columns, margin = 4, 10.0
    size = (100 - 2 * margin) / columns
    rows = int((sheet.height - 2 * margin) / size)
    top = (sheet.height - rows * size) / 2
    tiles: list[Tile] = []
    for column in range(columns):
        for row in range(rows):
            tiles += _split((margin + column * size, top + row * size, size, 0), rng)
    for tile in sorted(tiles, key=lambda one: one[3]):
        _truchet_tile(sheet, tile, rng, dark, light)


def _split(tile: Tile, rng: np.random.Generator) -> list[Tile]:
    x, y, size, depth = tile
    if depth == 2 or rng.random() > (0.62, 0.42)[depth]:
        return [tile]
    half = size / 2
    quarters = [(x + dx, y + dy, half, depth + 1) for dx in (0, half) for dy in (0, half)]
    return [small for quarter in quarters for small in _split(quarter, rng)]


def _truchet_tile(
    sheet: Sheet, tile: Tile, rng: np.random.Generator, dark: Colour, light: Colour
) -> None:
    x, y, size, depth = tile
    path, ground = (light, dark) if depth % 2 else (dark, light)
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    middles = [
        (x + size / 2, y),
        (x + size, y + size / 2),
        (x + size / 2, y + size),
        (x, y + size / 2),
    ]
    sheet.box(x, y, x + size, y + size, ground)
    kind = rng.integers(0, 8)
    if kind < 6:
        first = int(kind % 2)
        for corner in (first, first + 2):
            start = 90 * corner
            sheet.pie(*corners[corner], size * 2 / 3, start, start + 90, path)
            sheet.pie(*corners[corner], size / 3, start, start + 90, ground)
    elif kind == 6:
        third = size / 3
        sheet.box(x + third, y, x + 2 * third, y + size, path)
        sheet.box(x, y + third, x + size, y + 2 * third, path)
    for middle in middles:
        sheet.dot(*middle, size / 6, path)
    for corner_at in corners:
        sheet.dot(*corner_at, size / 3, ground)


def quarters(
    sheet: Sheet, seed: int = 21, columns: int = 6, rows: int = 9, margin: float = 8
) -> None:
    """Quarter circles in every position, in the shop's whole palette."""
    rng = np.random.default_rng(seed)
    pairs = [
        (PAPER, SATIN),
        (SATIN, MIST),
        (MIST, DEEP),
        (STRAW, PAPER),
        (DEEP, SKY),
        (BLUSH, CLAY),
        (SKY, PAPER),
        (PAPER, INK),
        (CLAY, STRAW),
        (SATIN, STRAW),
    ]
    weights = np.array([4, 4, 3, 1.4, 3, 1.4, 3, 2, 0.8, 1.2])
    size = (100 - 2 * margin) / columns
    top = (sheet.height - rows * size) / 2
    for index in range(columns * rows):
        x, y = margin + size * (index % columns), top + size * (index // columns)
        ground, shape = pairs[rng.choice(len(pairs), p=weights / weights.sum())]
        turn = int(rng.integers(0, 4))
        sheet.box(x, y, x + size, y + size, ground)
        corner = (x + size * (turn in (1, 2)), y + size * (turn in (2, 3)))
        sheet.pie(*corner, size * 0.999, 90 * turn, 90 * turn + 90, shape)
        if rng.random() < 0.34:
            sheet.pie(*corner, size * 0.5, 90 * turn, 90 * turn + 90, ground)


def hitomezashi(
    sheet: Sheet,
    seed: int = 5,
    pitch: float = 4.2,
    margin: float = 10,
    inks: tuple[Colour, Colour, Colour] = (SATIN, MIST, DEEP),
) -> None:
    """The sashiko stitch whose rows start on or off by the toss of a coin; two colours fill it."""
    rng = np.random.default_rng(seed)
    columns = round((100 - 2 * margin) / pitch)
    pitch = (100 - 2 * margin) / columns
    rows = int((sheet.height - 2 * margin) / pitch)
    top = (sheet.height - rows * pitch) / 2
    across, down = rng.integers(0, 2, rows + 1), rng.integers(0, 2, columns + 1)
    side = 0
    for row in range(rows):
        side ^= (0 + across[row]) % 2
        cell = side
        for column in range(columns):
            cell ^= (row + down[column]) % 2 if column else 0
            x, y = margin + column * pitch, top + row * pitch
            sheet.box(x, y, x + pitch, y + pitch, inks[cell])
    _stitches(sheet, across, down, (margin, top), pitch, inks[2])


def _stitches(
    sheet: Sheet,
    across: np.ndarray,
    down: np.ndarray,
    corner: tuple[float, float],
    pitch: float,
    thread: Colour,
) -> None:
    left, top = corner
    for row, first in enumerate(across):
        for column in range(int(1 - first), len(down) - 1, 2):
            x, y = left + column * pitch, top + row * pitch
            sheet.line([(x, y), (x + pitch, y)], thread, pitch * 0.15)
    for column, first in enumerate(down):
        for row in range(int(1 - first), len(across) - 1, 2):
            x, y = left + column * pitch, top + row * pitch
            sheet.line([(x, y), (x, y + pitch)], thread, pitch * 0.15)


def scallops(
    sheet: Sheet,
    seed: int = 2,
    radius: float = 9.2,
    colours: Sequence[Colour] = (DEEP, SATIN, SKY, MIST),
    line: Colour = PAPER,
) -> None:
    """Fish scales, each of five rings, whose blue drifts with a slow noise."""
    noise, rng = Noise(seed), np.random.default_rng(seed)
    rows = int(sheet.height / (radius / 2)) + 4
    for row in range(-2, rows):
        shift = radius if row % 2 else 0.0
        for column in range(-1, int(100 / (2 * radius)) + 2):
            x, y = column * 2 * radius + shift, row * radius / 2
            tone = 0.5 + 0.75 * float(noise(x / 40, y / 40)) + rng.uniform(-0.08, 0.08)
            colour = STRAW if rng.random() < 0.035 else ramp(list(colours), tone)
            _scale(sheet, x, y, radius, colour, line)


def _scale(sheet: Sheet, x: float, y: float, radius: float, colour: Colour, line: Colour) -> None:
    for ring in range(5):
        outer = radius * (1 - ring * 0.2)
        sheet.dot(x, y, outer, line)
        sheet.dot(x, y, outer - radius * 0.055, mix(colour, line, 0.0 if ring % 2 == 0 else 0.35))


def weave(
    sheet: Sheet,
    seed: int = 6,
    pitch: float = 3.6,
    colours: Sequence[Colour] = (DEEP, SATIN, SKY, MIST, SKY, SATIN),
    across: Colour = PAPER,
) -> None:
    """Paper strips under and over, a twill that steps one place in each row."""
    rng = np.random.default_rng(seed)
    columns, rows = int(100 / pitch) + 1, int(sheet.height / pitch) + 1
    warp = [ramp([*colours, colours[0]], column / columns) for column in range(columns)]
    weft = [STRAW if rng.random() < 0.12 else across for _ in range(rows)]
    sheet.ground(NIGHT)
    gap = pitch * 0.06
    for column in range(columns):
        for row in range(rows):
            x, y = column * pitch, row * pitch
            upright = (column + row) % 4 < 2
            _strand(sheet, x, y, pitch, gap, weft[row] if upright else warp[column], not upright)
            _strand(sheet, x, y, pitch, gap, warp[column] if upright else weft[row], upright)


def _strand(
    sheet: Sheet, x: float, y: float, pitch: float, gap: float, colour: Colour, upright: bool
) -> None:
    if upright:
        sheet.box(x + gap, y, x + pitch - gap, y + pitch, colour)
    else:
        sheet.box(x, y + gap, x + pitch, y + pitch - gap, colour)


def moons(
    sheet: Sheet,
    columns: int = 4,
    rows: int = 7,
    ground: Colour = NIGHT,
    light: Colour = STRAW,
    shade: Colour = DEEP,
) -> None:
    """A month of moons, waxing and waning, each terminator half an ellipse as in the sky."""
    sheet.ground(ground)
    pitch_x, pitch_y = 80 / columns, (sheet.height - 20) / rows
    radius = min(pitch_x, pitch_y) * 0.36
    bend = np.linspace(-np.pi / 2, np.pi / 2, 60)
    for index in range(columns * rows):
        x = 10 + pitch_x * (index % columns + 0.5)
        y = 10 + pitch_y * (index // columns + 0.5)
        phase = index / (columns * rows) * 2 * np.pi
        sheet.dot(x, y, radius, shade)
        side = 1 if phase <= np.pi else -1
        limb = np.stack([x + side * radius * np.cos(bend), y + radius * np.sin(bend)], 1)
        edge = np.cos(phase) * side
        terminator = np.stack([x + edge * radius * np.cos(bend), y + radius * np.sin(bend)], 1)
        sheet.polygon(np.concatenate([limb, terminator[::-1]]), light)
