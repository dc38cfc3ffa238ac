"""What our shop has to be looked at, as JSON: `python -m bench.our_pages` with its settings.

Puts plenty in stock, offers bank transfer, publishes a landing page as long as anybody makes one,
and has one order paid, so that there is an invoice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import cycle

import django

django.setup()

from django.db.models import Count  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from bowerbird.demo import people  # noqa: E402
from checkout import invoices  # noqa: E402
from checkout.models import Invoice  # noqa: E402
from checkout.tests.factories import make_paid_order  # noqa: E402
from content.models import Picture, ShopSettings  # noqa: E402
from home.models import ArticlePage, HomePage, LandingPage  # noqa: E402
from home.tests.factories import make_landing_page, twenty_blocks  # noqa: E402
from products.models import CategoryPage, ProductPage, Variant  # noqa: E402
from products.tests.factories import put_in_stock  # noqa: E402

LOOKED_AT = 20
IN_STOCK = 1_000_000


def main() -> None:
    people.load()
    ShopSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True),
        defaults={"bank_iban": "DE89370400440532013000"},
    )
    category = fullest_category()
    variants = sold_in(category)
    for variant in variants:
        put_in_stock(variant.sku_id, IN_STOCK)
    print(
        json.dumps(
            {
                "products": [
                    {
                        "id": one.page_id,
                        "title": one.page.title,
                        "path": one.page.url,
                        "sku": one.sku_id,
                    }
                    for one in variants
                ],
                "category": named(category),
                "landing": named(landing_page([one.page for one in variants])),
                "front": named(HomePage.objects.live().first()),
                "article": named(ArticlePage.objects.live().first()),
                "invoice": invoice_of(variants),
            }
        )
    )


def fullest_category() -> CategoryPage:
    pages = ProductPage.objects.live().annotate(parent=Count("pk"))
    parents: dict[str, int] = {}
    for path in pages.values_list("path", flat=True):
        parents[path[: -Page.steplen]] = parents.get(path[: -Page.steplen], 0) + 1
    fullest = max(parents, key=lambda path: (parents[path], path))
    return CategoryPage.objects.get(path=fullest)


def sold_in(category: CategoryPage) -> list[Variant]:
    """One variant a product."""
    sellable = Variant.objects.sellable().filter(page__path__startswith=category.path)
    firsts = sellable.order_by("page_id", "sort_order").distinct("page_id")
    return list(firsts.select_related("page")[:LOOKED_AT])


def landing_page(products: Sequence[ProductPage]) -> LandingPage:
    """With the pictures of the shop, which are of the size that pictures have."""
    pictures = cycle(Picture.objects.order_by("pk")[:LOOKED_AT])
    body = json.dumps(twenty_blocks(products, lambda: next(pictures)))
    return make_landing_page("Twenty blocks", body=body)


def named(page: Page | None) -> dict[str, str]:
    return {"path": page.url, "title": page.title} if page else {}


def invoice_of(variants: list[Variant]) -> str:
    order = make_paid_order({variant.sku_id: 1 for variant in variants[:2]})
    invoice = Invoice.objects.get(order=order)
    invoices.content(invoice)
    return invoice.get_absolute_url()


if __name__ == "__main__":
    main()
