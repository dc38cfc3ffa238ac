"""Things to sell, through Oscar's own models: `python -m bench.oscar_shop.fill PRODUCTS CATEGORY`.

So many products, of which so many stand in the category that is looked at; one picture each, out of
a few files. Prints as JSON where the pages are.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oscar.apps.catalogue.categories import create_from_breadcrumbs  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402
from PIL import Image  # noqa: E402

Category = get_model("catalogue", "Category")
Country = get_model("address", "Country")
Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductClass = get_model("catalogue", "ProductClass")
ProductImage = get_model("catalogue", "ProductImage")
ProductRecord = get_model("analytics", "ProductRecord")
StockRecord = get_model("partner", "StockRecord")

PICTURES = 8
LOOKED_AT = 20
DESCRIPTION = "<p>A print of the sea, drawn by hand, on heavy paper that keeps its colours.</p>" * 5


def main(products: int, in_category: int) -> None:
    call_command("migrate", verbosity=0)
    Country.objects.create(
        iso_3166_1_a2="GB",
        iso_3166_1_a3="GBR",
        iso_3166_1_numeric="826",
        printable_name="United Kingdom",
        name="United Kingdom",
        is_shipping_country=True,
    )
    get_user_model().objects.create_user("shopper", "shopper@bower.example", "bench-only")
    made = make_products(products, in_category)
    call_command("rebuild_index", interactive=False, verbosity=0)
    looked_at = Category.objects.get(name="Prints")
    print(
        json.dumps(
            {
                "category": looked_at.get_absolute_url(),
                "products": [
                    {"id": one.pk, "title": one.title, "path": one.get_absolute_url()}
                    for one in made[:LOOKED_AT]
                ],
            }
        )
    )


def make_products(count: int, in_category: int) -> list:
    kind = ProductClass.objects.create(name="Print", requires_shipping=True, track_stock=True)
    made = Product.objects.bulk_create(
        [
            Product(
                product_class=kind,
                structure=Product.STANDALONE,
                title=f"Tidal print {number}",
                slug=f"tidal-print-{number}",
                upc=f"TIDE-{number}",
                description=DESCRIPTION,
                is_public=True,
            )
            for number in range(count)
        ],
        batch_size=1000,
    )
    partner = Partner.objects.create(name="Bower")
    StockRecord.objects.bulk_create(
        [
            StockRecord(
                product=one,
                partner=partner,
                partner_sku=one.upc,
                price=24,
                price_currency="GBP",
                num_in_stock=1_000_000,
            )
            for one in made
        ],
        batch_size=1000,
    )
    # Its count of views and sales: Oscar makes one at the first visit, and fails where several
    # visitors are the first at once.
    ProductRecord.objects.bulk_create([ProductRecord(product=one) for one in made], batch_size=1000)
    put_into_categories(made, in_category)
    hang_up_pictures(made)
    return made


def put_into_categories(products: list, in_category: int) -> None:
    names = ["Prints", *[f"Shelf {number}" for number in range(1, 10)]]
    categories = [create_from_breadcrumbs(name) for name in names]
    shelves = [categories[0]] * in_category
    others = len(products) - in_category
    shelves += [categories[1 + number % 9] for number in range(others)]
    ProductCategory.objects.bulk_create(
        [
            ProductCategory(product=product, category=category)
            for product, category in zip(products, shelves, strict=True)
        ],
        batch_size=1000,
    )


def hang_up_pictures(products: list) -> None:
    names = []
    for number in range(PICTURES):
        picture = ContentFile(b"")
        Image.new("RGB", (1200, 1500), (30 * number, 120, 160)).save(picture, "JPEG")
        names.append(default_storage.save(f"images/products/tide-{number}.jpg", picture))
    ProductImage.objects.bulk_create(
        [
            ProductImage(product=one, original=names[number % PICTURES], display_order=0)
            for number, one in enumerate(products)
        ],
        batch_size=1000,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
