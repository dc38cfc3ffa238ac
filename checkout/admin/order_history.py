"""What happened to an order, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.models import EmailKind, Order, OrderEvent, Refund
from checkout.status import OrderStatus
from products.money import format_money, round_money

_WORDS = {
    "placed": gettext_lazy("Placed"),
    "payment_started": gettext_lazy("Payment begun"),
    "payment_processing": gettext_lazy("Payment on its way"),
    "payment_refused": gettext_lazy("Payment refused by the provider"),
    "payment_accepted": gettext_lazy("Held payment accepted"),
    "payment_returned": gettext_lazy("Held payment not taken"),
    "books_brought_up_to_date": gettext_lazy("Compared with the payment service again"),
    "dispute_opened": gettext_lazy("The customer’s bank asks for the money back"),
    "dispute_won": gettext_lazy("Dispute decided for the shop"),
    "dispute_lost": gettext_lazy("Dispute decided for the customer"),
    "payment_held": gettext_lazy("Payment held: it does not match the order"),
    "invoice_issued": gettext_lazy("Invoice issued"),
    "document_damaged": gettext_lazy("Document found damaged"),
    "document_rendered_again": gettext_lazy("Document made again"),
    "credit_note_issued": gettext_lazy("Credit note issued"),
    "refund_due": gettext_lazy("Refund due"),
    "refund_refused": gettext_lazy("Refund refused by the provider"),
    "refund_failed": gettext_lazy("Refund came back to the shop"),
    "refund_trimmed": gettext_lazy("Less is left of what was to be refunded"),
    "refund_retried": gettext_lazy("Refund tried again"),
    "refunded": gettext_lazy("Refunded"),
    "readdressed": gettext_lazy("Delivery address changed"),
    "tagged": gettext_lazy("Tags changed"),
    "return_requested": gettext_lazy("Return asked for"),
    "return_accepted": gettext_lazy("Return accepted"),
    "return_refused": gettext_lazy("Return refused"),
    "return_received": gettext_lazy("Returned goods received"),
    "return_refunded": gettext_lazy("Return settled"),
    "vat_number": gettext_lazy("VAT number looked up"),
    "tracking_corrected": gettext_lazy("Tracking changed"),
    "withdrawn": gettext_lazy("Withdrawn by the customer"),
    "email_again": gettext_lazy("E-mail sent again"),
    "email_corrected": gettext_lazy("E-mail address corrected"),
}

_LABELS = {
    "added": gettext_lazy("added"),
    "after": gettext_lazy("now"),
    "amount": gettext_lazy("amount"),
    "attempt": gettext_lazy("attempt"),
    "before": gettext_lazy("before"),
    "carrier": gettext_lazy("carrier"),
    "code": gettext_lazy("code"),
    "damage": gettext_lazy("damage"),
    "expected": gettext_lazy("expected"),
    "kind": gettext_lazy("which"),
    "now": gettext_lazy("fingerprint now"),
    "left": gettext_lazy("left"),
    "number": gettext_lazy("number"),
    "provider": gettext_lazy("provider"),
    "reason": gettext_lazy("reason"),
    "received": gettext_lazy("received"),
    "removed": gettext_lazy("removed"),
    "total": gettext_lazy("total"),
    "tracking": gettext_lazy("tracking number"),
    "units": gettext_lazy("units"),
    "url": gettext_lazy("tracking page"),
    "version": gettext_lazy("version"),
    "was": gettext_lazy("fingerprint before"),
}


# What was is said before what is; the rest as above. PostgreSQL keeps no order of its own.
_ORDER = ["before", "after", "was", "now", "expected", "received", *_LABELS]


@dataclass(frozen=True)
class Happening:
    at: datetime
    what: str
    details: str
    by: str


def history_of(order: Order) -> list[Happening]:
    """Newest first."""
    return [_in_words(event) for event in reversed(order.events.all())]


def _in_words(event: OrderEvent) -> Happening:
    data = dict(event.data)
    if event.what == "status":
        data.pop("before", None)
        what = _status_label(data.pop("after", ""))
    else:
        what = str(_WORDS.get(event.what, event.what))
    currency = event.order.currency
    names = sorted(data, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    details = ", ".join(
        f"{_LABELS.get(name, name)}: {_value(name, data[name], currency)}" for name in names
    )
    return Happening(event.created_at, what, details, str(event.actor or _("the shop")))


def _value(name: str, value: Any, currency: str) -> Any:
    """As staff read it; events keep what programs read."""
    if name in {"amount", "left", "total"}:
        return format_money(Decimal(value), currency)
    if name in {"expected", "received"}:
        return _sum(value)
    if name == "reason" and value in Refund.Reason.values:
        return Refund.Reason(value).label
    if name == "kind" and value in EmailKind.values:
        return EmailKind(value).label
    return value


def _sum(text: str) -> str:
    """ "28.000 GBP". Shown as it is where that would have to be rounded, or has no currency."""
    amount, _space, currency = text.partition(" ")
    exact = round_money(Decimal(amount), currency.upper())
    return format_money(exact, currency.upper()) if currency and exact == Decimal(amount) else text


def _status_label(status: Any) -> str:
    return str(OrderStatus(status).label) if status in OrderStatus.values else str(status)
