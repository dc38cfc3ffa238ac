from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from checkout.payments.base import Observation, Outcome, SeenDispute, SeenRefund, Started
from checkout.status import OrderStatus
from products.money import ZERO

if TYPE_CHECKING:
    from checkout.models import Payment, Refund
    from content.models import ShopSettings


class Demo:
    """A page that says it is a demonstration, and pays or fails on request. Development only."""

    name: ClassVar[str] = "demo"
    label = _("Demo payment")
    description = _("No money moves: you choose on the next page how it ends.")
    confirmed_by_hand: ClassVar[bool] = False
    announces_order: ClassVar[bool] = False

    def is_offered(self, shop: ShopSettings, user: Any = None) -> bool:
        return settings.DEBUG and not settings.STRIPE_SECRET_KEY

    def window(self) -> int:
        return settings.ORDER_PAYMENT_WINDOW

    def minimum(self, currency: str) -> Decimal:
        return ZERO

    def can_charge(self, amount: Decimal, currency: str) -> bool:
        return True

    def parameters(self, payment: Payment) -> dict[str, Any]:
        return {}

    def start(self, payment: Payment) -> Started:
        url = reverse("checkout:demo", args=[payment.order.token])
        return Started(reference=f"demo_{payment.idempotency_key}", redirect_url=url)

    def look_up(self, payment: Payment) -> Observation:
        """It lives as long as its order waits."""
        waits = payment.order.status == OrderStatus.PENDING
        return Observation(Outcome.OPEN if waits else Outcome.EXPIRED)

    def cancel(self, payment: Payment) -> None:
        """Nothing is open anywhere but here."""

    def refund(self, refund: Refund) -> str:
        return f"demo_{refund.idempotency_key}"

    def dashboard_url(self, payment: Payment) -> str:
        return ""

    def refunds_of(self, payment: Payment) -> list[SeenRefund]:
        return []

    def disputes_of(self, payment: Payment) -> list[SeenDispute]:
        return []
