"""The payment providers of the shop, by the name that an order keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkout.payments.bank_transfer import BankTransfer
from checkout.payments.base import PaymentProvider
from checkout.payments.demo import Demo
from checkout.payments.stripe import Stripe
from content.models import ShopSettings

if TYPE_CHECKING:
    from checkout.models import Payment

_ALL: tuple[PaymentProvider, ...] = (Stripe(), Demo(), BankTransfer())
_PROVIDERS = {provider.name: provider for provider in _ALL}


def get(name: str) -> PaymentProvider:
    """Raises KeyError for a name that no order can have."""
    return _PROVIDERS[name]


def offered(shop: ShopSettings, user: Any = None) -> list[PaymentProvider]:
    """In the order in which a shopper chooses among them; `user` may be anonymous."""
    return [provider for provider in _PROVIDERS.values() if provider.is_offered(shop, user)]


def dashboard_url(payment: Payment) -> str:
    """Where staff see a payment at its provider; "" where there is nothing to see."""
    return get(payment.provider).dashboard_url(payment)


def choices() -> list[tuple[str, str]]:
    """Every provider that an order may name, for filters."""
    return [(name, str(provider.label)) for name, provider in _PROVIDERS.items()]
