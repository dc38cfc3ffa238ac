"""What hangs beside a product: others of its category that can be bought."""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.utils import timezone

from products.cards import ProductCard, cards_for
from products.models import ProductPage

SHOWN = 4
# More are looked at than shown: some will be sold out.
LOOKED_AT = 12


def cards_beside(page: ProductPage, request: HttpRequest | None = None) -> list[ProductCard]:
    """Those published just before this one, then the newest: not all pages show the same."""
    if page.pk is None:
        return []
    published = page.first_published_at or timezone.now()
    others = (
        ProductPage.objects.live()
        .open_to_all()
        .below(page.path[: -page.steplen])
        .exclude(pk=page.pk)
        .annotate(newer=Case(When(first_published_at__gte=published, then=Value(1)), default=0))
        .order_by("newer", "-first_published_at", "-pk")
    )
    cards = cards_for(others[:LOOKED_AT], request)
    return [card for card in cards if card.availability.can_be_bought][:SHOWN]
