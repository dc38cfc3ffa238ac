from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from checkout.payments.base import (
    Observation,
    Outcome,
    ProviderRefused,
    SeenDispute,
    SeenRefund,
    Started,
)
from products.money import ZERO

if TYPE_CHECKING:
    from checkout.models import Payment, Refund
    from content.models import ShopSettings


class BankTransfer:
    """The shopper sends the money themselves; staff say when it has come."""

    name: ClassVar[str] = "bank_transfer"
    label = _("Bank transfer")
    description = _("We reserve your order and send it when the money has arrived.")
    confirmed_by_hand: ClassVar[bool] = True
    announces_order: ClassVar[bool] = True

    def is_offered(self, shop: ShopSettings, user: Any = None) -> bool:
        return shop.accepts_bank_transfer

    def window(self) -> int:
        return settings.ORDER_TRANSFER_WINDOW

    def minimum(self, currency: str) -> Decimal:
        return ZERO

    def can_charge(self, amount: Decimal, currency: str) -> bool:
        return True

    def parameters(self, payment: Payment) -> dict[str, Any]:
        return {}

    def start(self, payment: Payment) -> Started:
        return Started(reference=None, redirect_url="")

    def look_up(self, payment: Payment) -> Observation:
        return Observation(Outcome.OPEN)

    def cancel(self, payment: Payment) -> None:
        """There is nobody to tell."""

    def refund(self, refund: Refund) -> str:
        raise ProviderRefused("by_hand")

    def dashboard_url(self, payment: Payment) -> str:
        return ""

    def refunds_of(self, payment: Payment) -> list[SeenRefund]:
        return []

    def disputes_of(self, payment: Payment) -> list[SeenDispute]:
        return []
