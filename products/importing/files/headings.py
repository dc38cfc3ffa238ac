"""What shops write above their columns, by our own names for them. The first is today's.

Shopify has renamed its columns over the years; WooCommerce writes them in the shop's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Headings = Mapping[str, Sequence[str]]

_NUMBERS = (1, 2, 3)

SHOPIFY: Headings = {
    "handle": ("URL handle", "Handle"),
    "title": ("Title",),
    "body": ("Description", "Body (HTML)", "Body HTML", "Body"),
    "vendor": ("Vendor",),
    "type": ("Type", "Product type", "Custom product type"),
    "category": ("Product category", "Standard product type", "Standardized product type"),
    "tags": ("Tags",),
    "published": ("Published on online store", "Published"),
    "status": ("Status",),
    "sku": ("SKU", "Variant SKU"),
    "barcode": ("Barcode", "Barcodes", "Variant barcode", "Variant barcodes"),
    "price": ("Price", "Variant price"),
    "compare_at": (
        "Compare-at price",
        "Compare at price",
        "Variant compare at price",
        "Variant compare-at price",
    ),
    "grams": ("Weight value (grams)", "Variant grams", "Grams"),
    "tracker": ("Inventory tracker", "Variant inventory tracker"),
    "quantity": (
        "Inventory quantity",
        "Inventory qty",
        "Variant inventory qty",
        "Variant inventory quantity",
    ),
    "policy": (
        "Continue selling when out of stock",
        "Inventory policy",
        "Variant inventory policy",
    ),
    "requires_shipping": ("Requires shipping", "Variant requires shipping"),
    "taxable": ("Charge tax", "Variant taxable"),
    "image": ("Product image URL", "Image src", "Image URL"),
    "image_position": ("Image position",),
    "image_alt": ("Image alt text",),
    "variant_image": ("Variant image URL", "Variant image"),
    "gift_card": ("Gift card",),
    "seo_title": ("SEO title",),
    "seo_description": ("SEO description",),
    **{f"option_{n}_name": (f"Option{n} name", f"Option {n} name") for n in _NUMBERS},
    **{f"option_{n}_value": (f"Option{n} value", f"Option {n} value") for n in _NUMBERS},
}

WOOCOMMERCE: Headings = {
    "id": ("ID",),
    "type": ("Type", "Typ"),
    "sku": ("SKU", "Artikelnummer", "Artikelnummer (SKU)", "Art.-Nr."),
    "barcode": ("GTIN, UPC, EAN, or ISBN", "GTIN, UPC, EAN oder ISBN", "GTIN"),
    "name": ("Name",),
    "published": ("Published", "Veröffentlicht"),
    "visibility": ("Visibility in catalog", "Sichtbarkeit im Katalog", "Katalogsichtbarkeit"),
    "summary": ("Short description", "Kurzbeschreibung"),
    "body": ("Description", "Beschreibung"),
    "sale_starts": (
        "Date sale price starts",
        "Datum, an dem Angebotspreis beginnt",
        "Datum, an dem der Angebotspreis beginnt",
    ),
    "sale_ends": (
        "Date sale price ends",
        "Datum, an dem Angebotspreis endet",
        "Datum, an dem der Angebotspreis endet",
    ),
    "tax_status": ("Tax status", "Steuerstatus"),
    "tax_class": ("Tax class", "Steuerklasse"),
    "in_stock": ("In stock?", "Vorrätig?", "Auf Lager?"),
    "stock": ("Stock", "Lager", "Bestand", "Lagerbestand"),
    "low_stock": ("Low stock amount", "Geringe Lagermenge", "Geringer Lagerbestand"),
    "backorders": (
        "Backorders allowed?",
        "Lieferrückstände erlaubt?",
        "Rückstände erlaubt?",
    ),
    "sale_price": ("Sale price", "Angebotspreis"),
    "regular_price": ("Regular price", "Regulärer Preis", "Normaler Preis"),
    "categories": ("Categories", "Kategorien"),
    "tags": ("Tags", "Schlagwörter"),
    "images": ("Images", "Bilder"),
    "parent": ("Parent", "Übergeordnetes Produkt", "Eltern"),
    "position": ("Position",),
    "brands": ("Brands", "Marken"),
}

BOWERBIRD: Headings = {
    "key": ("Product key",),
    "title": ("Title",),
    "slug": ("Slug",),
    "published": ("Published",),
    "summary": ("Summary",),
    "body": ("Description",),
    "brand": ("Brand",),
    "categories": ("Categories",),
    "tags": ("Tags",),
    "tax_class": ("Tax class",),
    "sku": ("SKU",),
    **{f"option_{n}_{x}": (f"Option {n} {x}",) for n in _NUMBERS for x in ("name", "value")},
    "price": ("Price",),
    "compare_at": ("Compare-at price",),
    "on_hand": ("On hand",),
    "backorders": ("Sell beyond stock",),
    "low_at": ("Low at",),
    "weight": ("Weight (g)",),
    "barcode": ("Barcode",),
    "picture": ("Variant picture",),
    "pictures": ("Pictures",),
    "seo_title": ("SEO title",),
    "seo_description": ("SEO description",),
    "manufacturer": ("Manufacturer",),
    "responsible_person": ("Responsible person",),
    "safety_information": ("Safety information",),
}
