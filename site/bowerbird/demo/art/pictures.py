"""The list of all pictures: each file name, and how that picture is made."""

from collections.abc import Callable
from functools import partial

from PIL import Image

from . import birds, fields, growth, lines, machine, props, scenes, tiles, wides
from .colour import (
    BLUSH,
    CHALK,
    CLAY,
    DEEP,
    DUSK,
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
    mix,
)
from .frames import Art, framed, loose
from .stationery import book, card, notebook

Picture = Callable[[], Image.Image]

BUTTER = mix(STRAW, PAPER, 0.62)
dunes: Art = partial(
    lines.ridges,
    seed=27,
    colours=(SAND, STRAW, CLAY, mix(CLAY, INK, 0.5), INK),
    sun=PAPER,
    count=9,
    margin=0,
)
dunes_framed: Art = partial(
    lines.ridges, seed=27, colours=(SAND, STRAW, CLAY, mix(CLAY, INK, 0.5), INK), sun=PAPER, count=9
)
one_way: Art = partial(lines.labyrinth, order=6, weight=0.55, margin=10, colours=(SATIN, SATIN))
maze_blue: Art = partial(lines.labyrinth, ground=SATIN, colours=(PAPER, MIST), weight=1.5)
maze_sand: Art = partial(lines.labyrinth, ground=BLUSH, colours=(CLAY, CLAY), weight=1.5)
sea_map: Art = partial(fields.contours, margin=0)
pebbles: Art = partial(growth.stones, gap=0.45)
confetti: Art = partial(growth.planets, margin=0, largest=11)
birthday: Art = partial(growth.planets, seed=4, largest=17)
bower: Art = partial(birds.avenue, size=1.3)
wave_cover: Art = partial(lines.standing_wave, margin=0)


def close(
    thing: Callable[[], Image.Image], x: float, y: float, angle: float, ground: tuple[int, int, int]
) -> Picture:
    """A close-up whose large subject is drawn only when the picture is."""
    return lambda: scenes.close(thing(), x, y, angle, ground)


def sheet(
    art: Art, width: float = 1500, paper: tuple[int, int, int] = PAPER
) -> Callable[[], Image.Image]:
    """A loose print, large."""
    return lambda: loose(art, width, paper=paper)


def portrait() -> Image.Image:
    """The maker's portrait for the page about the shop: the bird, of course."""
    return birds.bower().crop((440, 60, 1240, 1000)).resize((960, 1128), Image.Resampling.LANCZOS)


PRINTS: dict[str, Picture] = {
    "tidal-drift": lambda: scenes.hang(lines.flow, CHALK, window=1),
    "tidal-drift-black": lambda: scenes.stand(
        lines.flow,
        HAZE,
        "black",
        props=[(props.cap(46), 860, 1120, 0), (props.marble(30), 800, 1090, 0)],
        window=5,
    ),
    "tidal-drift-detail": close(lambda: framed(lines.flow, 1500), 1010, 1120, 14, CHALK),
    "first-light": lambda: scenes.hang(lines.ridges, ROSE, "white", window=2),
    "first-light-detail": close(sheet(lines.ridges, 1300), 560, 660, -16, ROSE),
    "interference": lambda: scenes.lie(fields.moire, CHALK, 0, taped=True, window=3),
    "interference-detail": close(sheet(fields.moire, 2500), 980, 1240, 18, CHALK),
    "skerry": lambda: scenes.hang(fields.contours, LICHEN, "oak", window=7),
    "skerry-detail": close(sheet(fields.contours), 620, 900, -22, LINEN),
    "sunflower-at-dusk": lambda: scenes.stand(
        growth.sunflower, LINEN, "black", props=[(props.flower(60), 838, 1100, 0)]
    ),
    "sunflower-at-dusk-detail": close(sheet(growth.sunflower, 1900), 700, 500, 12, LINEN),
    "pendulum-study": lambda: scenes.lie(
        lines.harmonograph,
        HAZE,
        -3,
        props=[(props.feather(190), 200, 1095, 22), (props.marble(38), 812, 1080, 0)],
    ),
    "pendulum-study-detail": close(sheet(lines.harmonograph, 2600), 700, 640, 24, HAZE),
    "garden-path": lambda: scenes.hang(tiles.truchet, HAZE, "white", window=4),
    "garden-path-detail": close(lambda: framed(tiles.truchet, 1500, "white"), 40, 150, -12, HAZE),
    "coral-labyrinth": lambda: scenes.lie(fields.coral, ROSE, 0, taped=True, window=8),
    "coral-labyrinth-detail": close(sheet(fields.coral, 1600), 300, 300, 15, ROSE),
    "every-quarter-circle": lambda: scenes.hang(tiles.quarters, CHALK, "oak", window=6),
    "every-quarter-circle-detail": close(sheet(tiles.quarters, 1400), 760, 860, -14, CHALK),
    "murmuration": lambda: scenes.hang(birds.murmuration, LINEN, "white", window=9),
    "moonrise-dotted": lambda: scenes.stand(
        growth.moonrise, DUSK, "oak", props=[(props.marble(40, MIST), 150, 1100, 0)], x=500
    ),
    "winter-fern": lambda: scenes.hang(growth.fern, LINEN, "oak", window=10),
    "winter-fern-detail": close(sheet(growth.fern, 1700), 700, 740, -18, LINEN),
    "six-plates": lambda: scenes.lie(
        fields.chladni, LINEN, 3, props=[(props.button(46, SKY), 135, 1085, 0)]
    ),
    "six-plates-detail": close(sheet(fields.chladni, 1900), 200, 640, 14, LINEN),
    "the-avenue": lambda: scenes.stand(
        bower,
        CHALK,
        "oak",
        props=[(props.feather(170), 800, 1120, 8), (props.cap(44), 130, 1105, 0)],
        x=450,
    ),
    "the-avenue-detail": close(sheet(bower, 1900), 480, 160, 8, LINEN),
    "dune-sea": lambda: scenes.hang(dunes_framed, BUTTER, "oak", window=11),
    "solstice": lambda: scenes.hang(lines.solstice, DUSK, "black", window=None),
    "collectors-eye": lambda: scenes.hang(
        lines.eye, CHALK, "black", mat=0.06, window=12, width=520
    ),
    "collectors-eye-detail": close(sheet(lines.eye, 2800), 520, 620, -12, CHALK),
    "one-way-through": lambda: scenes.lie(
        one_way, mix(DUSK, INK, 0.1), 2, props=[(props.pencil(300), 720, 1120, 6)]
    ),
    "one-way-through-detail": close(sheet(one_way, 1900), 900, 1060, -20, DUSK),
}

PAPER_GOODS: dict[str, Picture] = {
    "twelve-rosettes": lambda: scenes.write(lines.rosettes, LINEN, MIST),
    "twelve-rosettes-detail": close(lambda: card(lines.rosettes, 1300), 620, 800, 16, LINEN),
    "coin-toss": lambda: scenes.write(tiles.hitomezashi, ROSE, mix(SKY, MIST, 0.3), -5),
    "coin-toss-detail": close(lambda: card(tiles.hitomezashi, 1300), 540, 760, -14, ROSE),
    "month-of-moons": lambda: scenes.write(tiles.moons, HAZE, STRAW, 4, paper=NIGHT),
    "small-planets": lambda: scenes.write(birthday, BUTTER, SATIN, -4),
    "postcards": lambda: scenes.spill(
        [
            lines.ridges,
            fields.contours,
            growth.moonrise,
            lines.rosettes,
            lines.flow,
            tiles.quarters,
            growth.fern,
        ],
        LICHEN,
        [(props.pencil(240), 820, 1120, 40)],
    ),
    "chart-notebook": lambda: scenes.note(
        sea_map, LICHEN, -6, DEEP, STRAW, props=[(props.marble(38), 850, 1080, 0)]
    ),
    "chart-notebook-open": lambda: scenes.note(
        sea_map,
        LICHEN,
        -5,
        DEEP,
        STRAW,
        opened=True,
        props=[(props.pencil(330, OAK), 760, 1060, 14)],
    ),
    "still-water-notebook": lambda: scenes.note(wave_cover, HAZE, 5, NIGHT, SATIN),
    "still-water-notebook-detail": close(
        lambda: notebook(wave_cover, 1600, NIGHT, SATIN), 860, 1100, 12, HAZE
    ),
    "pocket-pair": lambda: scenes.pair(
        maze_blue, maze_sand, LINEN, (NIGHT, DEEP), [(props.pencil(230), 800, 1080, 30)]
    ),
    "dune-sketchbook": lambda: scenes.note(
        dunes, BUTTER, -4, INK, CLAY, props=[(props.pencil(330, CLAY), 480, 1120, 4)]
    ),
    "dune-sketchbook-open": lambda: scenes.note(dunes, BUTTER, -8, INK, CLAY, opened=True),
    "scallop-wrap": lambda: scenes.wrap(tiles.scallops, CHALK, STRAW),
    "scallop-wrap-detail": close(sheet(tiles.scallops, 1300), 520, 860, 20, CHALK),
    "basket-wrap": lambda: scenes.wrap(tiles.weave, BUTTER, SATIN),
    "basket-wrap-detail": close(sheet(tiles.weave, 1000), 560, 900, -16, BUTTER),
    "pebble-wrap": lambda: scenes.wrap(pebbles, LICHEN, PAPER),
    "planet-wrap": lambda: scenes.wrap(confetti, ROSE, SATIN),
    "a-blue-thing": lambda: scenes.read(
        bower,
        BUTTER,
        4,
        paper=SAND,
        props=[(props.flower(84), 150, 1060, 0), (props.cap(54), 820, 1080, 0)],
    ),
    "a-blue-thing-detail": close(lambda: book(bower, 1200, paper=SAND), 560, 380, -10, BUTTER),
    "rules-for-a-line": lambda: scenes.read(
        maze_blue, HAZE, -4, NIGHT, [(props.pencil(330), 560, 1110, -3)]
    ),
}

WIDE: dict[str, Picture] = {
    "wide-gallery": wides.gallery,
    "wide-bower": birds.bower,
    "wide-plotter": machine.plotter,
    "wide-desk": wides.desk,
    "wide-notebooks": wides.stacked,
    "wide-parcels": wides.parcels,
    "wide-blue-things": wides.blues,
    "wide-patterns": wides.sheets,
    "wide-hanging": wides.hanging,
    "wide-shelf": wides.leaning,
    "wide-books": wides.books,
    "satin-bowerbird": portrait,
}

PICTURES: dict[str, Picture] = PRINTS | PAPER_GOODS | WIDE
