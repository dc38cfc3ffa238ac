"""Stripe Checkout Sessions. Only here and in `stripe_books` is the SDK called."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from checkout.payments.base import (
    Observation,
    Outcome,
    ProviderRefused,
    ProviderUnavailable,
    SeenDispute,
    SeenRefund,
    Started,
)
from checkout.payments.minor_units import Inexact, from_minor, is_exact, to_minor

if TYPE_CHECKING:
    from checkout.models import Payment, Refund
    from content.models import ShopSettings

TIMEOUT = 8  # seconds: a shopper is waiting
RETRIES = 1
# Seconds. From placing an order to the first answer, pressing "Pay now" again included.
TIME_TO_BEGIN = 5 * 60
SHORTEST_SESSION = 30 * 60
PAGE = 100  # as many as Stripe lists at once
_DISPUTES_DECIDED = {"won": "won", "warning_closed": "won", "lost": "lost"}
# Stripe takes a refund as given until its bank says no, which may be days later.
REFUND_FAILED = frozenset({"failed", "canceled"})

# What Stripe calls the languages that it speaks as we do.
_LOCALES = {code: code for code in ("de", "en", "es", "fr", "it", "nl")} | {"en-gb": "en-GB"}
# Smallest charges by currency, in major units; what is missing here Stripe refuses itself.
_MINIMUMS = {
    "GBP": "0.30",
    "EUR": "0.50",
    "USD": "0.50",
    "CHF": "0.50",
    "AUD": "0.50",
    "CAD": "0.50",
    "NZD": "0.50",
    "SEK": "3.00",
    "NOK": "3.00",
    "DKK": "2.50",
    "PLN": "2.00",
    "CZK": "15.00",
    "HUF": "175.00",
    "JPY": "50",
}


class Stripe:
    name: ClassVar[str] = "stripe"
    label = _("Card and more")
    description = _("Paid on the secure page of Stripe, our payment service.")
    confirmed_by_hand: ClassVar[bool] = False
    announces_order: ClassVar[bool] = False

    def is_offered(self, shop: ShopSettings, user: Any = None) -> bool:
        return bool(settings.STRIPE_SECRET_KEY)

    def window(self) -> int:
        """A session lives for half an hour at least, counted from when Stripe hears of it."""
        return max(settings.ORDER_PAYMENT_WINDOW, SHORTEST_SESSION + TIME_TO_BEGIN)

    def minimum(self, currency: str) -> Decimal:
        return Decimal(_MINIMUMS.get(currency, "0"))

    def can_charge(self, amount: Decimal, currency: str) -> bool:
        return is_exact(amount, currency)

    def parameters(self, payment: Payment) -> dict[str, Any]:
        order = payment.order
        metadata = {"bowerbird_order": order.number, "bowerbird_attempt": str(payment.attempt)}
        return {
            "mode": "payment",
            "client_reference_id": order.number,
            "customer_email": order.email,
            "locale": _LOCALES.get(order.language, "auto"),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": to_minor(order.total, order.currency),
                        "product_data": {
                            "name": str(_("Order %(number)s") % {"number": order.number})
                        },
                    },
                }
            ],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "success_url": f"{order.public_url}?paid=1",
            "cancel_url": order.public_url,
            "expires_at": int(payment.ends_at.timestamp()),
        }

    def start(self, payment: Payment) -> Started:
        session = call(
            lambda client: client.v1.checkout.sessions.create(
                params=payment.parameters,
                options={"idempotency_key": payment.idempotency_key},
            )
        )
        return Started(reference=session.id, redirect_url=session.url or "")

    def look_up(self, payment: Payment) -> Observation:
        # With the intent, which alone tells a bank debit that failed from one on its way.
        session = call(
            lambda client: client.v1.checkout.sessions.retrieve(
                payment.reference, params={"expand": ["payment_intent"]}
            )
        )
        return observe(session.to_dict())

    def cancel(self, payment: Payment) -> None:
        call(lambda client: client.v1.checkout.sessions.expire(payment.reference))

    def refund(self, refund: Refund) -> str:
        """Known again by `bowerbird_refund` when Stripe tells of it before it has answered us."""
        order = refund.payment.order
        try:
            amount = to_minor(refund.amount, refund.payment.currency)
        except Inexact as error:
            raise ProviderRefused("inexact_amount") from error
        made = call(
            lambda client: client.v1.refunds.create(
                params={
                    "payment_intent": refund.payment.charge,
                    "amount": amount,
                    "metadata": {
                        "bowerbird_order": order.number,
                        "bowerbird_refund": str(refund.pk),
                    },
                },
                options={"idempotency_key": refund.idempotency_key},
            )
        )
        if made.status in REFUND_FAILED:
            raise ProviderRefused(made.failure_reason or made.status)
        return str(made.id)

    def dashboard_url(self, payment: Payment) -> str:
        """Of the mode in which it was made, whatever the shop's key is today."""
        if not payment.charge:
            return ""
        mode = "test/" if str(payment.reference).startswith("cs_test_") else ""
        return f"https://dashboard.stripe.com/{mode}payments/{payment.charge}"

    def refunds_of(self, payment: Payment) -> list[SeenRefund]:
        listed = _all_of(payment, lambda client: client.v1.refunds)
        return [see_refund(refund) for refund in listed]

    def disputes_of(self, payment: Payment) -> list[SeenDispute]:
        listed = _all_of(payment, lambda client: client.v1.disputes)
        return [see_dispute(dispute) for dispute in listed]


def _all_of(payment: Payment, kind: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """What Stripe lists of a payment. Nothing where nobody has tried to pay yet."""
    if not payment.charge:
        return []
    params = {"payment_intent": payment.charge, "limit": PAGE}
    pages = call(lambda client: list(kind(client).list(params=params).auto_paging_iter()))
    return [one.to_dict() for one in pages]


def see_refund(refund: Mapping[str, Any]) -> SeenRefund:
    currency = str(refund["currency"]).upper()
    promise = (refund.get("metadata") or {}).get("bowerbird_refund", "")
    return SeenRefund(
        reference=refund["id"],
        charge=id_of(refund.get("payment_intent")),
        amount=from_minor(refund["amount"], currency),
        currency=currency,
        failed=refund["status"] in REFUND_FAILED,
        why=refund.get("failure_reason") or "",
        promise=int(promise) if promise.isdecimal() else None,
    )


def see_dispute(dispute: Mapping[str, Any]) -> SeenDispute:
    currency = str(dispute["currency"]).upper()
    due_by = (dispute.get("evidence_details") or {}).get("due_by")
    return SeenDispute(
        reference=dispute["id"],
        charge=id_of(dispute.get("payment_intent")),
        amount=from_minor(dispute["amount"], currency),
        currency=currency,
        reason=dispute["reason"],
        state=_dispute_state(dispute),
        opened_at=datetime.fromtimestamp(dispute["created"], UTC),
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def _dispute_state(dispute: Mapping[str, Any]) -> str:
    """An enquiry that was closed took nothing. Of one that was prevented, the balance tells."""
    if dispute["status"] == "prevented":
        taken = sum(moved["amount"] for moved in dispute.get("balance_transactions") or [])
        return "lost" if taken < 0 else "won"
    return _DISPUTES_DECIDED.get(dispute["status"], "open")


def id_of(thing: Any) -> str:
    """Of something that Stripe names, or shows in full where that was asked for."""
    if isinstance(thing, Mapping):
        return str(thing.get("id", ""))
    return thing if isinstance(thing, str) else ""


def observe(session: Mapping[str, Any], *, failed: bool = False) -> Observation:
    """What a Checkout Session says. `failed`: its bank said no after the shopper had left."""
    currency = str(session["currency"] or "").upper()
    return Observation(
        outcome=Outcome.FAILED if failed else _outcome(session),
        amount=from_minor(session["amount_total"] or 0, currency),
        currency=currency,
        charge=id_of(session.get("payment_intent")),
    )


def _outcome(session: Mapping[str, Any]) -> Outcome:
    if session["payment_status"] == "paid":
        return Outcome.PAID
    if session["status"] == "expired":
        return Outcome.EXPIRED
    if session["status"] == "complete":
        return Outcome.FAILED if _bank_said_no(session) else Outcome.PROCESSING
    return Outcome.OPEN


def _bank_said_no(session: Mapping[str, Any]) -> bool:
    intent = session.get("payment_intent")
    status = intent["status"] if isinstance(intent, Mapping) else ""
    return status in {"requires_payment_method", "canceled"}


class BadSignature(Exception):
    """The message does not prove that it comes from Stripe."""


def verify(body: bytes, signature: str) -> dict[str, Any]:
    """The event in a webhook's raw body. Raises BadSignature, whatever was wrong with it."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=300)
            event = json.loads(body)
        except Exception:  # noqa: S112  a hostile header may raise anything (TypeError, say)
            continue
        if isinstance(event, dict):
            return event
    raise BadSignature


def call(request: Any) -> Any:
    """Run one API call, retried as the SDK does; failures come in the shop's two kinds."""
    try:
        return request(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        raise ProviderRefused(error.code or type(error).__name__) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable(type(error).__name__) from error


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=TIMEOUT)
    addresses: Any = {"api": base} if base else {}
    return stripe.StripeClient(
        key, http_client=http, base_addresses=addresses, max_network_retries=RETRIES
    )
