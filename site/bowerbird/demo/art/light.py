"""The room: a ground, things laid on it, and one soft light from the upper left."""

from math import cos, radians, sin

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .canvas import Noise
from .colour import INK, Colour, mix

SCALE = 2  # scenes are composed at twice their size and reduced at the end


class Scene:
    """A picture in the making. Positions and sizes are in pixels of the finished picture."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), ground)

    def place(
        self,
        thing: Image.Image,
        x: float,
        y: float,
        angle: float = 0.0,
        lift: float = 8.0,
        shade: float = 0.3,
    ) -> None:
        """Lay a thing down with its middle at (x, y); `lift` is its height above the ground."""
        if angle:
            thing = thing.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        left, top = round(x * SCALE - thing.width / 2), round(y * SCALE - thing.height / 2)
        self._shade(thing, left, top, 1.2 + lift * 0.12, 2.0 + lift * 0.16, shade * 0.9)
        self._shade(thing, left, top, lift * 0.75, lift * 1.15, shade * 0.75)
        self._shade(thing, left, top, lift * 1.9, lift * 3.0, shade * 0.5)
        self.image.paste(thing, (left, top), thing.getchannel("A"))

    def _shade(
        self, thing: Image.Image, left: int, top: int, offset: float, blur: float, strength: float
    ) -> None:
        """Darken the ground where the thing keeps the light off, more softly if it is higher."""
        coarse = 4 if blur > 5 else 1  # a wide blur needs no detail, and costs a sixteenth
        pad = round(blur * 3 * SCALE / coarse) * coarse
        alpha = thing.getchannel("A").point(lambda value: round(value * strength))
        mask = Image.new("L", (thing.width + 2 * pad, thing.height + 2 * pad))
        mask.paste(alpha, (pad, pad))
        size = mask.size
        mask = mask.reduce(coarse).filter(ImageFilter.GaussianBlur(blur * SCALE / coarse))
        mask = mask.resize(size, Image.Resampling.BILINEAR)
        at = (left - pad + round(offset * 0.7 * SCALE), top - pad + round(offset * SCALE))
        self.image.paste(mix(INK, (70, 50, 40), 0.35), at, mask)

    def floor(self, y: float, colour: Colour) -> None:
        """A shelf or table top that meets the wall at a height, with the dimmer corner between."""
        pen = ImageDraw.Draw(self.image)
        pen.rectangle((0, y * SCALE, self.image.width, self.image.height), fill=colour)
        edge = Image.new("L", self.image.size)
        ImageDraw.Draw(edge).rectangle(
            (0, (y - 3) * SCALE, self.image.width, (y + 2) * SCALE), fill=70
        )
        edge = edge.filter(ImageFilter.GaussianBlur(9 * SCALE))
        self.image.paste(mix(colour, INK, 0.7), (0, 0), edge)

    def finished(self, window: int | None = None) -> Image.Image:
        """The picture in its light, reduced to its size."""
        light = daylight(self.width // 4, self.height // 4, window)
        picture = self.image.reduce(SCALE)
        smooth = Image.fromarray(light).resize(picture.size, Image.Resampling.BICUBIC)
        share = np.asarray(smooth)[..., None] ** np.array([0.92, 1.0, 1.1], np.float32)
        lit = np.asarray(picture, np.float32) * share + 0.5
        return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def daylight(width: int, height: int, window: int | None) -> np.ndarray:
    """How bright each place is, with the panes of a window if asked for."""
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = 1.025 - 0.08 * np.clip(0.55 * x + 0.6 * y, 0, 1.2) ** 1.5
    if window is None:
        return light
    return light * (0.945 + 0.075 * _panes(width, height, window))


def _panes(width: int, height: int, seed: int) -> np.ndarray:
    """The slanting light of a window whose bars, and a branch outside, are out of focus."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    size, slant = width * 0.30, -0.42
    left, top = width * rng.uniform(0.08, 0.2), -height * rng.uniform(0.02, 0.14)
    for column in range(2):
        for row in range(3):
            x, y = left + column * size * 1.12, top + row * size * 1.25
            corners = [
                (x, y),
                (x + size, y + size * 0.18),
                (x + size, y + size * 1.32),
                (x, y + size * 1.14),
            ]
            pen.polygon([(px - slant * py * 0.7, py) for px, py in corners], fill=255)
    branch = Image.new("L", (width, height))
    _leaves(ImageDraw.Draw(branch), rng, width, height)
    image = ImageChops.subtract(image, branch.filter(ImageFilter.GaussianBlur(width * 0.008)))
    soft = image.filter(ImageFilter.GaussianBlur(width * 0.012))
    return np.asarray(soft, np.float32) / 255


def _leaves(pen: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int) -> None:
    for _ in range(34):
        x, y = rng.normal(width * 0.62, width * 0.16), rng.normal(height * 0.2, height * 0.14)
        angle, size = rng.uniform(20, 70), width * rng.uniform(0.025, 0.05)
        turn = radians(angle)
        t = np.linspace(0, 2 * np.pi, 24)
        along, across = size * np.cos(t), size * 0.3 * np.sin(t)
        shape = zip(
            x + along * cos(turn) - across * sin(turn),
            y + along * sin(turn) + across * cos(turn),
            strict=True,
        )
        pen.polygon([(float(a), float(b)) for a, b in shape], fill=150)


def grain(size: tuple[int, int], colour: Colour, seed: int, along: str = "x") -> Image.Image:
    """Wood: long faint streaks of a darker and a lighter tone."""
    width, height = size if along == "x" else (size[1], size[0])
    x = np.linspace(0, width / 420, max(2, width // 6), dtype=np.float32)[None, :]
    y = np.linspace(0, height / 9, height, dtype=np.float32)[:, None]
    noise = Noise(seed)
    streaks = noise.layered(x, y + 0.4 * noise(x * 0.7, y * 0.1), 3)
    tone = np.clip(0.5 + streaks, 0, 1)[..., None]
    dark, light = np.array(mix(colour, INK, 0.13)), np.array(mix(colour, (255, 250, 240), 0.12))
    wood = Image.fromarray((dark + (light - dark) * tone).astype(np.uint8)).resize((width, height))
    return wood if along == "x" else wood.transpose(Image.Transpose.ROTATE_90)


def shaded(thing: Image.Image, mask: Image.Image, colour: Colour, strength: float) -> None:
    """Tint a thing through a mask, leaving its outline alone."""
    faded = mask.point(lambda value: round(value * strength))
    thing.paste((*colour, 255), (0, 0), ImageChops.multiply(faded, thing.getchannel("A")))
