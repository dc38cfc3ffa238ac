"""An order that nobody placed, for previews of e-mails: nothing of it is in the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from checkout.carriers import Carrier
from checkout.models import EmailKind, OrderAddress, Payment, Refund, Shipment, TaxTreatment
from products.money import ZERO, shop_currency

_ADDRESS = OrderAddress(
    name="Ada Lovelace",
    line1="12 St James’s Square",
    city="London",
    postcode="SW1Y 4JH",
    country="GB",
)
_UNIT = Decimal(24)
_SHIPPING = Decimal(4)
_TOTAL = 2 * _UNIT + _SHIPPING


def email(kind: EmailKind) -> Any:
    """As the templates of e-mails see one: its order, refund, return and shipment."""
    payment = Payment(amount=_TOTAL, currency=shop_currency())
    return SimpleNamespace(
        kind=kind,
        edition=1,
        order=_order(),
        refund=Refund(payment=payment, amount=_TOTAL, reason=Refund.Reason.SHOP),
        return_request=_return(),
    )


def _order() -> Any:
    shipment = Shipment(carrier=Carrier.ROYAL_MAIL, number="AB123456789GB")
    return SimpleNamespace(
        number="7KQ3-M9XT",
        placed_at=timezone.now(),
        was_handed_over=True,
        public_url=settings.BASE_URL,
        invoice=SimpleNamespace(number="INV-0000-00000"),
        payment_provider="bank_transfer",
        expires_at=timezone.now() + timedelta(seconds=settings.ORDER_TRANSFER_WINDOW),
        delivery_address=_ADDRESS,
        billing_address=_ADDRESS,
        shipping_method=_("Standard"),
        shipping_estimate=_("2 to 4 working days"),
        lines=_these([_line()]),
        taxes=_these([_tax()]),
        shipments=_these([shipment]),
        **_amounts(),
    )


def _return() -> Any:
    return SimpleNamespace(
        name=_ADDRESS.name,
        email="ada@example.com",
        reason="",
        answer=_("Put them into the box they came in, and send them to the address below."),
        requested_at=timezone.now(),
        lines=_these([SimpleNamespace(units=1, line=_line())]),
    )


def _amounts() -> dict[str, Any]:
    return {
        "currency": shop_currency(),
        "prices_include_tax": True,
        "tax_treatment": TaxTreatment.STANDARD,
        "subtotal": 2 * _UNIT,
        "discount": ZERO,
        "shipping": _SHIPPING,
        "total": _TOTAL,
    }


def _line() -> Any:
    title, options = _("A print"), _("A3, oak frame")
    return SimpleNamespace(
        title=title,
        options=options,
        name=f"{title} ({options})",
        quantity=2,
        unit_price=_UNIT,
        amount=2 * _UNIT,
    )


def _tax() -> Any:
    return SimpleNamespace(rate=Decimal(20), tax=Decimal("8.67"))


def _these(things: list[Any]) -> Any:
    """What a related manager answers in a template."""
    return SimpleNamespace(all=lambda: things, last=lambda: things[-1])
