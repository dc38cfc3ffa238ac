"""The sheet that every piece is drawn on, and the noise that lends it a hand's unevenness."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from .colour import PAPER, Colour

Points: TypeAlias = "Sequence[tuple[float, float]] | np.ndarray"
A_SERIES = 2**0.5


class Sheet:
    """A sheet of paper 100 units wide, drawn larger than asked for and reduced at the end.

    Units rather than pixels let one function draw the postcard and the poster; drawing large and
    reducing is what smooths every edge, as Pillow's own lines are jagged.
    """

    def __init__(
        self, width: int, ratio: float = A_SERIES, paper: Colour = PAPER, oversample: int = 2
    ) -> None:
        self.oversample = oversample
        self.scale = width * oversample / 100
        self.height = 100 * ratio
        size = (width * oversample, round(width * ratio) * oversample)
        self.image = Image.new("RGB", size, paper)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def ground(self, colour: Colour, margin: float = 0.0) -> None:
        """Print one flat colour, up to the margin if there is one."""
        self.box(margin, margin, 100 - margin, self.height - margin, colour)

    def line(self, points: Points, colour: Colour, width: float, alpha: int = 255) -> None:
        """A line through the points; a thick one gets round joints, which Pillow leaves notched."""
        thickness = max(1, round(width * self.scale))
        scaled, fill = self._scaled(points), (*colour, alpha)
        if thickness < 5 or alpha < 255:
            self.pen.line(scaled, fill=fill, width=thickness)
            return
        for start, end in pairwise(scaled):
            self.pen.line((start, end), fill=fill, width=thickness)
        for x, y in scaled:
            self._disc(x, y, (thickness - 1) / 2, fill)

    def dot(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        """A filled circle."""
        self._disc(x * self.scale, y * self.scale, radius * self.scale, (*colour, alpha))

    def polygon(self, points: Points, colour: Colour, alpha: int = 255) -> None:
        """A filled shape."""
        self.pen.polygon(self._scaled(points), fill=(*colour, alpha))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """A filled rectangle."""
        k = self.scale
        corners = (round(x0 * k), round(y0 * k), round(x1 * k) - 1, round(y1 * k) - 1)
        self.pen.rectangle(corners, fill=(*colour, 255))

    def pie(
        self, x: float, y: float, radius: float, start: float, end: float, colour: Colour
    ) -> None:
        """A filled slice of a circle, its angles in degrees clockwise from three o'clock."""
        k = self.scale
        box = ((x - radius) * k, (y - radius) * k, (x + radius) * k, (y + radius) * k)
        self.pen.pieslice(box, start, end, fill=(*colour, 255))

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """The x and y, in units, of every pixel: for pieces that are computed, not stroked."""
        width, height = self.image.size
        x = (np.arange(width, dtype=np.float32) + 0.5) / np.float32(self.scale)
        y = (np.arange(height, dtype=np.float32) + 0.5) / np.float32(self.scale)
        return x[None, :], y[:, None]

    def print_plate(self, coverage: np.ndarray, colour: Colour) -> None:
        """Lay one ink on the sheet as thickly (0 to 1) as the array says, as in a press."""
        mask = Image.fromarray((np.clip(coverage, 0, 1) * 255).astype(np.uint8))
        self.image.paste(colour, (0, 0), mask)

    def overprint(self, coverage: np.ndarray, colour: Colour) -> None:
        """Like `print_plate`, but the ink is translucent and darkens what lies below it."""
        below = np.asarray(self.image, dtype=np.float32)
        ink = np.array(colour, dtype=np.float32) / 255
        cover = np.clip(coverage, 0, 1)[..., None]
        above = below * (1 - cover + cover * ink)
        self.image.paste(Image.fromarray(above.astype(np.uint8)))

    def blank_margin(self, margin: float, colour: Colour = PAPER) -> None:
        """Cover whatever strayed into the margin, as a mat or a paper mask would."""
        if not margin:
            return
        self.box(0, 0, 100, margin, colour)
        self.box(0, self.height - margin, 100, self.height, colour)
        self.box(0, 0, margin, self.height, colour)
        self.box(100 - margin, 0, 100, self.height, colour)

    def reduced(self) -> Image.Image:
        """The finished sheet at the size that was asked for."""
        return self.image.reduce(self.oversample) if self.oversample > 1 else self.image

    def _scaled(self, points: Points) -> list[tuple[float, float]]:
        return [(float(x) * self.scale, float(y) * self.scale) for x, y in points]

    def _disc(self, x: float, y: float, radius: float, fill: tuple[int, int, int, int]) -> None:
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


class Noise:
    """Seeded gradient noise, about -1 to 1, for whole arrays at once."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.order = np.tile(rng.permutation(256), 2)
        angles = rng.uniform(0, 2 * np.pi, 256)
        self.gradients = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)

    def __call__(self, x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
        """The noise at (x, y); its hills are about one unit wide."""
        x, y = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(y, np.float32))
        x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
        dx, dy = x - x0, y - y0
        fade_x, fade_y = (d * d * d * (d * (d * 6 - 15) + 10) for d in (dx, dy))
        top = _lerp(self._corner(x0, y0, dx, dy), self._corner(x0 + 1, y0, dx - 1, dy), fade_x)
        bottom = _lerp(
            self._corner(x0, y0 + 1, dx, dy - 1),
            self._corner(x0 + 1, y0 + 1, dx - 1, dy - 1),
            fade_x,
        )
        return _lerp(top, bottom, fade_y) * np.float32(1.5)

    def layered(self, x: np.ndarray | float, y: np.ndarray | float, octaves: int = 4) -> np.ndarray:
        """Noise with finer and fainter noise on top: what clouds and coasts are made of."""
        layers: Iterable[np.ndarray] = (
            self(np.asarray(x) * 2**i + 17.3 * i, np.asarray(y) * 2**i - 9.1 * i) / 2**i
            for i in range(octaves)
        )
        return sum(layers, np.float32(0)) / np.float32(2 - 0.5 ** (octaves - 1))

    def _corner(self, x: np.ndarray, y: np.ndarray, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
        gradient = self.gradients[self.order[self.order[x & 255] + (y & 255)]]
        return gradient[..., 0] * dx + gradient[..., 1] * dy


def _lerp(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return a + (b - a) * share


def rounded(points: Points, times: int = 3, closed: bool = True) -> np.ndarray:
    """Cut the corners of a shape again and again (Chaikin) until they are round."""
    shape = np.asarray(points, dtype=float)
    for _ in range(times):
        following = np.roll(shape, -1, axis=0) if closed else shape[1:]
        current = shape if closed else shape[:-1]
        cut = np.stack([0.75 * current + 0.25 * following, 0.25 * current + 0.75 * following], 1)
        cut = cut.reshape(-1, 2)
        shape = cut if closed else np.concatenate([shape[:1], cut, shape[-1:]])
    return shape
