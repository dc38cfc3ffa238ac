"""Things to sell, for tests and for browser journeys: plain functions with sensible defaults."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from django.utils.text import slugify

from content.tests.factories import default_site
from products import stock
from products.models import (
    CategoryPage,
    MovementReason,
    OptionType,
    OptionValue,
    ProductPage,
    Sku,
    Variant,
)

_numbers = count(1)


def make_category(title: str = "", parent: Any = None, **fields: Any) -> CategoryPage:
    title = title or f"Category {next(_numbers)}"
    parent = parent or default_site().root_page
    page = CategoryPage(title=title, slug=slugify(title), show_in_menus=True, **fields)
    parent.add_child(instance=page)
    page.save_revision().publish()
    return CategoryPage.objects.get(pk=page.pk)


def make_product(
    title: str = "",
    *,
    sku: str = "",
    price: str = "24.00",
    on_hand: int = 10,
    category: CategoryPage | None = None,
    variants: list[Variant] | None = None,
    live: bool = True,
    **fields: Any,
) -> ProductPage:
    """A product with one variant (or the given, unsaved ones), `on_hand` units of each SKU."""
    number = next(_numbers)
    title = title or f"Print {number}"
    page = ProductPage(title=title, slug=slugify(title), live=live, **fields)
    offered = variants or [
        Variant(sku_id=sku or f"SKU-{number}", price=Decimal(price), sort_order=0)
    ]
    page.variants = offered
    (category or _some_category()).add_child(instance=page)
    revision = page.save_revision(clean=False)  # as it was a moment ago
    if live:
        revision.publish()
    for variant in offered:
        put_in_stock(variant.sku_id, on_hand)
    return ProductPage.objects.get(pk=page.pk)


def make_variant(sku: str, price: str = "24.00", *options: OptionValue, **fields: Any) -> Variant:
    """Unsaved, for `make_product(variants=[…])`."""
    chosen = {f"option_{n}": option for n, option in enumerate(options, start=1)}
    return Variant(sku_id=sku, price=Decimal(price), **chosen, **fields)


def make_option(name: str, *values: str) -> list[OptionValue]:
    """An option type with its values, in order."""
    option = OptionType.objects.create(name=name)
    return [
        OptionValue.objects.create(option=option, name=value, sort_order=order)
        for order, value in enumerate(values)
    ]


def put_in_stock(code: str, on_hand: int) -> Sku:
    stock.count(code, on_hand, MovementReason.RECEIVED)
    return Sku.objects.get(code=code)


def _some_category() -> CategoryPage:
    """Without a revision of its own, which would be a third of what a test's product costs."""
    if known := CategoryPage.objects.first():
        return known
    page = CategoryPage(title="Prints", slug="prints", show_in_menus=True)
    default_site().root_page.add_child(instance=page)
    return page
