"""What of a product others show, for the page cache: see `content.live_pages.traces`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from content.live_pages import below
from content.live_pages.names import paths_above

if TYPE_CHECKING:
    from products.models import ProductPage, Variant

# How many others a product page looks at to find some that hang beside it: some are sold out.
LOOKED_AT = 12
# As many as a block may ask for.
MOST_BY_RULE = 24


def sku_name(code: str) -> str:
    return f"sku:{code}"


def stock_names(variants: Iterable[Variant]) -> list[str]:
    return [sku_name(variant.sku_id) for variant in variants if variant.sku_id]


def offered(pk: int) -> str:
    """Whether a product is public and can be bought."""
    return f"offered:{pk}"


def beside(pk: int) -> str:
    """Which products a product page looks at to find some that hang beside it."""
    return f"beside:{pk}"


def everywhere(locale_id: int) -> str:
    return f"all-{locale_id}"


def newest_in(place: str) -> str:
    """`place`: the path of a category, or `everywhere`."""
    return f"newest:{place}"


def sale_in(place: str) -> str:
    return f"sale:{place}"


def traces(page: ProductPage) -> dict[str, Any]:
    """Also of its translations and aliases where it holds the variants that they show."""
    variants = list(page.variants.order_by("sku_id"))
    kinds = [(one.sku_id, one.option_ids) for one in variants]
    prices = [(one.sku_id, one.price) for one in variants]
    reduced = [(one.sku_id, one.compare_at is not None) for one in variants]
    found: dict[str, Any] = {}
    for member in family(page) if variants else [page]:
        if not member.live:
            continue
        paths = standing(member)
        place = (member.pk, sorted(paths), member.first_published_at)
        found |= {below(path): (kinds, member.brand_id, place) for path in paths}
        found |= {below(path, "price"): (prices, kinds) for path in paths}
        found |= {below(path, "name"): member.title for path in paths}
        found[offered(member.pk)] = kinds
        found[_place(member.pk)] = place
        found[_standing(member.pk)] = (place, kinds, reduced)
    return found


def entered(page: ProductPage, moved: set[str]) -> set[str]:
    """The lists in which it may now stand without having stood there before.

    Those that show it already name it, so they know; only who did not show it has to be told.
    """
    names: set[str] = set()
    for member in family(page):
        if member.live and _standing(member.pk) in moved:
            names |= lists_led_by(member)
        if member.live and _place(member.pk) in moved:
            names |= neighbours(member)
    return names


def lists_led_by(page: ProductPage) -> set[str]:
    """The rules among whose first products it is, for the whole shop and by category."""
    from products.leading import Rule, leading
    from products.models import CategoryPage, ProductPage

    pages = ProductPage.objects.live().public().filter(locale=page.locale_id)
    shelves: dict[str, int | None] = {everywhere(page.locale_id): None}
    shelves |= CategoryPage.objects.filter(path__in=standing(page)).values_list("path", "pk")
    names = set()
    for place, category in shelves.items():
        for name, rule in ((newest_in, Rule.NEWS), (sale_in, Rule.REDUCTIONS)):
            first = leading(rule, pages, MOST_BY_RULE, category)
            if page.pk in first.values_list("pk", flat=True):
                names.add(name(place))
    return names


def neighbours(page: ProductPage) -> set[str]:
    """The product pages that will look at this one: those that came after it in each category, or
    where it is among the newest, also the oldest, which find too few before them."""
    from products.models import ProductPage

    names = set()
    for path in standing(page):
        depth = len(path) // page.steplen + 1
        others = ProductPage.objects.live().filter(path__startswith=path, depth=depth)
        others = others.exclude(pk=page.pk).order_by("first_published_at", "pk")
        later = others.filter(first_published_at__gte=page.first_published_at or timezone.now())
        found = list(later.values_list("pk", flat=True)[: 2 * LOOKED_AT])
        if len(found) <= LOOKED_AT:
            found += others.values_list("pk", flat=True)[: 2 * LOOKED_AT]
        names |= {beside(pk) for pk in found}
    return names


def standing(page: ProductPage) -> set[str]:
    """The paths of all categories in which it stands: by its place, or because it names them."""
    named = page.categories.through.objects.filter(productpage=page.pk)
    below_named = [f"{path}0" for path in named.values_list("categorypage__path", flat=True)]
    return {above for path in (page.path, *below_named) for above in paths_above(path)}


def family(page: ProductPage) -> list[ProductPage]:
    """It and all pages that show its variants."""
    model: Any = apps.get_model("products", "ProductPage")
    found = {page.pk: page}
    found |= model.objects.filter(translation_key=page.translation_key).in_bulk()
    while aliases := model.objects.filter(alias_of__in=found).exclude(pk__in=found).in_bulk():
        found |= aliases
    return list(found.values())


def _place(pk: int) -> str:
    return f"place:{pk}"


def _standing(pk: int) -> str:
    return f"standing:{pk}"
