"""How a single product is shown: hung, stood on a shelf, laid on a table, or looked at closely."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from .canvas import A_SERIES
from .colour import CHALK, HAZE, INK, LINEN, MIST, OAK, PAPER, SATIN, STRAW, Colour, mix
from .frames import Art, framed, loose, tape
from .light import SCALE, Scene, grain
from .stationery import book, card, envelope, notebook, parcel, roll, spread

WIDTH, HEIGHT = 960, 1200
Prop = tuple[Image.Image, float, float, float]
TABLE = mix(OAK, PAPER, 0.45)


def hang(
    art: Art,
    wall: Colour = CHALK,
    frame: str = "oak",
    mat: float = 0.0,
    window: int | None = 1,
    width: float = 560,
    paper: Colour = PAPER,
) -> Image.Image:
    """Framed, on a wall."""
    scene = Scene(WIDTH, HEIGHT, wall)
    scene.place(framed(art, width, frame, mat, paper=paper), WIDTH / 2, HEIGHT * 0.49, lift=20)
    return scene.finished(window)


def stand(
    art: Art,
    wall: Colour = LINEN,
    frame: str = "black",
    mat: float = 0.0,
    props: Sequence[Prop] = (),
    width: float = 540,
    window: int | None = None,
    x: float = 480,
    paper: Colour = PAPER,
) -> Image.Image:
    """Framed, leaning on a shelf."""
    scene = Scene(WIDTH, HEIGHT, wall)
    scene.floor(1010, TABLE)
    scene.image.paste(
        grain((WIDTH * SCALE, 185 * SCALE), TABLE, 8).crop((0, 0, WIDTH * SCALE, 185 * SCALE)),
        (0, 1014 * SCALE),
    )
    whole = framed(art, width, frame, mat, paper=paper)
    scene.place(whole, x, 1052 - whole.height / SCALE / 2, lift=14)
    _lay(scene, props)
    return scene.finished(window)


def lie(
    art: Art,
    ground: Colour = HAZE,
    angle: float = -3,
    width: float = 600,
    props: Sequence[Prop] = (),
    paper: Colour = PAPER,
    window: int | None = None,
    taped: bool = False,
    ratio: float = A_SERIES,
) -> Image.Image:
    """A loose sheet, on a table or taped to a wall."""
    scene = Scene(WIDTH, HEIGHT, ground)
    sheet = loose(art, width, ratio, paper)
    scene.place(sheet, WIDTH / 2, HEIGHT / 2, angle, lift=6)
    if taped:
        top = HEIGHT / 2 - sheet.height / SCALE / 2
        for x in (WIDTH / 2 - width * 0.42, WIDTH / 2 + width * 0.42):
            scene.place(tape(), x, top + 4, 4 if x < WIDTH / 2 else -3, lift=1, shade=0.15)
    _lay(scene, props)
    return scene.finished(window)


def close(
    thing: Image.Image, x: float, y: float, angle: float, ground: Colour = LINEN, lift: float = 14
) -> Image.Image:
    """A close-up from a low seat: tilted, sharp in the middle and soft before and behind."""
    scene = Scene(WIDTH, HEIGHT, ground)
    scene.place(thing, x, y, angle, lift)
    wide, high = scene.image.size
    tilted = scene.image.transform(
        (wide, high),
        Image.Transform.QUAD,
        (wide * 0.04, high * 0.02, wide * 0.13, high, wide * 0.87, high, wide * 0.96, high * 0.02),
        Image.Resampling.BICUBIC,
    )
    focus = Image.linear_gradient("L").resize(tilted.size)
    far = focus.point(lambda value: max(0, min(255, (105 - value) * 4)))
    near = focus.point(lambda value: max(0, min(255, (value - 205) * 5)))
    scene.image = Image.composite(
        tilted.filter(ImageFilter.GaussianBlur(5 * SCALE)), tilted, ImageChops.add(far, near)
    )
    return scene.finished()


def write(
    art: Art,
    ground: Colour = LINEN,
    cover: Colour = MIST,
    angle: float = 5,
    props: Sequence[Prop] = (),
    paper: Colour = PAPER,
) -> Image.Image:
    """A card on its envelope."""
    scene = Scene(WIDTH, HEIGHT, ground)
    scene.place(envelope(780, cover), 500, 640, 78 + angle, lift=5)
    scene.place(card(art, 500, paper=paper), 455, 575, angle, lift=9)
    _lay(scene, props)
    return scene.finished()


def note(
    art: Art,
    ground: Colour = HAZE,
    angle: float = -6,
    spine: Colour = INK,
    band: Colour | None = STRAW,
    opened: bool = False,
    props: Sequence[Prop] = (),
    paper: Colour = PAPER,
) -> Image.Image:
    """A notebook, alone or on one that lies open."""
    scene = Scene(WIDTH, HEIGHT, ground)
    if opened:
        scene.place(spread(1000), 700, 420, 8, lift=8)
        scene.place(notebook(art, 500, spine, band, paper=paper), 400, 690, angle, lift=16)
    else:
        scene.place(notebook(art, 570, spine, band, paper=paper), 480, 600, angle, lift=16)
    _lay(scene, props)
    return scene.finished()


def wrap(
    art: Art, ground: Colour = CHALK, ribbon: Colour = STRAW, props: Sequence[Prop] = ()
) -> Image.Image:
    """A parcel, a roll of the paper it is wrapped in, and a corner of the flat sheet."""
    scene = Scene(WIDTH, HEIGHT, ground)
    scene.place(loose(art, 620, 1.4), 800, 170, -14, lift=4)
    scene.place(roll(art, 1000), 430, 1010, 11, lift=26, shade=0.34)
    scene.place(parcel(art, 600, ribbon=ribbon), 420, 590, 8, lift=40, shade=0.34)
    _lay(scene, props)
    return scene.finished()


def read(
    art: Art,
    ground: Colour = LINEN,
    angle: float = 4,
    cloth: Colour = SATIN,
    props: Sequence[Prop] = (),
    paper: Colour = PAPER,
) -> Image.Image:
    """A book in boards."""
    scene = Scene(WIDTH, HEIGHT, ground)
    scene.place(book(art, 640, cloth=cloth, paper=paper), 480, 590, angle, lift=18)
    _lay(scene, props)
    return scene.finished()


def pair(
    first: Art,
    second: Art,
    ground: Colour,
    spines: tuple[Colour, Colour],
    props: Sequence[Prop] = (),
) -> Image.Image:
    """Two pocket notebooks, one half upon the other."""
    scene = Scene(WIDTH, HEIGHT, ground)
    scene.place(notebook(second, 440, spines[1], None), 610, 470, 9, lift=12)
    scene.place(notebook(first, 440, spines[0], None), 370, 700, -7, lift=16)
    _lay(scene, props)
    return scene.finished()


def spill(arts: Sequence[Art], ground: Colour, props: Sequence[Prop] = ()) -> Image.Image:
    """A set of postcards as it falls out of its box."""
    scene = Scene(WIDTH, HEIGHT, ground)
    places = [
        (250, 270, 8),
        (690, 240, -9),
        (760, 640, 6),
        (240, 690, -5),
        (500, 480, 3),
        (640, 985, -6),
        (250, 1060, 12),
    ]
    for art, (x, y, angle) in zip(arts, places, strict=False):
        scene.place(loose(art, 330), x, y, angle, lift=5)
    _lay(scene, props)
    return scene.finished()


def _lay(scene: Scene, props: Sequence[Prop]) -> None:
    for thing, x, y, angle in props:
        scene.place(thing, x, y, angle, lift=5)
