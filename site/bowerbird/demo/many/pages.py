"""A product of a made catalogue as a page with its rows, not saved yet."""

from __future__ import annotations

from bowerbird.demo.many.inventing import Kind, Ware
from bowerbird.demo.many.shelves import Shared
from products.models import CategoryPage, ProductPage, ProductPicture, Variant


def page_of(ware: Ware, shared: Shared) -> ProductPage:
    page = ProductPage(
        title=ware.title,
        slug=ware.slug,
        summary=ware.summary,
        search_description=ware.summary,
        body=ware.body,
        brand=shared.makers[ware.maker],
        tax_class=shared.tax_class,
        manufacturer=f"{ware.maker}\n1 Workshop Yard, 00000 Tidewell\nsafety@maker.example",
        translation_key=ware.key,
    )
    page.variants = [_variant(kind, order, shared) for order, kind in enumerate(ware.kinds)]
    page.gallery = [
        ProductPicture(
            picture=shared.pictures[number % len(shared.pictures)],
            alt=f"{ware.title}, as it leaves the workshop",
            sort_order=order,
        )
        for order, number in enumerate(ware.pictures)
    ]
    page.categories = _also_in(ware, shared)
    return page


def _variant(kind: Kind, order: int, shared: Shared) -> Variant:
    chosen = [shared.options[pair] for pair in kind.options.items()]
    return Variant(
        sku_id=kind.sku,
        price=kind.price,
        compare_at=kind.compare_at,
        sort_order=order,
        **{f"option_{n}": value for n, value in enumerate(chosen, start=1)},
    )


def _also_in(ware: Ware, shared: Shared) -> list[CategoryPage]:
    """Another than its own."""
    if ware.also_in in (None, ware.leaf):
        return []
    return [CategoryPage(pk=shared.category(ware.also_in))]
