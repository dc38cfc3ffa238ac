"""What hangs beside a product: others of its category that can be bought."""

from __future__ import annotations

from django.db.models import Subquery
from django.http import HttpRequest
from django.utils import timezone

from content.live_pages import depends_on
from content.live_pages.parts import kept
from content.navigation import seen_from
from products.cards import ProductCard, cards_to_choose_from
from products.leading import newest_of
from products.models import CategoryPage, Place, ProductPage
from products.places import catch_up
from products.traces import LOOKED_AT, beside, offered

SHOWN = 4


def cards_beside(page: ProductPage, request: HttpRequest | None = None) -> list[ProductCard]:
    """Those published just before this one, then the newest: not all pages show the same."""
    if page.pk is None:
        return []
    key = ("beside", *seen_from(request), page.pk)
    return kept(key, lambda: _cards_beside(page, request))


def _cards_beside(page: ProductPage, request: HttpRequest | None) -> list[ProductCard]:
    depends_on(page, beside(page.pk))
    looked_at = _looked_at(page)
    depends_on(*(offered(other.pk) for other in looked_at))
    cards = cards_to_choose_from(looked_at, request)
    shown = [card for card in cards if card.availability.can_be_bought][:SHOWN]
    for card in shown:
        depends_on(*card.shows)
    return shown


def _looked_at(page: ProductPage) -> list[ProductPage]:
    catch_up()
    published = page.first_published_at or timezone.now()
    parent = CategoryPage.objects.filter(path=page.path[: -page.steplen]).values("pk")
    places = Place.objects.filter(category=Subquery(parent)).exclude(page=page.pk)
    pages = ProductPage.objects.live().open_to_all()
    found: list[ProductPage] = []
    for some in (places.filter(published__lt=published), places.filter(published__gte=published)):
        if len(found) < LOOKED_AT:
            found += newest_of(some, pages, LOOKED_AT - len(found))
    return found
