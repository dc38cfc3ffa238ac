"""What a release makes of the static files: one file an entry, hashed, compressed, whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings
from fontTools.ttLib import TTFont

from bowerbird.static_files import Read, ReleasedFiles, join_scripts, join_styles

Released = Callable[[str], Path]
STATIC = Path(settings.BASE_DIR, "static")


def reader(files: Mapping[str, str]) -> Read:
    return files.__getitem__


# --- Style sheets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("", "a {}"),
        ("layer(base)", "@layer base {\na {}\n}"),
        ("layer", "@layer {\na {}\n}"),
        ("print", "@media print {\na {}\n}"),
        (
            "layer(x.y) supports(display: grid) screen and (min-width: 40em)",
            (
                "@media screen and (min-width: 40em) {\n@supports (display: grid) {\n"
                "@layer x.y {\na {}\n}\n}\n}"
            ),
        ),
        (
            "supports((a: b) and (c: d)) print",
            "@media print {\n@supports ((a: b) and (c: d)) {\na {}\n}\n}",
        ),
    ],
)
def test_import__keeps_its_conditions(conditions: str, expected: str) -> None:
    files = {"css/shop.css": f'@import url("a.css") {conditions};', "css/a.css": "a {}\n"}
    assert join_styles("css/shop.css", reader(files)) == expected + "\n"


def test_imports__are_put_in_their_places_at_every_depth() -> None:
    files = {
        "css/shop.css": '@layer a, b;\n@import "a.css" layer(a);\n@import url(b.css) layer(b);',
        "css/a.css": '@import "c.css";\na {}',
        "css/b.css": "b {}",
        "css/c.css": "c {}",
    }
    expected = "@layer a, b;\n@layer a {\nc {}\na {}\n}\n@layer b {\nb {}\n}\n"
    assert join_styles("css/shop.css", reader(files)) == expected


def test_addresses__go_by_the_file_that_they_stand_in_now() -> None:
    files = {
        "css/shop.css": '@import "parts/a.css";\nb { src: url("../fonts/b.woff2") }',
        "css/parts/a.css": "a { src: url(../../fonts/a.woff2), url('data:x'), url(#here) }",
    }
    assert join_styles("css/shop.css", reader(files)) == (
        "a { src: url(\"../fonts/a.woff2\"), url('data:x'), url(#here) }\n"
        'b { src: url("../fonts/b.woff2") }\n'
    )


def test_comments__are_left_out_and_words_in_quotes_are_not() -> None:
    files = {"css/a.css": '/* @import "b.css"; */\na {\n  content: "/* said */";\n\n}\n'}
    assert join_styles("css/a.css", reader(files)) == 'a {\ncontent: "/* said */";\n}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('@import "https://example.com/a.css";', "only our own files"),
        ('@import "shop.css";', "imports itself"),
    ],
)
def test_import__that_cannot_be_joined_stops_the_release(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        join_styles("css/shop.css", reader({"css/shop.css": text}))


# --- Scripts -------------------------------------------------------------------------------------


def test_modules__each_have_a_block_of_their_own_once_in_the_order_of_a_browser() -> None:
    files = {
        "js/page.js": '// The page.\nimport "./a.js";\nimport "./b.js";\n',
        "js/a.js": 'import "./c.js";\nconst x = 1;\n',
        "js/b.js": 'import "./c.js";\nconst x = 2;\n',
        "js/c.js": "const x = 3;\n",
    }
    joined = join_scripts("js/page.js", reader(files))
    assert joined == "{\nconst x = 3;\n}\n{\nconst x = 1;\n}\n{\nconst x = 2;\n}\n"


def test_module_alone__stays_as_it_is() -> None:
    text = '// Why.\nexport const x = "/* y */";\n'
    assert join_scripts("js/a.js", reader({"js/a.js": text})) == text


@pytest.mark.parametrize("text", ["export const x = 1;", 'import { x } from "./b.js";'])
def test_module__that_shares_names_stops_the_release(text: str) -> None:
    files = {"js/page.js": 'import "./a.js";', "js/a.js": text}
    with pytest.raises(ValueError, match=r"js/a\.js has names to"):
        join_scripts("js/page.js", reader(files))


# --- A release -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """The shop's own files, laid out as `collectstatic` does in production; by the entry's name."""
    folder = tmp_path_factory.mktemp("static")
    changed = override_settings(
        STATIC_ROOT=folder,
        WHITENOISE_KEEP_ONLY_HASHED_FILES=True,  # half the work; all that is looked at here
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "bowerbird.static_files.ReleasedFiles"},
        },
    )
    with changed:
        call_command("collectstatic", interactive=False, verbosity=0)
        storage: Any = staticfiles_storage
        yield lambda entry: folder / storage.stored_name(entry)


def test_release__makes_each_entry_one_compressed_file(released: Released) -> None:
    for entry in ("css/shop.css", "css/arranged.css", "js/shop.js", "js/product.js"):
        path = released(entry)
        assert not re.search(r"@import|^import\b", path.read_text(), re.MULTILINE)
        assert path.with_name(f"{path.name}.br").exists()
        assert path.with_name(f"{path.name}.gz").exists()


def test_release__finds_every_file_that_a_style_sheet_names(released: Released) -> None:
    path = released("css/shop.css")
    urls = re.findall(r'url\("(\.\./[^"]+)"\)', path.read_text())
    assert len(urls) == len(list(STATIC.glob("fonts/*.woff2")))
    assert all((path.parent / url).exists() and url.count(".") >= 4 for url in urls)


def test_style_sheets_and_scripts__weigh_little_over_the_wire(released: Released) -> None:
    def weight(*entries: str) -> int:
        paths = [released(entry) for entry in entries]
        return sum(Path(f"{path}.br").stat().st_size for path in paths)

    assert weight("css/shop.css", "css/arranged.css") < 14_000
    assert weight("js/shop.js", "js/product.js") < 5_000


# --- Fonts ---------------------------------------------------------------------------------------


def faces() -> list[tuple[str, str]]:
    """The file of each face and the characters that it is fetched for, in the order of the CSS."""
    text = (STATIC / "css/fonts.css").read_text()
    return re.findall(r'url\("\.\./fonts/([^"]+)"\)[^}]*unicode-range: ([^;]+);', text)


def characters(ranges: str) -> set[int]:
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(", "):
        first, _, last = part.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.parametrize(("file", "ranges"), faces(), ids=[file for file, _ in faces()])
def test_face__is_asked_for_what_it_has(file: str, ranges: str) -> None:
    """The basic one for exactly that, and instead of latin: of two that overlap the last counts."""
    has = set(TTFont(STATIC / "fonts" / file).getBestCmap())
    asked = characters(ranges)
    family, _, part = file.removesuffix(".woff2").rpartition("-")
    if part == "basic":
        assert has == asked
        assert faces().index((file, ranges)) > [name for name, _ in faces()].index(
            f"{family}-latin.woff2"
        )
    else:
        assert len(has & asked) > 0.9 * len(has)


def test_latin__has_a_face_for_every_letter() -> None:
    letters = {code for code in range(0x100) if chr(code).isalpha() or 0x20 < code < 0x7F} - {0xB5}
    for family in {name.rpartition("-")[0] for name, _ in faces() if "latin-ext" not in name}:
        parts = [STATIC / "fonts" / f"{family}-{part}.woff2" for part in ("basic", "latin")]
        has = set().union(*(TTFont(path).getBestCmap() for path in parts))
        assert letters <= has, family


def test_preloaded_fonts__are_those_of_nearly_every_page() -> None:
    base = Path(settings.BASE_DIR, "templates/base.html").read_text()
    preloaded = re.findall(r"rel=\"preload\" href=\"{% static 'fonts/([^']+)' %}\"", base)
    assert preloaded == ["newsreader-basic.woff2", "instrument-sans-basic.woff2"]
    assert sum((STATIC / "fonts" / name).stat().st_size for name in preloaded) < 36_000


def test_address__is_looked_up_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ReleasedFiles()
    asked: list[str] = []

    def stored_name(name: str) -> str:
        asked.append(name)
        return f"{name}.1"

    monkeypatch.setattr(files, "stored_name", stored_name)
    assert {files.url("css/shop.css") for _ in range(3)} == {"/static/css/shop.css.1"}
    assert asked == ["css/shop.css"]
