"""Cards, envelopes, notebooks, books, rolls and parcels, seen from straight above."""

from math import pi

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import A_SERIES, rounded
from .colour import DEEP, INK, MIST, PAPER, SATIN, STRAW, Colour, mix
from .frames import Art, drawn
from .light import SCALE, shaded


def card(art: Art, width: float, ratio: float = A_SERIES, paper: Colour = PAPER) -> Image.Image:
    """A folded card: its fold is on the left, and the lower leaf peeps out on the right."""
    front = drawn(art, width, ratio, paper)
    leaf = 5
    whole = Image.new("RGBA", (front.width + leaf, front.height), (0, 0, 0, 0))
    back = Image.new("RGBA", (front.width, front.height - 6), (*mix(PAPER, INK, 0.1), 255))
    whole.paste(back, (leaf, 3))
    whole.paste(front, (0, 0))
    pen = ImageDraw.Draw(whole)
    for x in range(14):
        pen.line((x, 0, x, whole.height), fill=(*mix(PAPER, INK, 0.3), 70 - 5 * x)[:4])
    _soft_edge(whole, 7, 22)
    return whole


def envelope(width: float, colour: Colour = MIST, ratio: float = 0.72) -> Image.Image:
    """The back of an envelope with its pointed flap closed."""
    w, h = round(width * SCALE), round(width * ratio * SCALE)
    whole = Image.new("RGBA", (w, h), (*colour, 255))
    _fold(whole, [(0, h), (w * 0.5, h * 0.42), (w, h)], mix(colour, PAPER, 0.12), 0.20)
    _fold(
        whole,
        [(0, 0), (w * 0.04, 0), (w * 0.5, h * 0.6), (w * 0.96, 0), (w, 0)],
        mix(colour, PAPER, 0.25),
        0.3,
    )
    return whole


def _fold(
    whole: Image.Image, shape: list[tuple[float, float]], colour: Colour, strength: float
) -> None:
    """A flap of paper with the soft shadow under its edge."""
    mask = Image.new("L", whole.size)
    ImageDraw.Draw(mask).polygon(shape, fill=255)
    shadow = mask.filter(ImageFilter.GaussianBlur(7)).point(lambda value: round(value * strength))
    whole.paste((*INK, 255), (2, 5), shadow)
    smooth = mask.filter(ImageFilter.GaussianBlur(0.8))
    whole.paste((*colour, 255), (0, 0), smooth)


def notebook(
    art: Art,
    width: float,
    spine: Colour = DEEP,
    band: Colour | None = STRAW,
    ratio: float = A_SERIES,
    paper: Colour = PAPER,
) -> Image.Image:
    """A sewn notebook with a cloth spine, round corners and perhaps an elastic band."""
    cover = drawn(art, width, ratio, paper)
    radius = round(cover.width * 0.035)
    pages = round(cover.width * 0.011)
    size = (cover.width + pages, cover.height + pages)
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(whole)
    for step in range(pages, 0, -1):
        tone = mix(PAPER, INK, 0.10 if step % 4 else 0.3)
        box = (step, step, cover.width + step - 1, cover.height + step - 1)
        pen.rounded_rectangle(box, radius, fill=(*tone, 255), corners=(False, True, True, False))
    cloth = round(cover.width * 0.115)
    _cloth(cover, cloth, spine)
    if band:
        _elastic(cover, round(cover.width * 0.875), round(cover.width * 0.017), band)
    mask = Image.new("L", cover.size)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, cover.width - 1, cover.height - 1),
        radius,
        fill=255,
        corners=(False, True, True, False),
    )
    whole.paste(cover, (0, 0), mask)
    _soft_edge(whole, 10, 22)
    return whole


def _cloth(cover: Image.Image, width: int, colour: Colour) -> None:
    """Woven cloth over the spine, and the hinge beside it."""
    rng = np.random.default_rng(4)
    threads = rng.normal(0, 5, (cover.height, width)) + rng.normal(0, 4, (cover.height, 1))
    roll = np.sin(np.linspace(0.25, 1, width) * pi * 0.62)[None, :]
    cloth = np.array(colour)[None, None, :] * (0.72 + 0.34 * roll[..., None]) + threads[..., None]
    cover.paste(Image.fromarray(np.clip(cloth, 0, 255).astype(np.uint8)), (0, 0))
    shade = Image.new("L", cover.size)
    pen = ImageDraw.Draw(shade)
    pen.rectangle((width, 0, width + 5, cover.height), fill=120)
    pen.rectangle((width + 26, 0, width + 32, cover.height), fill=45)
    cover.paste((*INK, 255), (0, 0), shade.filter(ImageFilter.GaussianBlur(4)))


def _elastic(cover: Image.Image, x: int, width: int, colour: Colour) -> None:
    shade = Image.new("L", cover.size)
    ImageDraw.Draw(shade).rectangle((x + 3, 0, x + width + 7, cover.height), fill=110)
    cover.paste((*INK, 255), (0, 0), shade.filter(ImageFilter.GaussianBlur(4)))
    pen = ImageDraw.Draw(cover)
    for step in range(width):
        tone = mix(colour, INK, 0.22 * abs(step / width - 0.35))
        pen.line((x + step, 0, x + step, cover.height), fill=(*tone, 255))


def spread(width: float, ruling: str = "dotted", ratio: float = A_SERIES) -> Image.Image:
    """A notebook lying open, two pages wide."""
    page = round(width * SCALE / 2)
    whole = Image.new("RGBA", (page * 2, round(page * ratio)), (0, 0, 0, 0))
    box = (0, 0, whole.width - 1, whole.height - 1)
    pen = ImageDraw.Draw(whole)
    pen.rounded_rectangle(box, page * 0.03, fill=(*mix(PAPER, INK, 0.14), 255))
    pen.rounded_rectangle((6, 3, box[2] - 6, box[3] - 5), page * 0.03, fill=(*PAPER, 255))
    pitch = page / 21
    if ruling == "dotted":
        for row in range(2, int(whole.height / pitch) - 1):
            for column in range(1, 42):
                if column != 21:
                    x, y = column * pitch, row * pitch
                    pen.ellipse(
                        (x - 1.6, y - 1.6, x + 1.6, y + 1.6), fill=(*mix(PAPER, SATIN, 0.5), 255)
                    )
    gutter = Image.new("L", whole.size)
    ImageDraw.Draw(gutter).rectangle((page - 4, 0, page + 4, whole.height), fill=255)
    soft = gutter.filter(ImageFilter.GaussianBlur(page * 0.05))
    shaded(whole, soft, mix(INK, STRAW, 0.2), 1.1)
    shaded(whole, gutter.filter(ImageFilter.GaussianBlur(2)), INK, 0.28)
    return whole


def book(
    art: Art, width: float, ratio: float = 1.2, cloth: Colour = SATIN, paper: Colour = PAPER
) -> Image.Image:
    """A picture book in boards: a groove beside the spine, square corners, smaller pages."""
    cover = drawn(art, width, ratio, paper)
    _groove(cover, round(cover.width * 0.045), cloth)
    pages = round(cover.width * 0.012)
    whole = Image.new("RGBA", (cover.width + pages, cover.height + pages), (0, 0, 0, 0))
    pen = ImageDraw.Draw(whole)
    pen.rectangle(
        (pages, pages, whole.width - 1, whole.height - 1), fill=(*mix(cloth, INK, 0.25), 255)
    )
    for step in range(2, pages - 2):
        tone = (*mix(PAPER, INK, 0.08 if step % 3 else 0.26), 255)
        pen.line((whole.width - step, 9, whole.width - step, whole.height - 6), fill=tone)
        pen.line((9, whole.height - step, whole.width - 6, whole.height - step), fill=tone)
    whole.paste(cover, (0, 0))
    _soft_edge(whole, 8, 20)
    return whole


def _groove(cover: Image.Image, at: int, cloth: Colour) -> None:
    pen = ImageDraw.Draw(cover)
    pen.rectangle((0, 0, at, cover.height), fill=(*cloth, 255))
    shade = Image.new("L", cover.size)
    ImageDraw.Draw(shade).rectangle((at + 4, 0, at + 16, cover.height), fill=130)
    cover.paste((*INK, 255), (0, 0), shade.filter(ImageFilter.GaussianBlur(6)))


def roll(art: Art, length: float, thickness: float = 92, band: Colour = PAPER) -> Image.Image:
    """A roll of wrapping paper: the pattern bent round a cylinder, held by a paper band."""
    flat = drawn(art, 620, ratio=length / 620).convert("RGB").transpose(Image.Transpose.ROTATE_90)
    height = round(thickness * SCALE)
    flat = flat.crop((0, 0, flat.width, round(height * 1.6)))
    across = (np.arange(height) + 0.5) / height * 2 - 1
    rows = (np.arcsin(across) / pi + 0.5) * (flat.height - 1)
    bent = np.asarray(flat)[rows.astype(int)]
    glow = 1.04 - 0.55 * np.clip(np.abs(across + 0.25), 0, 1.2) ** 2.2
    shaft = np.array(mix(band, INK, 0.02), dtype=float)
    left, right = round(flat.width * 0.44), round(flat.width * 0.56)
    bent = bent.copy()
    bent[:, left:right] = shaft
    lit = np.clip(bent * glow[:, None, None], 0, 255).astype(np.uint8)
    return Image.fromarray(lit).convert("RGBA")


def parcel(
    art: Art, width: float, ratio: float = 0.8, ribbon: Colour = STRAW, across: float = 0.34
) -> Image.Image:
    """A wrapped box from above, its ribbon crossed off centre under a bow."""
    whole = drawn(art, width, ratio)
    _box_edges(whole)
    band = round(width * SCALE * 0.05)
    x, y = round(whole.width * across), round(whole.height * 0.5)
    _ribbon(whole, (x, 0, x + band, whole.height), ribbon, upright=True)
    _ribbon(whole, (0, y, whole.width, y + band), ribbon, upright=False)
    bow = _bow(band, ribbon)
    at = (x + band // 2 - bow.width // 2, y + band // 2 - bow.height // 2)
    shadow = (
        bow.getchannel("A")
        .filter(ImageFilter.GaussianBlur(9))
        .point(lambda value: round(value * 0.4))
    )
    whole.paste((*INK, 255), (at[0] + 6, at[1] + 10), shadow)
    whole.alpha_composite(bow, (max(0, at[0]), max(0, at[1])))
    return whole


def _box_edges(whole: Image.Image) -> None:
    """The rounding of the paper over the edges of the box, and the tuck of a fold."""
    w, h = whole.size
    for box, colour, strength in (
        ((0, 0, w, 10), (255, 255, 255), 0.5),
        ((0, 0, 10, h), (255, 255, 255), 0.35),
        ((w - 14, 0, w, h), INK, 0.5),
        ((0, h - 14, w, h), INK, 0.55),
    ):
        mask = Image.new("L", whole.size)
        ImageDraw.Draw(mask).rectangle(box, fill=200)
        shaded(whole, mask.filter(ImageFilter.GaussianBlur(7)), colour, strength)


def _ribbon(
    whole: Image.Image, box: tuple[int, int, int, int], colour: Colour, upright: bool
) -> None:
    mask = Image.new("L", whole.size)
    ImageDraw.Draw(mask).rectangle((box[0] + 4, box[1] + 4, box[2] + 5, box[3] + 6), fill=150)
    whole.paste((*INK, 255), (0, 0), mask.filter(ImageFilter.GaussianBlur(5)))
    pen = ImageDraw.Draw(whole)
    pen.rectangle(box, fill=(*colour, 255))
    edge = (*mix(colour, INK, 0.16), 255)
    if upright:
        for x in (box[0], box[2]):
            pen.line((x, box[1], x, box[3]), fill=edge, width=3)
    else:
        for y in (box[1], box[3]):
            pen.line((box[0], y, box[2], y), fill=edge, width=3)


def _bow(band: int, colour: Colour) -> Image.Image:
    """Two loops, two tails and a knot."""
    size = band * 7
    bow = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    middle = size / 2
    for side in (-1, 1):
        tail = [
            (0, 0),
            (side * 1.1, 2.9),
            (side * 1.75, 2.55),
            (side * 2.05, 2.9),
            (side * 0.55, -0.1),
        ]
        _patch(bow, tail, middle, band, mix(colour, INK, 0.08), smooth=False)
        loop = [
            (0, -0.3),
            (side * 1.2, -1.5),
            (side * 2.75, -1.7),
            (side * 3.05, -0.55),
            (side * 1.9, 0.35),
            (0, 0.35),
        ]
        _patch(bow, loop, middle, band, mix(colour, (255, 255, 255), 0.12), smooth=True)
        hollow = [
            (side * 0.7, -0.5),
            (side * 1.6, -1.05),
            (side * 2.5, -1.15),
            (side * 2.55, -0.65),
            (side * 1.6, -0.2),
        ]
        _patch(bow, hollow, middle, band, mix(colour, INK, 0.22), smooth=True)
    pen = ImageDraw.Draw(bow)
    knot = (middle - band * 0.5, middle - band * 0.55, middle + band * 0.5, middle + band * 0.5)
    pen.rounded_rectangle(knot, band * 0.25, fill=(*mix(colour, INK, 0.05), 255))
    return bow


def _patch(
    bow: Image.Image,
    shape: list[tuple[float, float]],
    middle: float,
    unit: float,
    colour: Colour,
    smooth: bool,
) -> None:
    points = rounded(shape, 4) if smooth else np.array(shape)
    ImageDraw.Draw(bow).polygon(
        [(middle + float(x) * unit, middle + float(y) * unit) for x, y in points],
        fill=(*colour, 255),
    )


def _soft_edge(whole: Image.Image, width: int, strength: int) -> None:
    """A little less light at the right and lower edges, where a cover turns away."""
    mask = Image.new("L", whole.size)
    pen = ImageDraw.Draw(mask)
    pen.rectangle((whole.width - width, 0, whole.width, whole.height), fill=strength * 2)
    pen.rectangle((0, whole.height - width, whole.width, whole.height), fill=strength * 2)
    shaded(whole, mask.filter(ImageFilter.GaussianBlur(width / 2)), INK, 0.8)
