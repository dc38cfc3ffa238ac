"""Make the web fonts of static/fonts from the packages that static/fonts/README.md names.

    npm pack @fontsource-variable/newsreader@5.3.0 @fontsource-variable/instrument-sans@5.3.0
    python deploy/dev/fonts.py FOLDER      # where both .tgz files are

Each face is cut in three by what a page needs: what nearly every page is written with, the rest of
latin, and latin-ext. css/fonts.css says the same by `unicode-range`; a test compares the two.
"""

import io
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"
BASIC = {
    *(set(range(0x20, 0x7F)) - set(map(ord, "<=>\\^`{|}~"))),
    *map(ord, "\u00a0£©°·ÄÖ×Üßàäèéöü\u2013\u2014\u2018\u2019\u201c\u201d\u201e…€\u2212"),
}
FEATURES = ["kern", "liga", "locl", "ccmp", "mark", "mkmk"]


@dataclass(frozen=True)
class Face:
    """`file` is a pattern of the package's files; `axes` pins an axis or narrows it.

    Kerning is rounded to a part of an em, and is the same for every weight and size: at most half
    a pixel in a headline and a sixth of one in running text, for half of what a font weighs.
    """

    name: str
    package: str
    file: str
    axes: dict[str, Any] = field(default_factory=dict)
    kerning: float = 1 / 100
    more: tuple[str, ...] = ()


FACES = (
    Face("newsreader", "newsreader", "opsz-normal", {"wght": 400, "opsz": (18, 72)}),
    Face("newsreader-italic", "newsreader", "opsz-italic", {"wght": 400, "opsz": (18, 72)}),
    Face("newsreader-bold", "newsreader", "opsz-normal", {"wght": 600, "opsz": 18}),
    *(
        Face(name, "instrument-sans", file, {"wght": (400, 600)}, kerning=1 / 50, more=("tnum",))
        for name, file in (
            ("instrument-sans", "wght-normal"),
            ("instrument-sans-italic", "wght-italic"),
        )
    ),
)


def main(packages: Path) -> None:
    for face in FACES:
        for part, font in parts_of(face, packages):
            font.flavor = "woff2"
            path = FOLDER / f"{face.name}-{part}.woff2"
            font.save(path)
            print(f"{path.name:40} {path.stat().st_size / 1000:5.1f} kB")


def parts_of(face: Face, packages: Path) -> Iterator[tuple[str, TTFont]]:
    latin = characters(read(face, packages, "latin"))
    for part, subset, wanted in (
        ("basic", "latin", latin & BASIC),
        ("latin", "latin", latin - BASIC),
        ("latin-ext", "latin-ext", None),
    ):
        font = read(face, packages, subset)
        font = instantiateVariableFont(font, face.axes)
        keep_only(font, wanted or characters(font) - latin, [*FEATURES, *face.more])
        simplify_kerning(font, face.kerning)
        yield part, font


def read(face: Face, packages: Path, subset: str) -> TTFont:
    (archive,) = packages.glob(f"fontsource-variable-{face.package}-*.tgz")
    with tarfile.open(archive) as files:
        content = files.extractfile(f"package/files/{face.package}-{subset}-{face.file}.woff2")
        assert content
        return TTFont(io.BytesIO(content.read()))


def characters(font: TTFont) -> set[int]:
    return set(font.getBestCmap())


def keep_only(font: TTFont, wanted: set[int], features: list[str]) -> None:
    subsetter = Subsetter(Options(layout_features=features, hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)


def simplify_kerning(font: TTFont, part: float) -> None:
    step = part * font["head"].unitsPerEm
    for table in pair_tables(font):
        # The upper half of a format are the variations, by weight and size.
        table.ValueFormat1 &= 0xF
        table.ValueFormat2 &= 0xF
        for value in values_of(table):
            for name in list(vars(value)):
                if name.endswith("Device"):
                    delattr(value, name)
                else:
                    setattr(value, name, round(getattr(value, name) / step) * round(step))


def pair_tables(font: TTFont) -> Iterator[Any]:
    for lookup in font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ():
        for table in lookup.SubTable:
            plain = table.ExtSubTable if table.LookupType == 9 else table
            if plain.LookupType == 2:
                yield plain


def values_of(table: Any) -> Iterator[Any]:
    if table.Format == 1:
        records = [record for first in table.PairSet for record in first.PairValueRecord]
    else:
        records = [record for first in table.Class1Record for record in first.Class2Record]
    for record in records:
        yield from filter(None, (record.Value1, record.Value2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
