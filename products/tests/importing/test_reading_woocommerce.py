from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine

from products.importing.records import PictureRecord, ProductRecord, VariantRecord
from products.tests.importing.files import (
    Cells,
    csv_file,
    product,
    products,
    rejected,
    source,
    told,
)

CAP = {
    "ID": "60",
    "Type": "simple",
    "SKU": "cap",
    "GTIN, UPC, EAN, or ISBN": "5012345678900",
    "Name": "Cap &amp; badge",
    "Published": "1",
    "Visibility in catalog": "visible",
    "Short description": "A <em>cap</em>.",
    "Description": "It keeps the sun off.\\n\\nWashable.",
    "Date sale price starts": "",
    "Date sale price ends": "",
    "Tax status": "taxable",
    "Tax class": "reduced-rate",
    "In stock?": "1",
    "Stock": "12",
    "Low stock amount": "4",
    "Backorders allowed?": "0",
    "Weight (kg)": ".25",
    "Sale price": "",
    "Regular price": "18.00",
    "Categories": "Wear > Caps &amp; hats, Sale\\, last pieces, Uncategorized",
    "Tags": "sun, blue",
    "Images": "https://o.example/cap.jpg, https://o.example/cap-2.jpg",
    "Parent": "",
    "Position": "0",
    "Brands": "Fern, Other",
    "Attribute 1 name": "Material",
    "Attribute 1 value(s)": "Cotton, Linen",
    "Attribute 1 visible": "1",
    "Attribute 1 global": "1",
    "Meta: _edit_last": "1",
}

HOODIE = {
    "ID": "45",
    "Type": "variable",
    "SKU": "hoodie",
    "Name": "Hoodie",
    "Published": "1",
    "In stock?": "1",
    "Weight (kg)": "1.5",
    "Categories": "Wear",
    "Images": "https://o.example/hoodie.jpg",
    "Attribute 1 name": "Color",
    "Attribute 1 value(s)": "Blue, Green",
    "Attribute 1 visible": "1",
    "Attribute 2 name": "Logo",
    "Attribute 2 value(s)": "Yes, No",
    "Attribute 2 visible": "1",
    "Attribute 3 name": "Fibre",
    "Attribute 3 value(s)": "Wool",
    "Attribute 3 visible": "1",
}
BLUE = {
    "ID": "81",
    "Type": "variation",
    "SKU": "hoodie-blue",
    "Name": "Hoodie - Blue, No",
    "Published": "1",
    "In stock?": "1",
    "Stock": "5",
    "Regular price": "45",
    "Parent": "hoodie",
    "Position": "2",
    "Images": "https://o.example/blue.jpg",
    "Attribute 1 name": "Color",
    "Attribute 1 value(s)": "Blue",
    "Attribute 2 name": "Logo",
    "Attribute 2 value(s)": "No",
}
GREEN = BLUE | {
    "ID": "82",
    "SKU": "hoodie-green",
    "Stock": "3",
    "Position": "1",
    "Parent": "id:45",
    "Images": "",
    "Attribute 1 value(s)": "green",
}

CAP_RECORD = ProductRecord(
    key="cap",
    rows=(2,),
    title="Cap & badge",
    summary="A cap.",
    body="<p>It keeps the sun off.</p><p>Washable.</p><ul><li>Material: Cotton, Linen</li></ul>",
    brand="Fern",
    tags=("sun", "blue"),
    categories=(("Wear", "Caps & hats"), ("Sale, last pieces",)),
    tax_class="reduced",
    pictures=(
        PictureRecord("https://o.example/cap.jpg"),
        PictureRecord("https://o.example/cap-2.jpg"),
    ),
    variants=(
        VariantRecord(
            row=2,
            price=Decimal(18),
            sku="cap",
            on_hand=12,
            low_stock_threshold=4,
            weight=250,
            barcode="5012345678900",
        ),
    ),
)


def test_simple_product__is_read_whole() -> None:
    assert product([CAP]) == CAP_RECORD


def test_variable_product__is_read_with_its_variations_in_their_order() -> None:
    assert product([HOODIE, BLUE, GREEN]) == ProductRecord(
        key="hoodie",
        rows=(2, 3, 4),
        title="Hoodie",
        body="<ul><li>Fibre: Wool</li></ul>",
        categories=(("Wear",),),
        pictures=(PictureRecord("https://o.example/hoodie.jpg"),),
        variants=(
            VariantRecord(
                row=4,
                price=Decimal(45),
                sku="hoodie-green",
                options=(("Color", "Green"), ("Logo", "No")),
                on_hand=3,
                weight=1500,
            ),
            VariantRecord(
                row=3,
                price=Decimal(45),
                sku="hoodie-blue",
                options=(("Color", "Blue"), ("Logo", "No")),
                on_hand=5,
                weight=1500,
                picture="https://o.example/blue.jpg",
            ),
        ),
    )


def test_variations__may_stand_before_their_parent() -> None:
    found = product([GREEN, BLUE, HOODIE])
    assert (found.rows, [variant.row for variant in found.variants]) == ((2, 3, 4), [2, 3])


def test_parent__may_share_its_sku_with_a_variation() -> None:
    found = product([HOODIE, BLUE | {"SKU": "hoodie"}])
    assert (found.key, found.variants[0].sku) == ("hoodie", "hoodie")


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        pytest.param({}, "cap", id="SKU"),
        pytest.param({"SKU": ""}, "id:60", id="number"),
        pytest.param({"SKU": "", "ID": ""}, "cap-badge", id="name"),
    ],
)
def test_product__has_a_key_that_lasts(cells: Cells, key: str) -> None:
    assert product([CAP | cells]).key == key


GERMAN = {
    "Type": "Typ",
    "SKU": "Artikelnummer",
    "GTIN, UPC, EAN, or ISBN": "GTIN, UPC, EAN oder ISBN",
    "Published": "Veröffentlicht",
    "Visibility in catalog": "Sichtbarkeit im Katalog",
    "Short description": "Kurzbeschreibung",
    "Description": "Beschreibung",
    "Date sale price starts": "Datum, an dem Angebotspreis beginnt",
    "Date sale price ends": "Datum, an dem Angebotspreis endet",
    "Tax status": "Steuerstatus",
    "Tax class": "Steuerklasse",
    "In stock?": "Vorrätig?",
    "Stock": "Lager",
    "Low stock amount": "Geringe Lagermenge",
    "Backorders allowed?": "Lieferrückstände erlaubt?",
    "Weight (kg)": "Gewicht (kg)",
    "Sale price": "Angebotspreis",
    "Regular price": "Regulärer Preis",
    "Categories": "Kategorien",
    "Tags": "Schlagwörter",
    "Images": "Bilder",
    "Parent": "Übergeordnetes Produkt",
    "Brands": "Marken",
    "Attribute 1 name": "Attribut 1 Name",
    "Attribute 1 value(s)": "Attribut 1 Wert(e)",
    "Attribute 1 visible": "Attribut 1 sichtbar",
    "Attribute 1 global": "Attribut 1 global",
}


def test_product__is_the_same_in_german() -> None:
    row = CAP | {"Regular price": "18,00", "Weight (kg)": "0,25", "Uncategorized": ""}
    assert product([{GERMAN.get(name, name): text for name, text in row.items()}]) == CAP_RECORD


@pytest.mark.parametrize(
    ("unit", "grams"), [("kg", 2000), ("g", 2), ("lbs", 907), ("oz", 57), ("LBS", 907)]
)
def test_weight__is_in_the_unit_of_the_header(unit: str, grams: int) -> None:
    row = {name: text for name, text in CAP.items() if name != "Weight (kg)"}
    assert product([row | {f"Weight ({unit})": "2"}]).variants[0].weight == grams


@pytest.mark.parametrize(
    ("cells", "on_hand", "backorders"),
    [
        pytest.param({"Stock": "3.0"}, 3, False, id="counted"),
        pytest.param({"Stock": "-2"}, 0, False, id="owed"),
        pytest.param({"Stock": "2", "Backorders allowed?": "1"}, 2, True, id="and beyond"),
        pytest.param({"Stock": "2", "Backorders allowed?": "notify"}, 2, True, id="with a word"),
        pytest.param({"Stock": ""}, None, True, id="uncounted, in stock"),
        pytest.param({"Stock": "", "In stock?": "0"}, 0, False, id="uncounted, out of stock"),
        pytest.param({"Stock": "", "In stock?": "backorder"}, None, True, id="on back-order"),
        pytest.param({"Stock": "", "In stock?": ""}, None, False, id="nothing said"),
    ],
)
def test_stock__is_what_woocommerce_would_sell(
    cells: Cells, on_hand: int | None, backorders: bool
) -> None:
    (variant,) = product([CAP | cells]).variants
    assert (variant.on_hand, variant.backorders) == (on_hand, backorders)


@pytest.mark.parametrize(
    ("cells", "price", "compare_at", "notes"),
    [
        pytest.param({}, "18.00", None, [], id="no sale"),
        pytest.param({"Sale price": "16"}, "16.00", "18.00", [], id="a sale without end"),
        pytest.param(
            {"Sale price": "16", "Date sale price ends": "2025-12-24"},
            "16.00",
            "18.00",
            [],
            id="its last day",
        ),
        pytest.param(
            {"Sale price": "16", "Date sale price starts": "2025-12-24T00:00:00+00:00"},
            "16.00",
            "18.00",
            [],
            id="its first day",
        ),
        pytest.param(
            {"Sale price": "16", "Date sale price ends": "2025-12-23"},
            "18.00",
            None,
            ["The sale price 16 was not applied: its sale is from … to 2025-12-23."],
            id="over",
        ),
        pytest.param(
            {"Sale price": "16", "Date sale price starts": "2025-12-25"},
            "18.00",
            None,
            ["The sale price 16 was not applied: its sale is from 2025-12-25 to …."],
            id="not yet",
        ),
        pytest.param(
            {"Sale price": "16", "Date sale price ends": "24/12/2025"},
            "18.00",
            None,
            ["“24/12/2025” is not a date. The sale price was not applied."],
            id="a date that nobody can read",
        ),
        pytest.param(
            {"Sale price": "18"},
            "18.00",
            None,
            ["The sale price 18 is not below the regular price and was left out."],
            id="no saving",
        ),
        pytest.param({"Sale price": "16", "Regular price": ""}, "16.00", None, [], id="sale alone"),
    ],
)
def test_sale__counts_on_its_days(
    cells: Cells, price: str, compare_at: str | None, notes: list[str]
) -> None:
    with time_machine.travel("2025-12-24 12:00"):
        found = product([CAP | cells])
    (variant,) = found.variants
    expected = Decimal(compare_at) if compare_at else None
    assert (variant.price, variant.compare_at) == (Decimal(price), expected)
    assert [text for _row, text in told(found)] == notes


@pytest.mark.parametrize(
    ("cells", "published"),
    [
        pytest.param({"Published": "1"}, True, id="published"),
        pytest.param({"Published": "0"}, False, id="private"),
        pytest.param({"Published": "-1"}, False, id="draft"),
        pytest.param({"Published": "2"}, False, id="pending"),
        pytest.param({"Published": "TRUE"}, True, id="in a word"),
        pytest.param({"Visibility in catalog": "search"}, True, id="found by search"),
        pytest.param({"Visibility in catalog": "hidden"}, False, id="hidden"),
    ],
)
def test_product__is_published_if_it_was(cells: Cells, published: bool) -> None:
    assert product([CAP | cells]).published is published


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        pytest.param(
            {"Visibility in catalog": "hidden"},
            "It is hidden from the catalogue there; not published here.",
            id="hidden",
        ),
        pytest.param(
            {"Stock": ""}, "The stock is not counted there; it sells beyond stock here.", id="stock"
        ),
        pytest.param(
            {"Tax status": "none"}, "It is not taxed there; choose its tax class here.", id="tax"
        ),
        pytest.param(
            {"Description": 'A [gallery ids="1"]'},
            "Shortcodes were left out of the description: [gallery].",
            id="shortcode",
        ),
        pytest.param(
            {"Short description": "Words " * 60},
            "The short description is longer than 300 characters: all of it heads the description.",
            id="long summary",
        ),
    ],
)
def test_product__comes_in_with_a_note(cells: Cells, note: str) -> None:
    assert told(product([CAP | cells])) == [(2, note)]


def test_summary__too_long_is_cut_and_kept_in_the_body() -> None:
    words = "Every word is kept. " * 20
    found = product([CAP | {"Short description": words}])
    assert len(found.summary) <= 300
    assert found.summary.endswith("…")
    assert found.body.startswith(f"<p>{words.strip()}</p><p>It keeps the sun off.</p>")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param(
            [CAP | {"Type": "simple, downloadable, virtual"}],
            "It is downloaded or a service; this shop posts parcels.",
            id="download",
        ),
        pytest.param(
            [CAP | {"Type": "grouped"}],
            "It groups other products; put them on a page together instead.",
            id="group",
        ),
        pytest.param(
            [CAP | {"Type": "external"}],
            "It is sold on another site; link to it from a page instead.",
            id="elsewhere",
        ),
        pytest.param(
            [CAP | {"Type": "bundle"}],
            "Its type “bundle” comes from an extension that this shop does not have.",
            id="extension",
        ),
        pytest.param([BLUE], "Its parent hoodie is not in the file.", id="no parent"),
        pytest.param(
            [BLUE | {"Parent": ""}], "The variation names no parent.", id="no name of one"
        ),
        pytest.param([HOODIE], "It is a variable product without variations.", id="no variations"),
        pytest.param(
            [HOODIE, BLUE | {"Regular price": ""}],
            "None of its variations can be sold.",
            id="none with a price",
        ),
        pytest.param([CAP | {"Regular price": ""}], "The product has no price.", id="no price"),
        pytest.param(
            [CAP | {"Regular price": "ask"}], "Row 2: “ask” is not a number.", id="price in words"
        ),
        pytest.param([CAP | {"Name": " <br> "}], "The product has no title.", id="no name"),
        pytest.param(
            [HOODIE, BLUE, GREEN | {"Attribute 1 value(s)": "Blue"}],
            "Rows 3 and 4 have the same options: nobody could choose.",
            id="the same options",
        ),
        pytest.param(
            [
                HOODIE,
                BLUE
                | {f"Attribute {n} name": f"A{n}" for n in range(1, 5)}
                | {f"Attribute {n} value(s)": "x" for n in range(1, 5)},
            ],
            "Its variations differ in more than three options: A1, A2, A3, A4.",
            id="four options",
        ),
    ],
)
def test_product__is_turned_away_with_a_reason(rows: list[Cells], reason: str) -> None:
    columns = ["Regular price"]
    found = rejected(rows, columns)
    assert (found.rows, found.reason) == (tuple(range(2, 2 + len(rows))), reason)


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        pytest.param(
            {"Type": "variation, downloadable, virtual"},
            "The variation is not posted but downloaded or a service: left out.",
            id="download",
        ),
        pytest.param(
            {"Published": "0"},
            "The variation is switched off there and was left out.",
            id="switched off",
        ),
        pytest.param(
            {"Regular price": ""}, "The variation has no price and was left out.", id="no price"
        ),
    ],
)
def test_variation__that_cannot_be_sold_is_left_out(cells: Cells, note: str) -> None:
    found = product([HOODIE, BLUE, GREEN | cells])
    assert [variant.sku for variant in found.variants] == ["hoodie-blue"]
    assert told(found) == [(4, note)]


def test_variation__for_any_value_becomes_one_for_each_that_is_left() -> None:
    any_logo = GREEN | {"Attribute 1 value(s)": "Blue", "Attribute 2 value(s)": "", "Stock": "7"}
    third = HOODIE | {"Attribute 2 value(s)": "Yes, No, Small"}
    found = product([third, BLUE, any_logo])
    assert [(v.sku, dict(v.options)["Logo"], v.on_hand) for v in found.variants] == [
        ("hoodie-green-Yes", "Yes", 4),
        ("hoodie-green-Small", "Small", 3),
        ("hoodie-blue", "No", 5),
    ]
    assert told(found) == [
        (4, "It stands for “any” value there; here it became 2 variants."),
        (
            4,
            "7 units were counted for 2 variants together and shared out evenly: count them again.",
        ),
    ]


def test_variation__that_others_cover_is_left_out() -> None:
    any_logo = BLUE | {"SKU": "hoodie-any", "Attribute 2 value(s)": ""}
    found = product([HOODIE, BLUE, BLUE | {"SKU": "b", "Attribute 2 value(s)": "Yes"}, any_logo])
    assert [variant.sku for variant in found.variants] == ["hoodie-blue", "b"]
    assert told(found) == [(5, "Other variations cover all that it stands for; it was left out.")]


def test_variation__for_too_many_values_turns_the_product_away() -> None:
    sizes = ", ".join(str(number) for number in range(51))
    parent = HOODIE | {"Attribute 2 value(s)": sizes}
    found = rejected([parent, BLUE | {"Attribute 2 value(s)": ""}])
    assert found.reason == "Variations for “any” value would make more than 50 variants."


def test_variation__of_what_is_simple_now_is_left_out() -> None:
    found = product([CAP, BLUE | {"Parent": "cap"}])
    assert [variant.sku for variant in found.variants] == ["cap"]
    assert told(found) == [(3, "Its parent is a simple product, so the variation was left out.")]


def test_variation__for_any_value_never_makes_a_sku_twice() -> None:
    parent = HOODIE | {"Attribute 2 value(s)": "Rosé, Rose"}
    found = product([parent, BLUE | {"Attribute 2 value(s)": "", "Stock": ""}])
    assert [variant.sku for variant in found.variants] == ["hoodie-blue-Rose", ""]


def test_stock__counted_for_all_variations_is_shared_out() -> None:
    shared = {"Stock": "parent"}
    found = product([HOODIE | {"Stock": "9"}, BLUE | shared, GREEN | shared])
    assert [(variant.sku, variant.on_hand) for variant in found.variants] == [
        ("hoodie-green", 5),
        ("hoodie-blue", 4),
    ]
    assert told(found) == [
        (2, "9 units were counted for 2 variants together and shared out evenly: count them again.")
    ]


def test_stock__of_a_variation_that_is_out_of_stock_is_nothing() -> None:
    parent = HOODIE | {"Stock": "9", "Backorders allowed?": "1"}
    gone = {"Stock": "", "In stock?": "0"}
    found = product([parent, BLUE | {"Stock": "parent"}, GREEN | gone])
    assert [(v.sku, v.on_hand, v.backorders) for v in found.variants] == [
        ("hoodie-green", 0, False),
        ("hoodie-blue", 9, True),
    ]


def test_attribute__of_a_value_with_a_comma_is_one() -> None:
    parent = HOODIE | {"Attribute 1 value(s)": "Blue\\, dark, Green"}
    found = product([parent, BLUE | {"Attribute 1 value(s)": "Blue\\, dark"}])
    assert found.variants[0].options == (("Color", "Blue, dark"), ("Logo", "No"))


def test_attribute__hidden_from_shoppers_stays_hidden() -> None:
    assert "Material" not in product([CAP | {"Attribute 1 visible": "0"}]).body


def test_attribute__by_its_inner_name_gets_a_readable_one() -> None:
    renamed = {"Attribute 1 name": "pa_shoe-colour"}
    found = product([HOODIE | renamed, BLUE | renamed])
    assert found.variants[0].options[0] == ("Shoe colour", "Blue")


def test_file__of_a_whole_small_shop() -> None:
    rows = [
        HOODIE,
        BLUE,
        GREEN,
        CAP,
        CAP | {"ID": "73", "SKU": "album", "Type": "simple, downloadable, virtual"},
        CAP | {"ID": "87", "SKU": "logos", "Type": "grouped", "Grouped products": "cap, hoodie"},
        CAP
        | {"ID": "89", "SKU": "pennant", "Type": "external", "External URL": "https://m.example"},
        CAP | {"ID": "99"},
    ]
    found = source(rows)
    assert (found.format, found.row_count) == ("woocommerce", 8)
    kinds = [(type(item).__name__, item.rows) for item in found]
    assert kinds == [
        ("ProductRecord", (2, 3, 4)),
        ("ProductRecord", (5,)),
        ("Rejected", (6,)),
        ("Rejected", (7,)),
        ("Rejected", (8,)),
        ("Rejected", (9,)),
    ]


def test_row__without_a_type_is_read_by_what_it_holds() -> None:
    rows = [{name: text for name, text in row.items() if name != "Type"} for row in (HOODIE, BLUE)]
    assert [len(found.variants) for found in products([*rows, CAP | {"Type": ""}])] == [1, 1]
    assert b"Type" in csv_file([CAP]).getvalue()
