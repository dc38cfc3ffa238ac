from __future__ import annotations

from decimal import Decimal

import pytest

from products.importing.records import PictureRecord, ProductRecord, VariantRecord
from products.tests.importing.files import Cells, product, products, rejected, source, told

MUG = {
    "Handle": "blue-mug",
    "Title": "Blue mug",
    "Body (HTML)": "<p>Thrown by hand.</p>",
    "Vendor": "Fern & Field",
    "Type": "Kitchen > Mugs",
    "Tags": "blue, gift, Blue",
    "Published": "true",
    "Option1 Name": "Size",
    "Option1 Value": "Small",
    "Variant SKU": "MUG-S",
    "Variant Grams": "320",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "7",
    "Variant Inventory Policy": "deny",
    "Variant Price": "12.50",
    "Variant Compare At Price": "15.00",
    "Variant Barcode": "'0501234567890",
    "Image Src": "https://pictures.example/1.jpg?v=2",
    "Image Position": "1",
    "Image Alt Text": "A mug, seen from above",
    "SEO Title": "Mug",
    "SEO Description": "A blue mug.",
}
LARGE = {
    "Handle": "blue-mug",
    "Option1 Value": "Large",
    "Variant Inventory Qty": "0",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Policy": "continue",
    "Variant Price": "14.50",
    "Variant Image": "https://pictures.example/3.jpg",
    "Image Src": "https://pictures.example/3.jpg",
    "Image Position": "3",
}
PICTURE = {
    "Handle": "blue-mug",
    "Image Src": "https://pictures.example/2.jpg",
    "Image Position": "2",
}

AS_IT_IS_NOW = {
    "Handle": "URL handle",
    "Body (HTML)": "Description",
    "Published": "Published on online store",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Variant SKU": "SKU",
    "Variant Grams": "Weight value (grams)",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Variant Inventory Policy": "Continue selling when out of stock",
    "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price",
    "Variant Barcode": "Barcode",
    "Variant Image": "Variant image URL",
    "Image Src": "Product image URL",
}


def renamed(row: Cells) -> dict[str, str]:
    words = {"deny": "FALSE", "continue": "TRUE"}
    return {AS_IT_IS_NOW.get(name, name): words.get(text, text) for name, text in row.items()}


WHOLE = ProductRecord(
    key="blue-mug",
    rows=(2, 3, 4),
    title="Blue mug",
    slug="blue-mug",
    body="<p>Thrown by hand.</p>",
    brand="Fern & Field",
    tags=("blue", "gift"),
    categories=(("Kitchen", "Mugs"),),
    published=True,
    pictures=(
        PictureRecord("https://pictures.example/1.jpg?v=2", "A mug, seen from above"),
        PictureRecord("https://pictures.example/2.jpg"),
        PictureRecord("https://pictures.example/3.jpg"),
    ),
    seo_title="Mug",
    seo_description="A blue mug.",
    variants=(
        VariantRecord(
            row=2,
            price=Decimal("12.50"),
            sku="MUG-S",
            options=(("Size", "Small"),),
            compare_at=Decimal(15),
            on_hand=7,
            weight=320,
            barcode="0501234567890",
        ),
        VariantRecord(
            row=3,
            price=Decimal("14.50"),
            options=(("Size", "Large"),),
            on_hand=0,
            backorders=True,
            picture="https://pictures.example/3.jpg",
        ),
    ),
)


def test_product__is_read_whole() -> None:
    assert product([MUG, LARGE, PICTURE]) == WHOLE


def test_product__is_the_same_under_the_new_names_of_the_columns() -> None:
    assert product([renamed(row) for row in (MUG, LARGE, PICTURE)]) == WHOLE


def test_product__rows_may_stand_apart() -> None:
    cup = {"Handle": "cup", "Title": "Cup", "Variant Price": "5"}
    mug, other = products([MUG, cup, LARGE])
    assert (mug.rows, [variant.row for variant in mug.variants]) == ((2, 4), [2, 4])
    assert (other.key, other.rows) == ("cup", (3,))


def test_product__title_on_every_row_is_still_one() -> None:
    assert product([MUG, LARGE | {"Title": "Blue mug"}]).rows == (2, 3)


def test_product__named_in_a_later_row() -> None:
    assert product([LARGE, MUG]).title == "Blue mug"


def test_variant__alone_has_no_options() -> None:
    plain = MUG | {"Option1 Name": "Title", "Option1 Value": "Default Title"}
    assert [variant.options for variant in product([plain]).variants] == [()]


def test_variants__may_be_many() -> None:
    rows = [LARGE | {"Option1 Value": str(number)} for number in range(150)]
    assert len(product([MUG, *rows]).variants) == 151


@pytest.mark.parametrize(
    ("cells", "on_hand", "backorders"),
    [
        pytest.param({"Variant Inventory Qty": "-3"}, 0, False, id="owed"),
        pytest.param({"Variant Inventory Qty": "3.0"}, 3, False, id="with a fraction of nothing"),
        pytest.param(
            {"Variant Inventory Qty": "", "Variant Inventory Tracker": ""},
            None,
            True,
            id="uncounted",
        ),
        pytest.param({"Variant Inventory Qty": ""}, None, False, id="counted, but elsewhere"),
        pytest.param({"Variant Inventory Tracker": ""}, 7, False, id="a number counts"),
        pytest.param({"Variant Inventory Policy": "continue"}, 7, True, id="sold beyond stock"),
        pytest.param({"Variant Inventory Qty": "a few"}, None, False, id="nonsense"),
    ],
)
def test_stock__is_what_shopify_would_sell(
    cells: Cells, on_hand: int | None, backorders: bool
) -> None:
    (variant,) = product([MUG | cells]).variants
    assert (variant.on_hand, variant.backorders) == (on_hand, backorders)


def test_stock__of_a_file_without_its_columns_is_left_open() -> None:
    (variant,) = product([{"Handle": "mug", "Title": "Mug", "Variant Price": "8"}]).variants
    assert (variant.on_hand, variant.backorders) == (None, False)


@pytest.mark.parametrize(
    ("cells", "published"),
    [
        pytest.param({"Status": "active"}, True, id="active"),
        pytest.param({"Status": "Draft"}, False, id="draft"),
        pytest.param({"Status": "archived"}, False, id="archived"),
        pytest.param({"Status": "active", "Published": "false"}, False, id="not in this channel"),
        pytest.param({"Published": ""}, True, id="nothing said"),
    ],
)
def test_product__is_published_if_it_was(cells: Cells, published: bool) -> None:
    assert product([MUG | cells]).published is published


@pytest.mark.parametrize(
    ("cells", "categories"),
    [
        pytest.param({"Type": "Mugs"}, (("Mugs",),), id="one level"),
        pytest.param(
            {"Type": "", "Product Category": "Home > Kitchen > Mugs"}, (("Mugs",),), id="taxonomy"
        ),
        pytest.param({"Type": "", "Product Category": "632"}, (), id="taxonomy's number"),
        pytest.param({"Type": "Uncategorized"}, (), id="none, in a word"),
        pytest.param({"Type": ""}, (), id="none"),
    ],
)
def test_product__stands_in_the_shop_s_own_type(
    cells: Cells, categories: tuple[tuple[str, ...], ...]
) -> None:
    assert product([MUG | cells]).categories == categories


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        pytest.param(
            {"Variant Compare At Price": "12.50"},
            "The compare-at price 12.50 is not above the price and was left out.",
            id="no saving",
        ),
        pytest.param(
            {"Variant Inventory Qty": "-3"},
            "The stock is -3 there: 0 here. Units owed to customers do not move.",
            id="stock below zero",
        ),
        pytest.param(
            {"Variant Inventory Qty": "0", "Variant Inventory Tracker": ""},
            "Shopify did not count this stock: it is sold out here until you count it.",
            id="uncounted nothing",
        ),
        pytest.param(
            {"Variant SKU": "MUG S"},
            "The SKU “MUG S” became “MUG-S”: codes have no spaces or signs.",
            id="SKU mended",
        ),
        pytest.param({"Variant SKU": "#"}, "“#” cannot be a SKU; one is made.", id="SKU made"),
        pytest.param(
            {"Variant Barcode": "5.01E+12"},
            "“5.01E+12” is no barcode (too long, or rounded by a spreadsheet): left out.",
            id="barcode",
        ),
        pytest.param(
            {"Variant Price": "12.505"}, "The price 12.505 was rounded to 12.51.", id="rounded"
        ),
        pytest.param(
            {"Title": "Mug " * 90},
            "The title is longer than 255 characters and was cut.",
            id="title",
        ),
        pytest.param(
            {"Option1 Value": "S" * 61},
            "An option is longer than 60 characters and was cut.",
            id="option",
        ),
        pytest.param(
            {"Variant Grams": "heavy"}, "“heavy” is not a number. It was left empty.", id="weight"
        ),
        pytest.param(
            {"Variant Taxable": "false"},
            "It is not taxed there; choose its tax class here.",
            id="tax",
        ),
        pytest.param(
            {"Variant Requires Shipping": "false"},
            "It is not posted there; here it is, as everything.",
            id="not posted",
        ),
        pytest.param(
            {"Status": "unlisted"},
            "Its status is “unlisted” there; it is not published here.",
            id="status",
        ),
        pytest.param(
            {"Body (HTML)": "<iframe></iframe>"},
            "A video or other embedded content was left out of the description.",
            id="body",
        ),
    ],
)
def test_product__comes_in_with_a_note(cells: Cells, note: str) -> None:
    assert told(product([MUG | cells])) == [(2, note)]


def test_variant__without_a_price_is_left_out() -> None:
    found = product([MUG, LARGE | {"Variant Price": ""}])
    assert [variant.sku for variant in found.variants] == ["MUG-S"]
    assert told(found) == [(3, "The variant has no price and was left out.")]


def test_variant__that_repeats_a_sku_gets_its_own() -> None:
    found = product([MUG, LARGE | {"Variant SKU": "MUG-S"}])
    assert [variant.sku for variant in found.variants] == ["MUG-S", ""]
    assert told(found) == [(3, "The SKU MUG-S stands in row 2 already; one is made here.")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param(
            [MUG | {"Gift Card": "true"}],
            "It is a gift card, which this shop does not sell.",
            id="gift card",
        ),
        pytest.param([MUG | {"Title": ""}], "The product has no title.", id="no title"),
        pytest.param(
            [MUG | {"Variant Price": ""}], "No row of the product has a price.", id="no price"
        ),
        pytest.param(
            [MUG | {"Variant Price": "-1"}],
            "Row 2: “-1” is below zero: not a price.",
            id="negative price",
        ),
        pytest.param(
            [MUG, LARGE | {"Option1 Value": "small"}],
            "Rows 2 and 3 have the same options: nobody could choose.",
            id="the same options",
        ),
        pytest.param(
            [MUG | {"Option2 Name": "size", "Option2 Value": "L"}],
            "Row 2 names an option twice, or more than three options.",
            id="an option twice",
        ),
        pytest.param(
            [MUG | {"Handle": ""}],
            "The row has no handle, so it belongs to no product.",
            id="no handle",
        ),
    ],
)
def test_product__is_turned_away_with_a_reason(rows: list[Cells], reason: str) -> None:
    found = rejected(rows)
    assert (found.rows, found.reason) == (tuple(range(2, 2 + len(rows))), reason)


def test_market_prices__are_left_out_and_told_of_once() -> None:
    rows = [
        {"Handle": "cup", "Title": "Cup", "Variant Price": "no"},
        MUG | {"Included / International": "true", "Price / International": "20"},
        {"Handle": "jug", "Title": "Jug", "Variant Price": "9"},
    ]
    sentence = "Prices for single markets were left out: this shop has one price for all."
    mug, jug = (item for item in source(rows) if isinstance(item, ProductRecord))
    assert told(mug) == [(1, sentence)]
    assert (str(mug.variants[0].price), told(jug)) == ("12.50", [])
