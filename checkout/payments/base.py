"""What every payment provider does for the shop, and in which terms it reports back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.utils.functional import Promise

from products.money import ZERO

if TYPE_CHECKING:
    from checkout.models import Payment, Refund
    from content.models import ShopSettings


class Outcome(Enum):
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Observation:
    """How a payment stands with its provider. `amount` in major units, `currency` ISO 4217."""

    outcome: Outcome
    amount: Decimal = ZERO
    currency: str = ""
    charge: str = ""


@dataclass(frozen=True)
class Started:
    """`reference`: the provider's name for the attempt; `redirect_url`: where the shopper pays."""

    reference: str | None
    redirect_url: str


@dataclass(frozen=True)
class SeenRefund:
    """Money that a provider sent back, whoever asked for it; or, `failed`, that came back to it.

    `promise`: the key of our own `Refund`, where it was one of ours.
    """

    reference: str
    charge: str
    amount: Decimal
    currency: str
    failed: bool = False
    why: str = ""
    promise: int | None = None


@dataclass(frozen=True)
class SeenDispute:
    """A customer's bank asks for the money back. `state` is of `DisputeState`."""

    reference: str
    charge: str
    amount: Decimal
    currency: str
    reason: str
    state: str
    opened_at: datetime
    respond_by: datetime | None = None


class ProviderUnavailable(Exception):
    """No answer, or a fault of the provider's: trying again with the same parameters is safe."""


class ProviderRefused(Exception):
    """The provider will never accept this call. `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentProvider(Protocol):
    """One module a provider; none of them writes to the database."""

    name: ClassVar[str]

    @property
    def label(self) -> str | Promise: ...

    @property
    def description(self) -> str | Promise: ...

    # Staff say that the money came; otherwise the provider does.
    confirmed_by_hand: ClassVar[bool]
    # The shopper is told at once that the order stands, because paying takes days.
    announces_order: ClassVar[bool]

    def is_offered(self, shop: ShopSettings, user: Any = None) -> bool: ...

    def window(self) -> int:
        """Seconds for which stock stays reserved for a payment."""
        ...

    def minimum(self, currency: str) -> Decimal:
        """The smallest total that can be paid, in major units."""
        ...

    def can_charge(self, amount: Decimal, currency: str) -> bool:
        """Whether it can take exactly this amount."""
        ...

    def parameters(self, payment: Payment) -> dict[str, Any]:
        """Everything the first call will send, fixed in the transaction that places the order."""
        ...

    def start(self, payment: Payment) -> Started:
        """Begin the payment. Raises ProviderUnavailable or ProviderRefused."""
        ...

    def look_up(self, payment: Payment) -> Observation:
        """Ask how it stands. Raises ProviderUnavailable or ProviderRefused."""
        ...

    def cancel(self, payment: Payment) -> None:
        """Close it, so that it cannot be paid any more. Raises as `start` does."""
        ...

    def refund(self, refund: Refund) -> str:
        """Send money back; the provider's name for it. Raises as `start` does."""
        ...

    def dashboard_url(self, payment: Payment) -> str:
        """Where staff see it at the provider; "" where there is nothing to see."""
        ...

    def refunds_of(self, payment: Payment) -> list[SeenRefund]:
        """All money of this payment that went back, as the provider knows. Raises as `start`."""
        ...

    def disputes_of(self, payment: Payment) -> list[SeenDispute]:
        """All that banks asked about it. Raises as `start`."""
        ...
