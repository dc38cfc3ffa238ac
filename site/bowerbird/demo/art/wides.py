"""Wide pictures for the front page, the categories and the articles: the shop's own still lifes."""

from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from . import birds, fields, growth, lines, props, tiles
from .colour import (
    CHALK,
    CLAY,
    DEEP,
    HAZE,
    INK,
    LICHEN,
    LINEN,
    MIST,
    NIGHT,
    OAK,
    PAPER,
    ROSE,
    SAND,
    SATIN,
    SKY,
    STRAW,
    Colour,
    mix,
)
from .frames import Art, framed, loose, tape
from .light import SCALE, Scene, grain
from .stationery import book, card, envelope, notebook, parcel, roll, spread

WIDTH, HEIGHT = 1800, 1000
TABLE = mix(OAK, PAPER, 0.45)


def gallery() -> Image.Image:
    """The front page: a wall hung close, as a bower is."""
    scene = Scene(WIDTH, HEIGHT, CHALK)
    _shelf(scene, 894)
    hung: list[tuple[Art, float, str, float, float, float]] = [
        (lines.flow, 404, "oak", 0, 920, 392),
        (growth.sunflower, 254, "black", 0.08, 524, 296),
        (fields.moire, 208, "oak", 0, 1308, 246),
        (tiles.truchet, 208, "white", 0, 1308, 610),
        (growth.moonrise, 240, "oak", 0.08, 1612, 356),
        (lines.harmonograph, 210, "black", 0, 206, 250),
    ]
    for index, (art, width, frame, mat, x, y) in enumerate(hung):
        scene.place(framed(art, width, frame, mat, seed=index), x, y, lift=14)
    for art, width, frame, x in (
        (fields.contours, 232, "oak", 336),
        (tiles.quarters, 176, "white", 524),
    ):
        whole = framed(art, width, frame)
        scene.place(whole, x, 920 - whole.height / SCALE / 2, lift=9)
    for thing, x, y in (
        (props.marble(30), 676, 918),
        (props.cap(38), 736, 944),
        (props.marble(22, SKY), 778, 922),
        (props.button(30, DEEP), 1486, 946),
        (props.flower(46), 1566, 936),
        (props.marble(32), 1640, 916),
    ):
        scene.place(thing, x, y, lift=3)
    scene.place(props.feather(150), 1180, 944, 3, lift=3)
    return scene.finished(6)


def desk() -> Image.Image:
    """Cards, envelopes and a pencil: a letter about to be written."""
    scene = Scene(WIDTH, HEIGHT, LINEN)
    scene.place(envelope(620, MIST), 330, 250, -8, lift=4)
    scene.place(spread(980), 1380, 720, 6, lift=8)
    scene.place(card(lines.rosettes, 300), 300, 560, 5, lift=8)
    scene.place(card(tiles.hitomezashi, 300), 660, 420, -4, lift=8)
    scene.place(envelope(600, STRAW), 1080, 160, 4, lift=4)
    scene.place(card(tiles.moons, 300), 1010, 380, 3, lift=9)
    scene.place(props.pencil(430), 1330, 610, 24, lift=6)
    for thing, x, y in (
        (props.flower(90), 520, 860),
        (props.marble(44), 640, 880),
        (props.button(48, SKY), 740, 850),
    ):
        scene.place(thing, x, y, lift=4)
    return scene.finished()


def stacked() -> Image.Image:
    """Notebooks, fanned."""
    scene = Scene(WIDTH, HEIGHT, HAZE)
    covers: list[tuple[Art, Colour, Colour, float, float, float]] = [
        (
            partial(lines.ridges, colours=(SAND, STRAW, CLAY, mix(CLAY, INK, 0.5), INK), sun=PAPER),
            NIGHT,
            SKY,
            330,
            520,
            12,
        ),
        (partial(fields.contours, margin=0), DEEP, STRAW, 740, 500, 3),
        (lines.standing_wave, NIGHT, STRAW, 1130, 505, -4),
        (partial(lines.labyrinth, ground=MIST), SATIN, CLAY, 1510, 530, -13),
    ]
    for art, spine, band, x, y, angle in covers:
        scene.place(notebook(art, 430, spine, band), x, y, angle, lift=14)
    scene.place(props.pencil(420, CLAY), 960, 930, 2, lift=5)
    return scene.finished()


def parcels() -> Image.Image:
    """Four papers, four parcels."""
    scene = Scene(WIDTH, HEIGHT, ROSE)
    pebble = partial(growth.stones, gap=0.4)
    scene.place(roll(tiles.scallops, 900, 84), 470, 900, 5, lift=22)
    scene.place(parcel(tiles.scallops, 560), 380, 390, 5, lift=40)
    scene.place(parcel(pebble, 470, 1.0, PAPER, 0.5), 960, 330, -7, lift=34)
    scene.place(parcel(tiles.weave, 430, 0.62, STRAW), 980, 770, 4, lift=28)
    scene.place(
        parcel(partial(growth.planets, margin=0, largest=11), 500, 1.15, SATIN),
        1480,
        420,
        8,
        lift=44,
    )
    scene.place(props.feather(230), 1500, 850, 14, lift=4)
    scene.place(props.cap(56), 1270, 900, lift=4)
    return scene.finished()


def blues() -> Image.Image:
    """A drawer of blue things, in the order of their blue."""
    scene = Scene(WIDTH, HEIGHT, CHALK)
    rng = np.random.default_rng(8)
    tones = [
        mix(MIST, SKY, 0.35),
        SKY,
        mix(SKY, SATIN, 0.5),
        SATIN,
        mix(SATIN, DEEP, 0.5),
        DEEP,
        NIGHT,
    ]
    for row in range(5):
        for column in range(9):
            tone = tones[min(6, round(column * 0.72 + rng.uniform(-0.3, 0.3)))]
            x, y = 180 + column * 180 + rng.normal(0, 5), 148 + row * 176 + rng.normal(0, 5)
            if (row, column) == (3, 6):
                scene.place(props.flower(126), x, y, 12, lift=5)
                continue
            scene.place(
                _blue_thing(rng, (row * 4 + column * 3) % 6, tone),
                x,
                y,
                rng.uniform(-40, 40),
                lift=5,
            )
    return scene.finished()


def _blue_thing(rng: np.random.Generator, kind: int, tone: Colour) -> Image.Image:
    if kind == 0:
        return props.marble(rng.uniform(82, 108), tone)
    if kind == 1:
        return props.button(rng.uniform(88, 112), tone, int(rng.choice([2, 4])))
    if kind == 2:
        return props.cap(114, tone)
    if kind == 3:
        return props.peg(176, tone)
    if kind == 4:
        return props.feather(215, tone)
    return props.pencil(210, tone)


def sheets() -> Image.Image:
    """Patterns that nobody drew, laid edge over edge."""
    scene = Scene(WIDTH, HEIGHT, LICHEN)
    laid: list[tuple[Art, float, float, float]] = [
        (growth.stones, 190, 560, 7),
        (fields.chladni, 560, 470, -4),
        (fields.coral, 930, 540, 3),
        (lines.solstice, 1300, 450, -5),
        (growth.sunflower, 1660, 560, 6),
    ]
    for art, x, y, angle in laid:
        scene.place(loose(art, 440), x, y, angle, lift=9)
    return scene.finished()


def hanging() -> Image.Image:
    """Two frames up, one to go: its place is marked on the wall in paper and tape."""
    scene = Scene(WIDTH, HEIGHT, mix(LINEN, CHALK, 0.4))
    scene.place(framed(lines.ridges, 330, "oak"), 420, 470, lift=16)
    scene.place(framed(growth.fern, 330, "oak"), 900, 470, lift=16)
    template = Image.new("RGBA", (352 * SCALE, 488 * SCALE), (*mix(OAK, PAPER, 0.25), 255))
    scene.place(template, 1380, 470, lift=2)
    for x, y, angle in ((1222, 240, 40), (1538, 240, -40), (1222, 700, -40), (1538, 700, 40)):
        scene.place(tape(80), x, y, angle, lift=1, shade=0.15)
    pen = ImageDraw.Draw(scene.image)
    for x in range(150, 1680, 26):
        pen.line(
            (x * SCALE, 226 * SCALE, (x + 12) * SCALE, 226 * SCALE),
            fill=mix(LINEN, SATIN, 0.45),
            width=3,
        )
    for x in (1380,):
        pen.line(((x - 9) * SCALE, 292 * SCALE, (x + 9) * SCALE, 292 * SCALE), fill=SATIN, width=5)
        pen.line((x * SCALE, 283 * SCALE, x * SCALE, 301 * SCALE), fill=SATIN, width=5)
    _shelf(scene, 880)
    scene.place(props.pencil(300), 1260, 928, 3, lift=4)
    scene.place(props.marble(36), 640, 900, lift=3)
    return scene.finished(9)


def leaning() -> Image.Image:
    """Prints along a shelf, some of them behind others."""
    scene = Scene(WIDTH, HEIGHT, HAZE)
    _shelf(scene, 850)
    stood: list[tuple[Art, float, str, float, float]] = [
        (growth.moonrise, 400, "black", 330, 0),
        (tiles.quarters, 320, "oak", 690, 0.0),
        (growth.fern, 420, "white", 1110, 0.0),
        (lines.flow, 300, "oak", 1440, 0.0),
        (lines.solstice, 230, "black", 1640, 0.0),
    ]
    for art, width, frame, x, mat in stood:
        whole = framed(art, width, frame, mat)
        scene.place(whole, x, 890 - whole.height / SCALE / 2, lift=14)
    for thing, x, y in (
        (props.cap(54), 860, 920),
        (props.marble(36), 130, 900),
        (props.button(44, SKY), 920, 940),
    ):
        scene.place(thing, x, y, lift=3)
    return scene.finished(3)


def books() -> Image.Image:
    """The two books, one open place between them for a feather."""
    scene = Scene(WIDTH, HEIGHT, mix(STRAW, PAPER, 0.62))
    scene.place(book(partial(birds.avenue, size=1.3), 500, paper=SAND), 560, 490, 6, lift=18)
    scene.place(
        book(
            partial(lines.labyrinth, ground=SATIN, colours=(PAPER, PAPER), weight=1.5),
            480,
            cloth=NIGHT,
        ),
        1230,
        510,
        -5,
        lift=18,
    )
    scene.place(props.feather(300), 1610, 300, 60, lift=4)
    scene.place(props.flower(96), 200, 820, 0, lift=4)
    scene.place(props.marble(48), 900, 860, lift=4)
    return scene.finished(5)


def _shelf(scene: Scene, y: int) -> None:
    """A wooden board along the foot of the picture."""
    scene.floor(y, TABLE)
    depth = (HEIGHT - y) * SCALE
    scene.image.paste(grain((WIDTH * SCALE, depth), TABLE, 8), (0, (y + 3) * SCALE))
