"""The drawing machine itself."""

from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from . import lines
from .colour import DUSK, INK, MIST, NIGHT, PAPER, SATIN, Colour, mix
from .frames import loose
from .light import SCALE, Scene

WIDTH, HEIGHT = 1800, 1000


def plotter() -> Image.Image:
    """The drawing machine half-way round an eye: two rails, a carriage and one pen."""
    scene = Scene(WIDTH, HEIGHT, mix(DUSK, INK, 0.25))
    scene.place(loose(partial(lines.eye, turns=40), 1180), 1010, 640, lift=5)
    steel = mix(MIST, INK, 0.16)
    for y, thick in ((196, 30), (262, 20)):
        scene.place(_bar(WIDTH + 80, thick, steel), WIDTH / 2, y, lift=34, shade=0.4)
    scene.place(_bar(46, 1080, steel), 1240, 470, lift=46, shade=0.42)
    scene.place(_block(170, 190, NIGHT), 1240, 228, lift=52, shade=0.45)
    scene.place(_block(120, 150, NIGHT), 1240, 650, lift=60, shade=0.45)
    scene.place(_pen(), 1150, 660, lift=52, shade=0.45)
    return scene.finished()


def _bar(width: float, height: float, colour: Colour) -> Image.Image:
    """A round steel rail, lit along its upper left."""
    size = (round(width * SCALE), round(height * SCALE))
    upright = height > width
    across = np.linspace(-1, 1, size[0] if upright else size[1])
    glow = 0.72 + 0.42 * np.exp(-((across + 0.35) ** 2) / 0.16) - 0.25 * np.clip(across, 0, 1)
    tone = np.clip(np.array(colour)[None, :] * glow[:, None], 0, 255).astype(np.uint8)
    shape = (size[1], size[0], 3)
    body = np.broadcast_to(tone[None, :, :] if upright else tone[:, None, :], shape)
    return Image.fromarray(np.ascontiguousarray(body)).convert("RGBA")


def _block(width: float, height: float, colour: Colour) -> Image.Image:
    """A carriage of anodised metal with four screws."""
    whole = Image.new("RGBA", (round(width * SCALE), round(height * SCALE)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(whole)
    box = (0, 0, whole.width - 1, whole.height - 1)
    pen.rounded_rectangle(box, 22, fill=(*mix(colour, PAPER, 0.22), 255))
    pen.rounded_rectangle((3, 4, box[2], box[3]), 22, fill=(*mix(colour, INK, 0.2), 255))
    pen.rounded_rectangle((3, 4, box[2] - 4, box[3] - 5), 20, fill=(*mix(colour, PAPER, 0.06), 255))
    for x in (34, whole.width - 34):
        for y in (34, whole.height - 34):
            pen.ellipse((x - 11, y - 11, x + 11, y + 11), fill=(*mix(MIST, INK, 0.3), 255))
            pen.line((x - 7, y - 4, x + 7, y + 4), fill=(*INK, 255), width=4)
    return whole


def _pen() -> Image.Image:
    """The pen from above: a blue barrel in its holder."""
    whole = Image.new("RGBA", (116 * SCALE, 116 * SCALE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(whole)
    pen.ellipse((0, 0, whole.width - 1, whole.height - 1), fill=(*mix(NIGHT, PAPER, 0.12), 255))
    pen.ellipse((30, 30, whole.width - 31, whole.height - 31), fill=(*mix(SATIN, INK, 0.3), 255))
    pen.ellipse((36, 36, whole.width - 41, whole.height - 41), fill=(*SATIN, 255))
    pen.ellipse((70, 66, whole.width - 91, whole.height - 91), fill=(*mix(SATIN, PAPER, 0.55), 255))
    return whole
