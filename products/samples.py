"""Products that do not exist, for the preview of a block in a shop that is still empty."""

from decimal import Decimal

from django.utils.translation import gettext as _

from products.cards import ProductCard
from products.models import Availability, StockState


def sample_cards(how_many: int) -> list[ProductCard]:
    card = ProductCard(
        title=_("A product"),
        url="#",
        image=None,
        alt="",
        price=Decimal("24.00"),
        compare_at=None,
        from_price=False,
        availability=Availability(StockState.IN_STOCK),
    )
    return [card] * how_many
