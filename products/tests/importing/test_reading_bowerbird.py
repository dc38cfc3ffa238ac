from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from products.importing.files.bowerbird import COLUMNS, rows_of
from products.importing.files.richtext import clean
from products.importing.reading import read
from products.importing.records import PictureRecord, ProductRecord, VariantRecord
from products.tests.importing.files import Cells, product, products, rejected, told

MUG = ProductRecord(
    key="blue-mug",
    rows=(2, 3),
    title="Blue mug",
    slug="blue-mug",
    summary="=cmd|' /C calc'!A0",
    body='<p>Thrown by <b>hand</b>.</p><img src="mug.webp" alt="A mug"/>',
    brand="Fern & Field",
    tags=("blue", "small, heavy"),
    categories=(("Kitchen", "Mugs > cups"), ("Sale, last pieces",)),
    tax_class="reduced",
    published=False,
    pictures=(
        PictureRecord("https://pictures.example/1.jpg?a=1|2", "A mug | from above"),
        PictureRecord("mug, large.webp"),
    ),
    seo_title="+44 mugs",
    seo_description="A mug.",
    manufacturer="Fern & Field\n1 Lane\nYork",
    responsible_person="@fern",
    safety_information="-5 °C is too cold.",
    variants=(
        VariantRecord(
            row=2,
            price=Decimal("12.50"),
            sku="MUG-S",
            options=(("Size", "Small"), ("Glaze", "=blue")),
            compare_at=Decimal(15),
            on_hand=7,
            backorders=True,
            low_stock_threshold=0,
            weight=320,
            barcode="0501234567890",
            picture="mug, large.webp",
        ),
        VariantRecord(row=3, price=Decimal("14.5"), options=(("Size", "Large"),), on_hand=None),
    ),
)


def through_a_file(records: Iterable[ProductRecord], **style: str) -> list[ProductRecord]:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=style.get("delimiter", ","))
    writer.writeheader()
    for record in records:
        writer.writerows(rows_of(record))
    data = text.getvalue().encode(style.get("encoding", "utf-8-sig"))
    items = list(read(io.BytesIO(data), currency="GBP"))
    found = [item for item in items if isinstance(item, ProductRecord)]
    assert found == items
    return found


def test_record__comes_back_from_a_file() -> None:
    assert through_a_file([MUG]) == [MUG]


@pytest.mark.parametrize(
    "style",
    [
        pytest.param({"delimiter": ";", "encoding": "cp1252"}, id="a German spreadsheet's"),
        pytest.param({"delimiter": "\t", "encoding": "utf-16"}, id="Unicode text"),
    ],
)
def test_record__comes_back_as_a_spreadsheet_saves_it(style: dict[str, str]) -> None:
    assert through_a_file([MUG], **style) == [MUG]


def test_rows__are_safe_to_open_and_easy_to_edit() -> None:
    first, second = rows_of(MUG)
    assert tuple(first) == tuple(second) == COLUMNS
    assert not [
        text for row in (first, second) for text in row.values() if text[:1] in "=+-@" and text
    ]
    assert first["Summary"] == "'=cmd|' /C calc'!A0"
    assert first["Categories"] == "Kitchen > Mugs \\\\> cups, Sale\\, last pieces"
    assert first["Pictures"] == (
        "https://pictures.example/1.jpg?a=1\\|2 | A mug \\| from above\nmug, large.webp"
    )
    assert {name: text for name, text in second.items() if text} == {
        "Product key": "blue-mug",
        "Option 1 name": "Size",
        "Option 1 value": "Large",
        "Price": "14.50",
        "Sell beyond stock": "no",
    }


# --- Any record -------------------------------------------------------------------------------

# What a cell can hold: no control characters but line ends, and no white space at either end.
CHARACTERS = st.characters(exclude_categories=["C", "Z"])
AWKWARD = st.sampled_from(
    ["=1+1", "'", "'=x", "''+", "-", "@a", ",", "\\", "\\,", ">", "|", '"', ";"]
)
WORD = st.text(CHARACTERS, min_size=1, max_size=8) | AWKWARD
LINE = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
PROSE = st.lists(LINE, max_size=3).map("\n".join)
SKUS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,20}[A-Za-z0-9]", fullmatch=True)
PENCE = st.integers(0, 10**9).map(lambda pence: Decimal(pence).scaleb(-2))
UNITS = st.none() | st.integers(0, 1_000_000)
PICTURES = st.builds(PictureRecord, source=LINE, alt=st.just("") | LINE)


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=3, unique_by=str.casefold).map(tuple)


@st.composite
def variants(draw: st.DrawFn) -> tuple[VariantRecord, ...]:
    """With distinct SKUs and options, and compare-at prices that are above the price."""
    names = draw(several(LINE))
    count = draw(st.integers(1, 3))
    skus = draw(st.lists(SKUS, min_size=count, max_size=count, unique=True))
    values = draw(st.lists(LINE, min_size=count, max_size=count, unique_by=str.casefold))
    found = []
    for sku, value in zip(skus, values, strict=True):
        price = draw(PENCE)
        more = draw(st.none() | PENCE.map(lambda pence: pence + Decimal("0.01")))
        found.append(
            VariantRecord(
                row=0,
                price=price,
                sku=draw(st.sampled_from(["", sku])),
                options=tuple((name, value) for name in names),
                compare_at=None if more is None else price + more,
                on_hand=draw(UNITS),
                backorders=draw(st.booleans()),
                low_stock_threshold=draw(UNITS),
                weight=draw(UNITS),
                barcode=draw(st.from_regex(r"[0-9]{0,14}", fullmatch=True)),
                picture=draw(st.just("") | LINE),
            )
        )
    return tuple(found if names else found[:1])


RECORDS = st.builds(
    ProductRecord,
    key=LINE,
    rows=st.just(()),
    title=LINE,
    variants=variants(),
    slug=st.from_regex(r"[-a-z0-9_]{0,20}", fullmatch=True),
    summary=PROSE,
    body=PROSE.map(lambda text: clean(text).body),
    brand=st.just("") | LINE,
    tags=several(LINE),
    categories=st.lists(
        st.lists(LINE, min_size=1, max_size=3).map(tuple), max_size=3, unique=True
    ).map(tuple),
    tax_class=st.just("") | LINE,
    published=st.booleans(),
    pictures=st.lists(PICTURES, max_size=3, unique_by=lambda picture: picture.source).map(tuple),
    seo_title=st.just("") | LINE,
    seo_description=PROSE,
    manufacturer=PROSE,
    responsible_person=PROSE,
    safety_information=PROSE,
    notes=st.just(()),
)


@given(RECORDS)
@settings(max_examples=150, deadline=None)
def test_record__whatever_it_holds_comes_back(record: ProductRecord) -> None:
    (found,) = through_a_file([record])
    numbered = [replace(variant, row=0) for variant in found.variants]
    assert replace(found, rows=(), variants=tuple(numbered)) == record
    assert found.rows == tuple(range(2, 2 + len(record.variants)))


# --- As people edit it --------------------------------------------------------------------------

ROW = {"Product key": "mug", "Title": "Mug", "Price": "8.00"}


def test_row__of_three_cells_is_enough() -> None:
    assert product([ROW]) == ProductRecord(
        key="mug", rows=(2,), title="Mug", variants=(VariantRecord(row=2, price=Decimal(8)),)
    )


def test_rows__may_repeat_what_is_the_product_s_or_leave_it_out() -> None:
    size = {"Option 1 name": "Size", "Option 1 value": "S"}
    rows = [ROW | size, ROW | {"Option 1 value": "M"}, {"Option 1 value": "L", "Price": "9.00"}]
    found = product(rows)
    assert found.rows == (2, 3, 4)
    assert [variant.options for variant in found.variants] == [
        (("Size", "S"),),
        (("Size", "M"),),
        (("Size", "L"),),
    ]


def test_row__without_a_key_is_known_by_its_slug_or_title() -> None:
    rows = [ROW | {"Product key": "", "Slug": "my-mug"}, {"Title": "Blue cup", "Price": "5.00"}]
    assert [found.key for found in products(rows)] == ["my-mug", "blue-cup"]


def test_price__of_a_german_spreadsheet_is_understood() -> None:
    found = product([ROW | {"Price": "1.234,50", "Compare-at price": "1.400"}])
    assert found.variants[0].price == Decimal("1234.50")
    assert found.variants[0].compare_at == Decimal(1400)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([ROW | {"Price": ""}], "Row 2 has no price.", id="no price"),
        pytest.param([ROW | {"Title": ""}], "The product has no title.", id="no title"),
        pytest.param(
            [ROW | {"Option 1 value": "S"}],
            "Row 2 has an option without a name: “S”.",
            id="an option without a name",
        ),
        pytest.param(
            [{"Product key": "", "Title": "", "Price": "3"}],
            "The row has neither a product key nor a title.",
            id="nothing to know it by",
        ),
    ],
)
def test_product__is_turned_away_with_a_reason(rows: list[Cells], reason: str) -> None:
    assert rejected(rows).reason == reason


def test_product__comes_in_with_a_note() -> None:
    found = product([ROW | {"Summary": "Word " * 70, "On hand": "-2"}])
    assert told(found) == [
        (2, "The stock is -2 there: 0 here. Units owed to customers do not move."),
        (2, "“Summary” is longer than 300 characters and was cut."),
    ]
