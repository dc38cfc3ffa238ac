from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings as DjangoSettings

from products.importing.files.formats import FORMATS
from products.importing.reading import read
from products.importing.records import FileRefused, ProductRecord, Rejected
from products.tests.importing.files import csv_file, source

SHOPIFY_OLD = "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price"
SHOPIFY_NEW = "Title,URL handle,Description,Vendor,Option1 name,Option1 value,SKU,Price"
WOOCOMMERCE = "ID,Type,SKU,Name,Published,Regular price,Categories"
GERMAN = "ID,Typ,Artikelnummer,Name,Veröffentlicht,Regulärer Preis,Kategorien"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        pytest.param(SHOPIFY_OLD, "shopify", id="Shopify as it was"),
        pytest.param(SHOPIFY_NEW, "shopify", id="Shopify as it is"),
        pytest.param(SHOPIFY_OLD.upper(), "shopify", id="in capitals"),
        pytest.param(SHOPIFY_OLD.replace(",", " , "), "shopify", id="with spaces"),
        pytest.param(SHOPIFY_OLD.replace(",", ";"), "shopify", id="with semicolons"),
        pytest.param("\ufeff" + SHOPIFY_OLD, "shopify", id="with a byte-order mark"),
        pytest.param(WOOCOMMERCE, "woocommerce", id="WooCommerce"),
        pytest.param(GERMAN, "woocommerce", id="WooCommerce in German"),
        pytest.param("Product key,Title,Price", "bowerbird", id="ours"),
    ],
)
def test_read__recognises_a_format_by_its_header(header: str, name: str) -> None:
    file = io.BytesIO(f"{header}\n{'x,' * 7}x\n".encode())
    found = read(file)
    assert (found.format, found.row_count) == (name, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param("", "goods.csv: The file is empty.", id="empty"),
        pytest.param(
            SHOPIFY_OLD, "goods.csv: There are no products below the header.", id="only a header"
        ),
        pytest.param(
            "Author,Book\nWoolf,Orlando",
            "goods.csv: The first row does not name the columns of a product file. It names "
            "“Author”, “Book”. We looked for Bowerbird: “Product key”, “Title”, “Price”; "
            "Shopify: “URL handle”, “Title”, “Price”; WooCommerce: “Name”, “Regular price”.",
            id="another table",
        ),
        pytest.param(
            "Handle,Title,Vendor,Option1 Name\na,b,c,d",
            "goods.csv: This looks like an export of Shopify, but it has no column “Price”.",
            id="a column missing",
        ),
        pytest.param("PK\x03\x04", None, id="a workbook"),
    ],
)
def test_read__refuses_a_file_with_a_sentence(data: str, message: str | None) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(io.BytesIO(data.encode()), name="goods.csv")
    assert str(refusal.value) == (
        message
        or "goods.csv: This is an Excel workbook. Save it as “CSV UTF-8” and choose that file."
    )


def test_read__takes_a_format_that_is_named() -> None:
    both = b"Handle,Title,Price,Name,Regular price\na,b,1,c,2\n"
    assert read(io.BytesIO(both)).format == "shopify"
    assert read(io.BytesIO(both), format="woocommerce").format == "woocommerce"
    with pytest.raises(FileRefused, match="no format called “magento”"):
        read(io.BytesIO(both), format="magento")


def test_source__can_be_gone_through_again() -> None:
    found = source([{"Handle": "mug", "Title": "Mug", "Price": "8"}])
    assert list(found) == list(found)
    assert [type(item) for item in found] == [ProductRecord]


def test_read__leaves_the_file_open() -> None:
    file = csv_file([{"Handle": "mug", "Title": "Mug", "Price": "8"}])
    list(read(file))
    assert not file.closed


@pytest.mark.parametrize(
    ("currency", "asked", "price"),
    [
        pytest.param("GBP", "", "1234.00", id="the shop's"),
        pytest.param("GBP", "KWD", "1.234", id="the one asked for"),
    ],
)
def test_read__prices_are_in_the_shop_s_currency(
    currency: str, asked: str, price: str, settings: DjangoSettings
) -> None:
    settings.SHOP_CURRENCY = currency
    file = csv_file([{"Handle": "mug", "Title": "Mug", "Price": "1.234"}])
    (item,) = read(file, currency=asked)
    assert isinstance(item, ProductRecord)
    assert str(item.variants[0].price) == price


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        pytest.param(
            {"Handle": "mug", "Title": "Another mug"},
            "“mug” names another product already, in row 2.",
            id="the same handle",
        ),
        pytest.param(
            {"Handle": "cup", "Title": "Cup", "SKU": "MUG-1"},
            "The SKU MUG-1 belongs to the product in row 2 already.",
            id="the same SKU",
        ),
    ],
)
def test_read__turns_the_second_product_away(second: dict[str, str], reason: str) -> None:
    rows = [
        {"Handle": "mug", "Title": "Mug", "SKU": "MUG-1", "Price": "8"},
        second | {"Price": "9"},
    ]
    first, other = source(rows)
    assert isinstance(first, ProductRecord)
    assert other == Rejected((3,), second["Title"], reason)


def test_read__a_product_that_was_turned_away_takes_nothing() -> None:
    rows = [
        {"Handle": "mug", "Title": "Mug", "SKU": "MUG-1", "Price": "dear"},
        {"Handle": "mug", "Title": "New mug", "SKU": "MUG-1", "Price": "9"},
    ]
    first, other = source(rows)
    assert first == Rejected((2,), "Mug", "Row 2: “dear” is not a number.")
    assert isinstance(other, ProductRecord)
    assert other.title == "New mug"


def test_read__of_a_hundred_thousand_rows_keeps_only_what_it_needs() -> None:
    line = "mug-%d,Mug,8.00,\n" + "mug-%d,,,https://pictures.example/1.jpg\n" * 3
    text = "Handle,Title,Price,Image Src\n" + "".join(line % (n, n, n, n) for n in range(25_000))
    found = read(io.BytesIO(text.encode()))
    assert found.row_count == 100_000
    first = next(iter(found))
    assert isinstance(first, ProductRecord)
    assert first.rows == (2, 3, 4, 5)


CELLS = st.sampled_from(
    ["", "x", "0", "1", "-1", "9.99", "1,234", "£5", "id:1", "simple", "variable", "variation"]
) | st.text(st.characters(exclude_categories=["C"]), max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[dict[str, str]]]:
    """The name of a format, and rows of anything under its columns."""
    known = draw(st.sampled_from(FORMATS))
    special = ["Attribute 1 name", "Attribute 1 value(s)", "Weight (kg)", "Price / France"]
    others = st.sampled_from([*(names[0] for names in known.columns.values()), *special])
    needed = [known.heading(column) for column in known.needed]
    columns = dict.fromkeys([*needed, *draw(st.lists(others, max_size=12))])
    row = st.fixed_dictionaries(dict.fromkeys(columns, CELLS))
    return known.name, [dict.fromkeys(needed, "x"), *draw(st.lists(row, max_size=6))]


@given(tables())
@settings(max_examples=200, deadline=None)
def test_read__of_anything_in_the_cells_says_what_becomes_of_each_row(
    table: tuple[str, list[dict[str, str]]],
) -> None:
    name, rows = table
    found = read(csv_file(rows), format=name, currency="GBP")
    items = list(found)
    numbers = sorted(number for item in items for number in item.rows)
    assert len(numbers) == found.row_count
    assert all(item.reason for item in items if isinstance(item, Rejected))
    assert all(item.variants for item in items if isinstance(item, ProductRecord))
