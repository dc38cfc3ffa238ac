"""Puts the demo shop into the database. Whatever is there already is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.images import ImageFile
from django.utils import timezone
from django.utils.html import escape
from django_countries import countries as all_countries
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page, Site
from wagtail.rich_text import RichText

from bowerbird.demo import catalogue
from checkout.models import ShippingMethod
from content.models import FooterLink, Picture, ShopSettings
from home.models import HomePage, LandingPage
from products import stock
from products.models import (
    Brand,
    CategoryPage,
    MovementReason,
    OptionType,
    OptionValue,
    ProductPage,
    ProductPicture,
    Sku,
    TaxClass,
    Variant,
)

Say = Callable[[str], None]


def load(say: Say) -> None:
    """Everything the demo shop sells and says, in an order in which nothing is missing."""
    data = catalogue.load()
    load_settings()
    load_vocabulary(data)
    load_shipping(data["shipping_methods"])
    home = front_page()
    load_categories(data["categories"], home)
    load_products(data["products"], say)
    load_pages(data, home)
    if not home.hero_heading:
        dress_front_page(home, data["home"])


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


def load_shipping(methods: Iterable[dict[str, Any]]) -> None:
    if ShippingMethod.objects.exists():
        return
    methods = list(methods)
    named = {code for entry in methods for code in entry["countries"]}
    elsewhere = [code for code, _name in all_countries if code not in named]
    for position, entry in enumerate(methods):
        countries: Any = entry["countries"] or elsewhere
        ShippingMethod.objects.create(
            name=entry["name"],
            description=entry.get("description", ""),
            countries=countries,
            price=Decimal(entry["price"]),
            free_over=Decimal(entry["free_over"]) if entry.get("free_over") else None,
            min_days=entry["min_days"],
            max_days=entry["max_days"],
            position=position,
        )


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
        body=[story_block(block) for block in entry["body"]],
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
    Sku.objects.filter(code=row["sku"]).update(
        low_stock_threshold=row.get("low_stock_threshold", 3),
        weight=row.get("weight"),
        barcode=row.get("barcode", ""),
        backorders_allowed=row.get("backorders", False),
    )
    if row["on_hand"]:
        stock.move(row["sku"], row["on_hand"], MovementReason.RECEIVED, reference="demo")


def load_pages(data: dict[str, Any], home: HomePage) -> None:
    shop = ShopSettings.for_site(Site.objects.get(is_default_site=True))
    for entry in [*data["landing_pages"], *data["pages"]]:
        if LandingPage.objects.filter(slug=entry["slug"]).exists():
            continue
        page = LandingPage(
            title=entry["title"],
            slug=entry["slug"],
            introduction=entry["introduction"],
            picture=picture(entry.get("picture", ""), entry.get("picture_alt", "")),
            search_description=entry.get("search_description", ""),
            body=[story_block(block) for block in entry["body"]],
        )
        publish_below(home, page)
        if entry in data["pages"]:
            FooterLink.objects.create(settings=shop, page=page)
        if entry["slug"] == "terms":
            shop.terms_page = page
            shop.save()


def dress_front_page(home: HomePage, entry: dict[str, Any]) -> None:
    home.title = entry["title"]
    home.hero_heading = entry["hero_heading"]
    home.hero_text = entry["hero_text"]
    home.hero_picture = picture(entry["hero_picture"], entry["hero_picture_alt"])
    home.hero_page = Page.objects.filter(slug=entry["hero_link"]).first()
    home.hero_link_text = entry["hero_link_text"]
    home.search_description = entry["search_description"]
    featured = {"type": "products", "heading": "A first look", "slugs": entry["featured"]}
    first, *others = [_section(section) for section in entry["sections"]]
    home.body = [
        story_block(featured),
        *first,
        ("newest", {"heading": "New in", "how_many": 4}),
        *(block for section in others for block in section),
    ]
    home.save_revision().publish()


def _section(section: dict[str, Any]) -> list[tuple[str, Any]]:
    """Heading, picture and words, with a link at the end where its page is there."""
    shown = picture(section["picture"], section["picture_alt"])
    if shown is None:
        raise ValueError("a section of the front page has a picture")
    html = section["html"]
    page = Page.objects.filter(slug=section["link"]).first()
    if page:
        html += f'<p><a linktype="page" id="{page.pk}">{escape(section["link_text"])}</a></p>'
    image = ImageBlock().to_python({"image": shown.pk, "alt_text": section["picture_alt"]})
    return [
        ("heading", section["heading"]),
        ("picture", {"picture": image, "caption": ""}),
        ("text", RichText(html)),
    ]


def story_block(block: dict[str, Any]) -> tuple[str, Any]:
    """A block of the catalogue file as the StreamField takes it."""
    kind = block["type"]
    if kind == "text":
        return kind, RichText(block["html"])
    if kind == "heading":
        return kind, block["text"]
    if kind == "quote":
        return kind, {"text": block["text"], "attribution": block.get("attribution", "")}
    if kind in ("products", "product"):
        slugs = block.get("slugs") or [block["slug"]]
        pages = {page.slug: page for page in ProductPage.objects.filter(slug__in=slugs)}
        chosen = [pages[slug] for slug in slugs]
        return "products", {"heading": block.get("heading", ""), "products": chosen}
    raise ValueError(f"the catalogue has a block of unknown type {kind!r}")


def picture(name: str, alt: str = "") -> Picture | None:
    """The picture of this file name, taken into the image library at its first use."""
    if not name:
        return None
    known = Picture.objects.filter(title=name).first()
    if known:
        return known
    with catalogue.picture_path(name).open("rb") as file:
        return Picture.objects.create(
            title=name, description=alt[:255], file=ImageFile(file, name=name)
        )


def publish_below(parent: Page, page: Page, live_in_days: int | None = None) -> None:
    """Through a revision, as an editor does it; in some days, where that is asked for."""
    if live_in_days:
        page.live = False
        page.go_live_at = timezone.now() + timedelta(days=live_in_days)
    parent.add_child(instance=page)
    page.save_revision().publish()
