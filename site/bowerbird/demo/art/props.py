"""Small things to lie beside a print. A bowerbird would take the blue ones."""

from math import cos, pi, sin, tau

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .colour import DEEP, INK, MIST, OAK, PAPER, SATIN, SKY, STRAW, Colour, mix
from .light import SCALE, grain

FINE = 2  # props are small: drawn at twice the scale of the scene, then reduced


def _blank(width: float, height: float) -> Image.Image:
    size = (round(width * SCALE * FINE), round(height * SCALE * FINE))
    return Image.new("RGBA", size, (0, 0, 0, 0))


def _done(image: Image.Image) -> Image.Image:
    return image.reduce(FINE)


def marble(size: float = 40, colour: Colour = SATIN) -> Image.Image:
    """Glass: dark towards the light, bright on the far side, one sharp glint."""
    image = _blank(size, size)
    side = image.width
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y = axis[None, :], axis[:, None]
    radius = np.hypot(x, y)
    glow = np.clip(1 - np.hypot(x - 0.32, y - 0.38) / 1.05, 0, 1) ** 1.3
    dark, bright = (
        np.array(mix(colour, INK, 0.45), float),
        np.array(mix(colour, (255, 255, 255), 0.55), float),
    )
    body = dark + (bright - dark) * glow[..., None]
    glint = np.clip(1.25 - np.hypot((x + 0.34) / 0.2, (y + 0.4) / 0.15), 0, 1)[..., None]
    body = body + (255 - body) * np.clip(glint, 0, 1) * 0.95
    alpha = np.clip((1 - radius) * side / 2, 0, 1) * 255
    rgba = np.concatenate([body, alpha[..., None]], axis=2).astype(np.uint8)
    return _done(Image.fromarray(rgba, "RGBA"))


def button(size: float = 44, colour: Colour = SATIN, holes: int = 4) -> Image.Image:
    """A shirt button with a rolled rim."""
    image = _blank(size, size)
    side, pen = image.width, ImageDraw.Draw(image)
    pen.ellipse((0, 0, side - 1, side - 1), fill=(*colour, 255))
    _ring(image, 0.03, 0.97, mix(colour, PAPER, 0.35), mix(colour, INK, 0.3), side // 16)
    _ring(image, 0.17, 0.83, mix(colour, INK, 0.28), mix(colour, PAPER, 0.3), side // 24)
    for index in range(holes):
        angle = tau * index / holes + pi / 4
        x, y = side / 2 + cos(angle) * side * 0.13, side / 2 + sin(angle) * side * 0.13
        radius = side * 0.055
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=(*mix(colour, INK, 0.65), 255)
        )
    return _done(image)


def _ring(
    image: Image.Image, start: float, end: float, lit: Colour, dim: Colour, width: int
) -> None:
    side, pen = image.width, ImageDraw.Draw(image)
    box = (side * start, side * start, side * end, side * end)
    pen.arc(box, 135, 315, fill=(*lit, 255), width=width)
    pen.arc(box, 315, 135, fill=(*dim, 255), width=width)


def cap(size: float = 50, colour: Colour = SATIN) -> Image.Image:
    """A bottle top, twenty-one teeth as in every bar of the world."""
    image = _blank(size, size)
    side, pen = image.width, ImageDraw.Draw(image)
    t = np.linspace(0, tau, 420)
    radius = side * (0.475 + 0.022 * np.cos(21 * t))
    outline = np.stack([side / 2 + radius * np.cos(t), side / 2 + radius * np.sin(t)], 1)
    pen.polygon([(float(x), float(y)) for x, y in outline], fill=(*mix(colour, INK, 0.25), 255))
    inner = (side * 0.1, side * 0.1, side * 0.9, side * 0.9)
    pen.ellipse(inner, fill=(*colour, 255))
    _ring(image, 0.1, 0.9, mix(colour, PAPER, 0.45), mix(colour, INK, 0.35), side // 34)
    pen.ellipse(
        (side * 0.3, side * 0.3, side * 0.7, side * 0.7),
        outline=(*mix(colour, PAPER, 0.75), 255),
        width=side // 26,
    )
    return _done(image)


def feather(length: float = 210, colour: Colour = SATIN) -> Image.Image:
    """A tail feather: barbs swept back from a pale quill, and a gap or two as real ones have."""
    image = _blank(length, length * 0.3)
    width, height = image.size
    pen, rng = ImageDraw.Draw(image), np.random.default_rng(3)
    for index in range(420):
        share = index / 420
        x = width * (0.16 + 0.8 * share)
        y = height * (0.5 + 0.12 * sin(pi * share))
        reach = (
            height * 0.42 * sin(pi * min(1.0, share * 0.93 + 0.1)) ** 0.6 * rng.uniform(0.93, 1.03)
        )
        if 0.34 < share < 0.352 or 0.71 < share < 0.72:
            reach *= 0.5
        for side in (-1, 1):
            tone = mix(
                mix(colour, DEEP, 0.6 * share), SKY if side < 0 else INK, rng.uniform(0, 0.3)
            )
            tip = (x + reach * 1.1, y + side * reach * (1 if side < 0 else 0.8))
            pen.line(
                [(x, y), (x + reach * 0.5, y + side * reach * 0.62), tip],
                fill=(*tone, 255),
                width=6,
            )
    quill = [
        (width * (0.01 + 0.97 * s), height * (0.5 + 0.12 * sin(pi * max(0, (s - 0.15) / 0.85))))
        for s in np.linspace(0, 0.93, 60)
    ]
    pen.line(quill, fill=(*mix(PAPER, OAK, 0.35), 255), width=8, joint="curve")
    return _done(image)


def pencil(length: float = 330, colour: Colour = SATIN) -> Image.Image:
    """A hexagonal pencil: three faces in sight, a sharpened cone, a lead of its own colour."""
    image = _blank(length, length * 0.052)
    width, height = image.size
    pen = ImageDraw.Draw(image)
    cone = height * 2.4
    for face, tone in enumerate((mix(colour, PAPER, 0.28), colour, mix(colour, INK, 0.3))):
        top = height * (0, 0.27, 0.73)[face]
        bottom = height * (0.27, 0.73, 1)[face]
        pen.rectangle((0, top, width - cone, bottom), fill=(*tone, 255))
    wood = grain((round(cone), height), mix(OAK, PAPER, 0.35), 5)
    mask = Image.new("L", wood.size)
    ImageDraw.Draw(mask).polygon([(0, 0), (cone, height / 2), (0, height)], fill=255)
    image.paste(wood, (round(width - cone), 0), mask)
    lead = cone * 0.3
    pen.polygon(
        [(width - lead, height * 0.35), (width - 1, height / 2), (width - lead, height * 0.65)],
        fill=(*mix(colour, INK, 0.35), 255),
    )
    pen.rectangle((0, 0, height * 0.35, height), fill=(*mix(colour, INK, 0.45), 255))
    return _done(image)


def peg(length: float = 120, colour: Colour = SATIN) -> Image.Image:
    """A clothes peg, which no garden near a bower keeps for long."""
    image = _blank(length, length * 0.2)
    width, height = image.size
    pen = ImageDraw.Draw(image)
    for top, bottom, tone in (
        (0.0, 0.46, mix(colour, PAPER, 0.12)),
        (0.54, 1.0, mix(colour, INK, 0.14)),
    ):
        pen.rounded_rectangle(
            (0, height * top, width - 1, height * bottom), height * 0.14, fill=(*tone, 255)
        )
    pen.rectangle(
        (width * 0.08, height * 0.42, width * 0.62, height * 0.58),
        fill=(*mix(colour, INK, 0.3), 255),
    )
    for x in (0.42, 0.455, 0.49):
        pen.rectangle(
            (width * x, 0, width * (x + 0.018), height), fill=(*mix(MIST, INK, 0.35), 255)
        )
    return _done(image)


def flower(size: float = 74) -> Image.Image:
    """A yellow flower head of five petals: the other colour that a satin bowerbird looks for."""
    image = _blank(size, size)
    side, pen = image.width, ImageDraw.Draw(image)
    for index in range(5):
        angle = tau * index / 5 - pi / 2
        petal = Image.new("RGBA", image.size, (0, 0, 0, 0))
        x, y = side * (0.5 + 0.25 * cos(angle)), side * (0.5 + 0.25 * sin(angle))
        reach = side * 0.21
        tone = mix(STRAW, OAK, 0.08 + 0.1 * (index % 2))
        ImageDraw.Draw(petal).ellipse(
            (x - reach, y - reach, x + reach, y + reach), fill=(*tone, 255)
        )
        edge = (
            petal.getchannel("A")
            .filter(ImageFilter.GaussianBlur(side * 0.02))
            .point(lambda v: v // 5)
        )
        image.paste((*mix(OAK, INK, 0.4), 255), (0, 0), edge)
        image.alpha_composite(petal)
    pen.ellipse(
        (side * 0.41, side * 0.41, side * 0.59, side * 0.59), fill=(*mix(OAK, INK, 0.3), 255)
    )
    return _done(image)
