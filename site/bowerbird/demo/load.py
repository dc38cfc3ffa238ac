"""Puts the demo shop into the database. Whatever is there already is left as it is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from wagtail.models import Site

from bowerbird.demo import catalogue, orders, pages
from bowerbird.demo.blocks import picture, story
from bowerbird.demo.pages import publish_below
from checkout.models import ShippingMethod, ShippingRate, ShippingZone
from content.models import ClosedDay, ShopSettings
from home.models import HomePage
from products import stock
from products.models import (
    Brand,
    CategoryPage,
    MovementReason,
    OptionType,
    OptionValue,
    ProductPage,
    ProductPicture,
    TaxClass,
    Variant,
)

Say = Callable[[str], None]


def load(say: Say) -> None:
    """Everything the demo shop sells and says, in an order in which nothing is missing."""
    data = catalogue.load()
    load_settings()
    load_vocabulary(data)
    load_shipping(data)
    home = front_page()
    load_categories(data["categories"], home)
    load_products(data["products"], say)
    pages.load(data, home)
    orders.load(say)


def front_page() -> HomePage:
    return HomePage.objects.get(pk=Site.objects.get(is_default_site=True).root_page_id)


def load_settings() -> None:
    shop = ShopSettings.for_site(Site.objects.get(is_default_site=True))
    if shop.address:
        return
    shop.name = "Bower"
    shop.strapline = "Art prints, cards and notebooks, arranged to be looked at"
    shop.company = "Bower Demonstration Shop"
    shop.address = "1 Arranged Lane\nBristol BS1 0AA"
    shop.country = "GB"
    shop.email = "help@bower.example"
    shop.phone = "+44 117 496 0000"
    shop.vat_number = "GB 000 0000 00"
    shop.order_cutoff = time(12)
    shop.closed_days = [
        ClosedDay(day=date(2026, 12, 25), name="Christmas Day"),
        ClosedDay(day=date(2026, 12, 28), name="Boxing Day"),
        ClosedDay(day=date(2027, 1, 1), name="New Year's Day"),
    ]
    shop.bank_account_holder = "Bower Demonstration Shop"
    shop.bank_iban = "GB00 DEMO 0000 0000 0000 00"
    shop.bank_bic = "DEMOGB00"
    shop.save()


def load_vocabulary(data: dict[str, Any]) -> None:
    for entry in data["tax_classes"]:
        if not TaxClass.objects.filter(code=entry["code"]).exists():
            TaxClass.objects.create(code=entry["code"], name=entry["name"])
    for entry in data["brands"]:
        if not Brand.objects.filter(name=entry["name"]).exists():
            Brand.objects.create(name=entry["name"], description=entry["description"])
    for entry in data["option_types"]:
        if OptionType.objects.filter(name=entry["name"]).exists():
            continue
        option = OptionType.objects.create(name=entry["name"])
        for order, name in enumerate(entry["values"]):
            OptionValue.objects.create(option=option, name=name, sort_order=order)


def load_shipping(data: dict[str, Any]) -> None:
    if ShippingMethod.objects.exists():
        return
    position = itertools.count()
    for entry in data["shipping_zones"]:
        zone = ShippingZone.objects.create(
            name=entry["name"],
            countries=entry.get("countries", []),
            everywhere_else=entry.get("everywhere_else", False),
        )
        for method in entry["methods"]:
            load_method({**method, "zone": zone, "position": next(position)})
    free = {"rates": [{"price": "0"}], "pick_up": True, "min_days": 1, "max_days": 1}
    load_method({**data["shipping_pick_up"], **free, "position": next(position)})


def load_method(fields: dict[str, Any]) -> None:
    rates = fields.pop("rates")
    method = ShippingMethod.objects.create(**fields)
    ShippingRate.objects.bulk_create(ShippingRate(method=method, **rate) for rate in rates)


def load_categories(entries: Iterable[dict[str, Any]], home: HomePage) -> None:
    for entry in entries:
        if CategoryPage.objects.filter(slug=entry["slug"]).exists():
            continue
        parent = CategoryPage.objects.get(slug=entry["parent"]) if entry.get("parent") else home
        page = CategoryPage(
            title=entry["title"],
            slug=entry["slug"],
            introduction=entry["introduction"],
            picture=picture(entry.get("picture", ""), entry.get("picture_alt", "")),
            search_description=entry.get("search_description", ""),
            show_in_menus=not entry.get("parent"),
        )
        publish_below(parent, page)


def load_products(entries: list[dict[str, Any]], say: Say) -> None:
    known = set(ProductPage.objects.values_list("slug", flat=True))
    missing = [entry for entry in entries if entry["slug"] not in known]
    for number, entry in enumerate(missing, start=1):
        say(f"  {number:2} of {len(missing)}  {entry['title']}")
        load_product(entry)


def load_product(entry: dict[str, Any]) -> None:
    categories = [CategoryPage.objects.get(slug=slug) for slug in entry["categories"]]
    page = ProductPage(
        title=entry["title"],
        slug=entry["slug"],
        summary=entry["summary"],
        search_description=entry.get("search_description", ""),
        body=story(entry["body"]),
        brand=Brand.objects.filter(name=entry.get("brand")).first(),
        tax_class=TaxClass.objects.get(code=entry.get("tax_class", TaxClass.DEFAULT_CODE)),
        manufacturer="\n".join(entry["manufacturer"][key] for key in ("name", "address", "email")),
    )
    page.categories = categories[1:]
    page.variants = [variant(row, order) for order, row in enumerate(entry["variants"])]
    page.gallery = [
        ProductPicture(picture=picture(shot["file"], shot["alt"]), alt=shot["alt"], sort_order=n)
        for n, shot in enumerate(entry["pictures"])
    ]
    publish_below(categories[0], page, entry.get("go_live_in_days"))
    for row in entry["variants"]:
        fill_shelf(row)


def variant(row: dict[str, Any], order: int) -> Variant:
    options = row.get("options", {})
    chosen = [
        OptionValue.objects.get(option__name=name, name=value) for name, value in options.items()
    ]
    return Variant(
        sku_id=row["sku"],
        price=Decimal(row["price"]),
        compare_at=Decimal(row["compare_at"]) if row.get("compare_at") else None,
        sort_order=order,
        **{f"option_{n}": option for n, option in enumerate(chosen, start=1)},
    )


def fill_shelf(row: dict[str, Any]) -> None:
    """Stock comes as a movement, like any delivery."""
    stock.edit(
        row["sku"],
        low_stock_threshold=row.get("low_stock_threshold", 3),
        weight=row.get("weight"),
        barcode=row.get("barcode", ""),
        backorders_allowed=row.get("backorders", False),
    )
    if row["on_hand"]:
        stock.move(row["sku"], row["on_hand"], MovementReason.RECEIVED, reference="demo")
