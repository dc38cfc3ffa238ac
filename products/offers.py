"""What a product page offers: its variants as a shopper chooses among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone

from content.live_pages import depends_on, good_until, out_of_sight, refuse
from content.locales import snippet_in_readers_language
from content.models import Picture
from content.renditions import PLAIN, renditions_of
from products import stock
from products.models.skus import Availability, StockState
from products.models.variants import Variant
from products.models.vocabulary import OptionType, OptionValue
from products.money import format_money, shop_currency, smallest_unit
from products.traces import stock_names

if TYPE_CHECKING:
    from products.models.pages import ProductPage

# How soon a page that says "sold out" is rendered again, without anybody having told it to.
LOOK_AGAIN = timedelta(minutes=1)
SCHEMA_AVAILABILITY = {
    StockState.IN_STOCK: "https://schema.org/InStock",
    StockState.LOW: "https://schema.org/LimitedAvailability",
    StockState.BACKORDER: "https://schema.org/BackOrder",
    StockState.SOLD_OUT: "https://schema.org/OutOfStock",
}


@dataclass(frozen=True)
class Choice:
    """A value of an option: "A3". `slug` tells it from the others in forms and scripts."""

    slug: str
    label: str


@dataclass(frozen=True)
class Option:
    """What variants differ in, with the values that some variant has: "Size", (A4, A3)."""

    slug: str
    label: str
    values: tuple[Choice, ...]


@dataclass(frozen=True)
class GalleryPicture:
    picture: Picture
    alt: str


@dataclass(frozen=True)
class Offer:
    """One variant on the page. `options` by the slug of what they are a value of, in order.

    `picture` is its place in the gallery, counted from one; `weight` in grams.
    """

    sku: str
    price: Decimal
    compare_at: Decimal | None
    options: Mapping[str, Choice]
    availability: Availability
    max_quantity: int
    picture: int | None
    weight: int | None = None
    selected: bool = False

    @property
    def label(self) -> str:
        return " / ".join(choice.label for choice in self.options.values())

    def as_json(self) -> dict[str, Any]:
        """For the script that follows the shopper's choice; texts ready to be shown."""
        return {
            "sku": self.sku,
            "options": {slug: choice.slug for slug, choice in self.options.items()},
            "price": format_money(self.price, shop_currency()),
            "was": format_money(self.compare_at, shop_currency()) if self.compare_at else "",
            "state": self.availability.state.value,
            "label": self.availability.label,
            "buyable": self.availability.can_be_bought,
            "max": self.max_quantity,
            "picture": self.picture,
        }


def offer_context(page: ProductPage, request: HttpRequest) -> dict[str, Any]:
    variants = _offered(page)
    depends_on(page.source, page.brand, *stock_names(variants))
    names = _names_in(page, variants)
    gallery = _gallery(page, variants)
    places = {entry.picture.pk: place for place, entry in enumerate(gallery, start=1)}
    offers = [_offer(variant, names, places) for variant in variants]
    wanted = request.GET.get("sku", "")
    selected = _selected(offers, wanted)
    if wanted and not (selected and selected.sku == wanted):
        refuse("it asks for a variant that there is not")
    marked = [replace(offer, selected=offer is selected) for offer in offers]
    return {
        "offers": marked,
        "options": _options(variants, names),
        "selected": selected,
        "sold_out_offers": [offer for offer in marked if not offer.availability.can_be_bought],
        "can_be_bought": any(offer.availability.can_be_bought for offer in offers),
        "offers_json": [offer.as_json() for offer in offers],
        "gallery": gallery,
        "structured_data": structured_data(page, offers, gallery, request),
        "product_id": page.source.pk,
        "maker": snippet_in_readers_language(page.brand).name if page.brand else "",
    }


def _offered(page: ProductPage) -> list[Variant]:
    """What seems sold out is looked at twice: promises that ran out may hold it.

    A kept page looks again after a while; what comes back meanwhile says so by itself.
    """
    variants = page.offers()
    skus = [sku for variant in variants if (sku := variant.known_sku)]
    if any(not sku.availability.can_be_bought for sku in skus):
        good_until(timezone.now() + LOOK_AGAIN)
    with out_of_sight():
        came_back = stock.call_in((sku, 1) for sku in skus)
    return page.offers() if came_back else variants


def structured_data(
    page: ProductPage,
    offers: Iterable[Offer],
    gallery: Iterable[GalleryPicture],
    request: HttpRequest,
) -> dict[str, Any]:
    """schema.org's Product with one Offer a variant, as search engines read it."""
    url = page.full_url or request.build_absolute_uri()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": page.title,
        "description": page.summary,
        "url": url,
        "offers": [
            {
                "@type": "Offer",
                "sku": offer.sku,
                "price": str(offer.price.quantize(smallest_unit(shop_currency()))),
                "priceCurrency": shop_currency(),
                "availability": SCHEMA_AVAILABILITY[offer.availability.state],
                "url": f"{url}?sku={offer.sku}",
            }
            for offer in offers
        ],
    }
    if page.brand:
        data["brand"] = {"@type": "Brand", "name": page.brand.name}
    pictures = [renditions_of(one.picture, [PLAIN])[PLAIN] for one in gallery]
    if pictures:
        data["image"] = [request.build_absolute_uri(picture.url) for picture in pictures]
    return data


def _gallery(page: ProductPage, variants: list[Variant]) -> list[GalleryPicture]:
    """The product's pictures, then those that only a variant has; renditions at hand."""
    shown = {
        entry.picture_id: GalleryPicture(entry.picture, entry.alt_text or page.title)
        for entry in page.pictures()
        if entry.picture
    }
    for variant in variants:
        if variant.picture:
            alt = f"{page.title} ({variant.options_label})"
            shown.setdefault(variant.picture_id, GalleryPicture(variant.picture, alt))
    prefetch_related_objects([entry.picture for entry in shown.values()], "renditions")
    return list(shown.values())


def _offer(variant: Variant, names: Mapping[int, str], places: Mapping[int, int]) -> Offer:
    sku = variant.known_sku
    return Offer(
        sku=variant.sku_id,
        price=variant.price,
        compare_at=variant.compare_at,
        options={
            str(value.option_id): Choice(str(value.pk), names[value.pk])
            for value in variant.options
        },
        availability=variant.availability,
        max_quantity=_most(variant.availability),
        picture=places.get(variant.picture_id or 0),
        weight=sku.weight if sku else None,
    )


def _most(availability: Availability) -> int:
    """Out of plenty, as many as a line may have: how many there are is nothing that a kept page
    may say, since it does not hear of each sale. The basket says when it is too much."""
    if not availability.can_be_bought:
        return 0
    limit: int = settings.BASKET_MAX_QUANTITY
    return limit if availability.left is None else min(limit, availability.left)


def _options(variants: list[Variant], names: Mapping[int, str]) -> list[Option]:
    by_option: dict[OptionType, set[OptionValue]] = {}
    for variant in variants:
        for value in variant.options:
            by_option.setdefault(value.option, set()).add(value)
    return [
        Option(
            slug=str(option.pk),
            label=snippet_in_readers_language(option).name,
            values=tuple(
                Choice(str(value.pk), names[value.pk])
                for value in sorted(values, key=lambda value: value.sort_order or 0)
            ),
        )
        for option, values in by_option.items()
    ]


def _names_in(page: ProductPage, variants: list[Variant]) -> dict[int, str]:
    """The names of all option values in the page's language, by the ids that the variants use."""
    values = {value.pk: value for variant in variants for value in variant.options}
    depends_on(*values.values(), *(value.option for value in values.values()))
    names = {pk: value.name for pk, value in values.items()}
    foreign = {v.translation_key: pk for pk, v in values.items() if v.locale_id != page.locale_id}
    if foreign:
        translated = OptionValue.objects.filter(
            translation_key__in=foreign, locale_id=page.locale_id
        )
        names |= {foreign[value.translation_key]: value.name for value in translated}
    return names


def _selected(offers: list[Offer], wanted: str) -> Offer | None:
    """The offer named in the address, else the first that can be bought, else the first."""
    by_preference = [offer for offer in offers if offer.sku == wanted]
    by_preference += [offer for offer in offers if offer.availability.can_be_bought]
    by_preference += offers
    return by_preference[0] if by_preference else None
