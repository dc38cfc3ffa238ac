"""What hangs beside a product: others of its category that can be bought."""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.utils import timezone

from content.live_pages import depends_on
from content.live_pages.parts import kept
from content.navigation import seen_from
from products.cards import ProductCard, cards_to_choose_from
from products.models import ProductPage
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
    published = page.first_published_at or timezone.now()
    others = (
        ProductPage.objects.live()
        .open_to_all()
        .below(page.path[: -page.steplen])
        .exclude(pk=page.pk)
        .annotate(newer=Case(When(first_published_at__gte=published, then=Value(1)), default=0))
        .order_by("newer", "-first_published_at", "-pk")
    )
    looked_at = list(others[:LOOKED_AT])
    depends_on(*(offered(other.pk) for other in looked_at))
    cards = cards_to_choose_from(looked_at, request)
    shown = [card for card in cards if card.availability.can_be_bought][:SHOWN]
    for card in shown:
        depends_on(*card.shows)
    return shown
