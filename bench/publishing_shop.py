"""What `bench.publishing` publishes and reads, of a shop that is filled already."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from wagtail.models import Page

from accounts.models import User
from bench.visitor import path_of
from products.models import CategoryPage, Place, ProductPage
from products.models.pages import PRODUCTS_A_PAGE
from products.traces import LOOKED_AT, standing

A_LITTLE = Decimal("1.11")


class Ware:
    def __init__(self, page: ProductPage) -> None:
        self.page = page
        self.title, self.path = page.title, path_of(page.url)

    def other_prices(self, shown: str) -> str:
        """Given to its variants; the first, as it will stand on its page, where it does not yet."""
        page = self.page = ProductPage.objects.get(pk=self.page.pk)
        variants = list(page.variants.all())
        while True:
            for variant in variants:
                variant.price += A_LITTLE
                if variant.compare_at is not None:
                    variant.compare_at += A_LITTLE
            new = f"{min(variant.price for variant in variants):,.2f}"
            if new not in shown:
                page.variants.set(variants)
                return new

    def publish(self) -> float:
        """The moment of its commit, of this machine's steady clock."""
        committed: list[float] = []
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))
            editor = User.objects.get(email="editor@bower.example")
            self.page.save_revision(user=editor).publish(user=editor)
        return committed[0]


def wares(how_many: int) -> list[Ware]:
    """From the newest to the oldest, evenly."""
    live = ProductPage.objects.live().exclude(variants=None).on_the_shelf()
    keys = list(live.values_list("pk", flat=True))
    chosen = keys[:: max(1, len(keys) // how_many)][:how_many]
    found = ProductPage.objects.in_bulk(chosen)
    return [Ware(found[key]) for key in chosen]


def addresses(chosen: Iterable[Ware], how_many: int) -> list[str]:
    """Everything but products and their categories; the chosen, those beside them, the categories
    in which they stand with the very page of the shelf; and others until there are so many."""
    content = Page.objects.live().not_type(ProductPage, CategoryPage)
    pages = [*content.filter(depth__gt=1)]
    paths = []
    for ware in chosen:
        pages += [ware.page, *_around(ware.page)]
        for category in CategoryPage.objects.live().filter(path__in=standing(ware.page)):
            pages.append(category)
            paths.append(f"{path_of(category.url)}?page={_page_with(ware.page, category)}")
    paths += [path_of(page.url) for page in pages if page.url]
    paths = list(dict.fromkeys(path.removesuffix("?page=1") for path in paths))
    others = _evenly(Page.objects.live().type(ProductPage, CategoryPage), how_many)
    more = [path for page in others if (path := path_of(page.url)) not in paths]
    return paths + more[: max(0, how_many - len(paths))]


def _page_with(page: ProductPage, category: CategoryPage) -> int:
    """The number of that category's page on which it stands: the newest come first."""
    places = Place.objects.filter(category=category)
    own = places.get(page=page)
    newer = Q(published__gt=own.published) | Q(published=own.published, page__gt=page.pk)
    return int(places.filter(newer).count()) // PRODUCTS_A_PAGE + 1


def _around(page: ProductPage) -> Sequence[Page]:
    """Those that were published just before and just after it on the same shelf."""
    siblings = ProductPage.objects.live().sibling_of(page, inclusive=False)
    by_age = siblings.order_by("first_published_at", "pk")
    older = by_age.filter(first_published_at__lte=page.first_published_at).reverse()
    newer = by_age.filter(first_published_at__gt=page.first_published_at)
    return [*older[: LOOKED_AT + 3], *newer[: LOOKED_AT + 3]]


def _evenly(pages: Any, how_many: int) -> list[Page]:
    keys = list(pages.order_by("pk").values_list("pk", flat=True))
    return list(Page.objects.filter(pk__in=keys[:: max(1, len(keys) // how_many)]))
