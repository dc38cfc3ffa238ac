"""Make a product file as another shop would export it, with all the oddities of real ones.

    python bench/make_import_file.py 20000 > products.csv
    python bench/make_import_file.py 20000 --format woocommerce --seed 7 > products.csv

Rows are counted without the header. The same seed makes the same file.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import islice, product

Row = dict[str, str]

NOUNS = ["Vase", "Mug", "Print", "Cushion", "Lamp", "Tray", "Notebook", "Scarf", "Basket", "Bowl"]
ADJECTIVES = ["Blue", "Quiet", "Woven", "Small", "Café", "Hand-thrown", "Größe-M", "Café & Bar"]
COLOURS = ["Blue", "Ink", "Sand", "Moss", "Off-white", "Rosé"]
SIZES = ["S", "M", "L", "XL"]
MAKERS = ["Fern & Field", "Nordlicht", "O'Hara", "Bower Works", ""]
SHELVES = ["Home > Pots", "Home", "Paper", "Wear > Scarves", "Sale, last pieces", ""]
TAGS = ["gift", "blue", "new", "sale", "hand made", "été"]
BODIES = [
    "<p>Thrown by hand.</p><p>Each one differs.</p>",
    '<div style="color:red">First line<br><br>Second line<script>track()</script></div>',
    "Plain words.\nAnd a second line, with a < b.",
    "<h1>Why</h1><ul><li>Keeps warm<li>Keeps <b>long</ul><a href='/pages/care'>Care</a>",
    "<table><tr><th>Height</th><td>20 cm</td></tr><tr><th>Width</th><td>9 cm</td></tr></table>",
    '<p>A film: <iframe src="https://video.example/1"></iframe></p>',
    "",
]

SHOPIFY = """Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,
Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,
Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,
Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,
Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,
SEO Description,Variant Image,Variant Weight Unit,Cost per item,Price / International,Status"""

WOOCOMMERCE = """ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,
Short description,Description,Date sale price starts,Date sale price ends,Tax status,Tax class,
In stock?,Stock,Low stock amount,Backorders allowed?,Weight (kg),Sale price,Regular price,
Categories,Tags,Images,Parent,Grouped products,External URL,Position,Attribute 1 name,
Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Attribute 2 name,
Attribute 2 value(s),Attribute 2 visible,Attribute 2 global,Meta: _edit_last"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("rows", type=int)
    parser.add_argument("--format", choices=["shopify", "woocommerce"], default="shopify")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    header = SHOPIFY if options.format == "shopify" else WOOCOMMERCE
    make = shopify if options.format == "shopify" else woocommerce
    writer = csv.DictWriter(sys.stdout, header.replace("\n", "").split(","), restval="")
    writer.writeheader()
    writer.writerows(islice(make(random.Random(options.seed)), options.rows))


def shopify(chance: random.Random) -> Iterator[Row]:
    number = 0
    while True:
        number += 1
        rows = _shopify_product(number, chance)
        if number % 97 == 0:  # a sorted spreadsheet: rows of a product stand apart
            chance.shuffle(rows)
        yield from rows


def _shopify_product(number: int, chance: random.Random) -> list[Row]:
    handle = f"product-{number if number % 211 else number - 1}"  # now and then taken already
    options = _options(chance)
    rows = [_shopify_variant(number, place, pair, chance) for place, pair in enumerate(options)]
    rows[0] |= _shopify_first(number, chance)
    if options[0]:
        names = ["Colour", "Size"]
        rows[0] |= {f"Option{n} Name": names[n - 1] for n in range(1, len(options[0]) + 1)}
    else:
        rows[0] |= {"Option1 Name": "Title", "Option1 Value": "Default Title"}
    pictures = chance.choice([0, 1, 1, 2, 4])
    for place in range(pictures):
        if place >= len(rows):
            rows.append({})
        rows[place] |= {
            "Image Src": f"https://pictures.example/{number}-{place}.jpg?v={chance.randrange(99)}",
            "Image Position": str(place + 1),
            "Image Alt Text": chance.choice(["", "A blue thing"]),
        }
    return [{"Handle": handle} | row for row in rows]


def _shopify_first(number: int, chance: random.Random) -> Row:
    return {
        "Title": _title(number, chance),
        "Body (HTML)": chance.choice(BODIES),
        "Vendor": chance.choice(MAKERS),
        "Product Category": "Home & Garden > Decor > Vases" if number % 3 else "",
        "Type": chance.choice(SHELVES),
        "Tags": ", ".join(chance.sample(TAGS, chance.randrange(4))),
        "Published": chance.choice(["true", "true", "true", "false"]),
        "Status": chance.choice(["active", "active", "active", "draft", "archived"]),
        "Gift Card": "true" if number % 173 == 0 else "false",
        "SEO Title": "" if number % 5 else "Blue things",
    }


def _shopify_variant(number: int, place: int, pair: Sequence[str], chance: random.Random) -> Row:
    price = chance.randrange(100, 30_000)
    counted = number % 7 > 0
    row = {
        "Variant SKU": "" if number % 4 == 0 else _sku(number, place, chance),
        "Variant Grams": str(chance.choice([0, 120, 450, 2000])),
        "Variant Inventory Tracker": "shopify" if counted else "",
        "Variant Inventory Qty": str(chance.choice([-2, 0, 3, 18, 250])) if counted else "",
        "Variant Inventory Policy": chance.choice(["deny", "deny", "continue"]),
        "Variant Fulfillment Service": "manual",
        "Variant Price": _price(number, price, chance),
        "Variant Compare At Price": chance.choice(["", "", _money(price + 500), _money(price)]),
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        "Variant Barcode": chance.choice(["", "'5012345678900", "5.01235E+12"]),
        "Variant Weight Unit": "kg",
        "Price / International": "",
    }
    return row | {f"Option{n} Value": value for n, value in enumerate(pair, start=1)}


def woocommerce(chance: random.Random) -> Iterator[Row]:
    number = 10
    while True:
        rows = _woocommerce_product(number, chance)
        number += len(rows)
        if len(rows) > 1 and number % 5 == 0:  # variations may come before their parent
            rows.reverse()
        yield from rows


def _woocommerce_product(number: int, chance: random.Random) -> list[Row]:
    kind = chance.choices(
        ["simple", "variable", "grouped", "external", "simple, downloadable, virtual"],
        [60, 34, 2, 2, 2],
    )[0]
    parent = _woocommerce_parent(number, kind, chance)
    if kind != "variable":
        return [parent]
    pairs = [pair for pair in _options(chance) if pair] or [("Blue",), ("Ink",)]
    names = ["Color", "Size"][: len(pairs[0])]
    for n, name in enumerate(names, start=1):
        values = dict.fromkeys(pair[n - 1] for pair in pairs)
        parent |= _attribute(n, name, ", ".join(values), "1")
    called = parent["SKU"] or f"id:{number}"
    variations = []
    for place, pair in enumerate(pairs):
        row = _woocommerce_offer(number + place + 1, chance) | {
            "Type": "variation",
            "Name": f"{parent['Name']} - {', '.join(pair)}",
            "Published": "1",
            "SKU": _sku(number, place, chance) if number % 3 else "",
            "Parent": called if number % 89 else "nowhere",
            "Position": str(place + 1),
        }
        for n, name in enumerate(names, start=1):
            row |= _attribute(n, name, pair[n - 1], "")
        variations.append(row)
    return [parent, *variations]


def _woocommerce_parent(number: int, kind: str, chance: random.Random) -> Row:
    offer = _woocommerce_offer(number, chance) if kind != "variable" else {"ID": str(number)}
    shelf = chance.choice(SHELVES).replace(",", "\\,")
    parent = offer | {
        "Type": kind,
        "SKU": f"P-{number}" if number % 6 else "",
        "Name": _title(number, chance).replace("&", "&amp;"),
        "Published": chance.choice(["1", "1", "1", "0", "-1"]),
        "Visibility in catalog": chance.choice(["visible", "visible", "visible", "hidden"]),
        "Short description": chance.choice(["", "A <em>short</em> word.", "Long words. " * 40]),
        "Description": chance.choice(BODIES).replace("\n", "\\n")
        + chance.choice(["", '[gallery ids="1,2"]']),
        "Tax status": chance.choice(["taxable", "taxable", "none"]),
        "Tax class": chance.choice(["", "", "reduced-rate", "zero-rate"]),
        "Categories": ", ".join(filter(None, ["Uncategorized" if number % 9 == 0 else "", shelf])),
        "Tags": ", ".join(chance.sample(TAGS, chance.randrange(3))),
        "Images": ", ".join(
            f"https://pictures.example/{number}-{place}.jpg" for place in range(chance.randrange(4))
        ),
    }
    return parent | (_attribute(1, "Material", "Cotton, Linen", "1") if kind == "simple" else {})


def _woocommerce_offer(number: int, chance: random.Random) -> Row:
    price = chance.randrange(100, 30_000)
    on_sale = number % 6 == 0
    return {
        "ID": str(number),
        "In stock?": chance.choice(["1", "1", "1", "0", "backorder"]),
        "Stock": chance.choice(["", "3.0", "12", "-1", "250"]),
        "Low stock amount": chance.choice(["", "2"]),
        "Backorders allowed?": chance.choice(["0", "0", "1", "notify"]),
        "Weight (kg)": chance.choice(["", ".5", "1.25"]),
        "Regular price": "" if number % 157 == 0 else _price(number, price, chance),
        "Sale price": _money(max(price - 90, 1)) if on_sale else "",
        "Date sale price ends": "2019-01-31" if number % 12 == 0 else "",
    }


def _attribute(number: int, name: str, values: str, visible: str) -> Row:
    return {
        f"Attribute {number} name": name,
        f"Attribute {number} value(s)": values,
        f"Attribute {number} visible": visible,
        f"Attribute {number} global": "1",
    }


def _options(chance: random.Random) -> list[tuple[str, ...]]:
    """The option values of each variant: one without, some, or a whole grid."""
    kind = chance.random()
    if kind < 0.6:
        return [()]
    if kind < 0.85:
        return [(colour,) for colour in chance.sample(COLOURS, chance.randrange(2, 5))]
    return list(product(chance.sample(COLOURS, 3), SIZES))


def _title(number: int, chance: random.Random) -> str:
    long = " of a very long name" * 14 if number % 401 == 0 else ""
    return f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)} No. {number}{long}"


def _sku(number: int, place: int, chance: random.Random) -> str:
    return chance.choice([f"V-{number}-{place}", f"V-{number}-{place}", f"v {number}/{place} ä"])


def _price(number: int, pence: int, chance: random.Random) -> str:
    if number % 499 == 0:
        return chance.choice(["-5.00", "on request", "12.50 USD"])
    return _money(pence) if number % 50 else f"£{_money(pence)}"


def _money(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


if __name__ == "__main__":
    main()
