"""The first products by a rule: the newest that can be bought, or that cost less than before.

Of a category, by where they stand (`Place`) in the order of an index, so that the size of the
category does not matter, nor that of the shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from django.db.models import Exists, OuterRef, QuerySet

from products.models import Place, ProductPage
from products.places import catch_up
from products.querysets import ProductQuerySet


class Rule(Enum):
    NEWS = "buyable"
    REDUCTIONS = "reduced"


def leading(
    rule: Rule, pages: ProductQuerySet, how_many: int, category: int | None = None
) -> ProductQuerySet:
    """Of `pages`, which are all that may be shown; the newest first."""
    catch_up()
    asked: Mapping[str, bool] = {rule.value: True}
    places = Place.objects.filter(**asked)
    if category is None:
        some = Exists(places.filter(page=OuterRef("pk")))
        return pages.filter(some).on_the_shelf()[:how_many]
    return newest_of(places.filter(category=category), pages, how_many)


def newest_of(places: QuerySet[Place], pages: ProductQuerySet, how_many: int) -> ProductQuerySet:
    """The products at these places of one category, where they are among `pages`."""
    here = places.filter(page__in=pages.order_by().values("pk"))
    first = here.order_by("-published", "-page").values("page")[:how_many]
    return ProductPage.objects.filter(pk__in=first).on_the_shelf()
