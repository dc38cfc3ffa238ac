"""Prints as things: loose sheets, mats, frames, and the little strips of tape that hold them."""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from .canvas import A_SERIES, Sheet
from .colour import INK, OAK, PAPER, SATIN, Colour, mix, oklch
from .light import SCALE, grain

Art = Callable[[Sheet], None]
MAT = oklch(0.985, 0.006, 90)
FRAMES: dict[str, Colour] = {
    "oak": OAK,
    "black": oklch(0.27, 0.012, 270),
    "white": oklch(0.95, 0.008, 90),
}


def drawn(art: Art, width: float, ratio: float = A_SERIES, paper: Colour = PAPER) -> Image.Image:
    """A piece of art at the size of the scene; a very large one needs no second smoothing."""
    sheet = Sheet(round(width * SCALE), ratio, paper, oversample=1 if width > 1000 else 2)
    art(sheet)
    return sheet.reduced().convert("RGBA")


def loose(art: Art, width: float, ratio: float = A_SERIES, paper: Colour = PAPER) -> Image.Image:
    """A print on its sheet, with the faint bow of paper that has lain in a tube."""
    sheet = drawn(art, width, ratio, paper)
    bow = Image.linear_gradient("L").rotate(90).resize(sheet.size)
    light = bow.point(lambda value: max(0, value - 150) // 12)
    sheet.paste((*INK, 255), (0, 0), light)
    _hairline(sheet)
    return sheet


def framed(
    art: Art,
    width: float,
    frame: str = "oak",
    mat: float = 0.0,
    ratio: float = A_SERIES,
    seed: int = 1,
    paper: Colour = PAPER,
) -> Image.Image:
    """A print behind glass. `width` is that of the print; mat and moulding come on top of it."""
    picture = drawn(art, width, ratio, paper)
    border, bar = round(width * mat * SCALE), max(10, round(width * 0.032 * SCALE))
    inner = (picture.width + 2 * border, picture.height + 2 * border)
    panel = Image.new("RGBA", inner, (*MAT, 255))
    panel.paste(picture, (border, border))
    if border:
        _bevel(panel, border)
    _recess(panel, bar)
    whole = Image.new("RGBA", (inner[0] + 2 * bar, inner[1] + 2 * bar), (*FRAMES[frame], 255))
    _moulding(whole, bar, FRAMES[frame], seed)
    whole.paste(panel, (bar, bar))
    _glass(whole, bar)
    return whole


def _bevel(panel: Image.Image, border: int) -> None:
    """The slanted cut of a mat: bright where it faces the light, dim where it does not."""
    pen = ImageDraw.Draw(panel)
    box = (border - 3, border - 3, panel.width - border + 2, panel.height - border + 2)
    pen.rectangle(box, outline=(*mix(MAT, INK, 0.13), 255), width=3)
    pen.line((box[0], box[3], box[2], box[3]), fill=(255, 255, 255, 255), width=3)
    pen.line((box[2], box[1], box[2], box[3]), fill=(255, 255, 255, 255), width=3)


def _recess(panel: Image.Image, bar: int) -> None:
    """The shadow that the moulding casts on what lies behind it."""
    mask = Image.new("L", panel.size)
    pen = ImageDraw.Draw(mask)
    depth = round(bar * 0.5)
    pen.rectangle((0, 0, panel.width, depth), fill=105)
    pen.rectangle((0, 0, depth * 0.7, panel.height), fill=85)
    panel.paste((*INK, 255), (0, 0), mask.filter(ImageFilter.GaussianBlur(bar * 0.35)))


def _moulding(whole: Image.Image, bar: int, colour: Colour, seed: int) -> None:
    """Four bars of wood, mitred, each in the tone its side has in the light."""
    width, height = whole.size
    sides = [
        ((0, 0), (width, 0), (width - bar, bar), (bar, bar), 0.10, "x"),
        ((0, 0), (bar, bar), (bar, height - bar), (0, height), 0.05, "y"),
        ((width, 0), (width, height), (width - bar, height - bar), (width - bar, bar), -0.10, "y"),
        (
            (0, height),
            (bar, height - bar),
            (width - bar, height - bar),
            (width, height),
            -0.15,
            "x",
        ),
    ]
    for index, (a, b, c, d, tone, along) in enumerate(sides):
        lit = mix(colour, (255, 252, 245) if tone > 0 else INK, abs(tone))
        mask = Image.new("L", whole.size)
        ImageDraw.Draw(mask).polygon([a, b, c, d], fill=255)
        whole.paste(grain(whole.size, lit, seed + index, along), (0, 0), mask)
    pen = ImageDraw.Draw(whole)
    pen.rectangle((0, 0, width - 1, height - 1), outline=(*mix(colour, INK, 0.3), 90), width=1)
    pen.line((0, 1, width, 1), fill=(*mix(colour, (255, 255, 255), 0.45), 255), width=2)
    inner = (bar - 2, bar - 2, width - bar + 1, height - bar + 1)
    pen.rectangle(inner, outline=(*mix(colour, INK, 0.45), 255), width=2)


def _glass(whole: Image.Image, bar: int) -> None:
    """One faint slanting reflection."""
    mask = Image.new("L", whole.size)
    width, height = whole.size
    ImageDraw.Draw(mask).polygon(
        [
            (width * 0.52, bar),
            (width - bar, bar),
            (width - bar, height * 0.3),
            (width * 0.1, height - bar),
            (bar, height - bar),
            (bar, height * 0.72),
        ],
        fill=12,
    )
    inside = Image.new("L", whole.size)
    ImageDraw.Draw(inside).rectangle((bar, bar, width - bar, height - bar), fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(30))
    whole.paste(
        (255, 255, 255, 255), (0, 0), Image.composite(soft, Image.new("L", whole.size), inside)
    )


def tape(length: float = 74, colour: Colour = SATIN) -> Image.Image:
    """A strip of paper tape, a little see-through, torn at both ends."""
    width, height = round(length * SCALE), round(length * 0.32 * SCALE)
    strip = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    teeth = 7
    right = [(width - 4 * (i % 2), height * i / teeth) for i in range(teeth + 1)]
    left = [(4 * (i % 2), height * i / teeth) for i in range(teeth, -1, -1)]
    ImageDraw.Draw(strip).polygon(right + left, fill=(*colour, 225))
    return strip


def _hairline(sheet: Image.Image) -> None:
    """The cut edge of the paper, which shows where white lies on white."""
    pen = ImageDraw.Draw(sheet)
    pen.line((0, 0, sheet.width, 0), fill=(255, 255, 255, 255), width=2)
    pen.rectangle((0, 0, sheet.width - 1, sheet.height - 1), outline=(*mix(PAPER, INK, 0.12), 255))
