"""What Stripe's events mean to the shop. One of a type that is not here changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from checkout import asking, disputing, settling
from checkout.models import Payment, PaymentEvent
from checkout.payments.stripe import Stripe, id_of, observe, see_dispute

Subject = Mapping[str, Any]


def _session(payment: Payment, session: Subject) -> None:
    settling.apply(payment, observe(session))


def _session_failed(payment: Payment, session: Subject) -> None:
    settling.apply(payment, observe(session, failed=True))


def _refunds(payment: Payment, subject: Subject) -> None:
    """Only a sign to ask: events come late and in disorder, the answer is how things are now."""
    asking.about_refunds(payment)


def _dispute(payment: Payment, dispute: Subject) -> None:
    disputing.apply(payment, see_dispute(dispute))


_HANDLERS: dict[str, Callable[[Payment, Subject], None]] = {
    "checkout.session.completed": _session,
    "checkout.session.expired": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session_failed,
    "charge.refunded": _refunds,
    "refund.updated": _refunds,
    "refund.failed": _refunds,
    "charge.dispute.created": _dispute,
    "charge.dispute.closed": _dispute,
}


def is_understood(event_type: str) -> bool:
    return event_type in _HANDLERS


def handle(event: PaymentEvent) -> None:
    """Bring it into the books; may run twice. Raises ProviderUnavailable and ProviderRefused."""
    handler = _HANDLERS.get(event.type)
    if handler and event.payment:
        handler(event.payment, event.payload["data"]["object"])


def payment_of(event_type: str, subject: Subject) -> Payment | None:
    """A session is known by its own name; what happens to its money, by the payment intent."""
    ours = Payment.objects.filter(provider=Stripe.name)
    if event_type.startswith("checkout.session."):
        return ours.filter(reference=str(subject["id"])).first()
    charge = id_of(subject.get("payment_intent"))
    return ours.filter(charge=charge).first() if charge else None


def is_ours(subject: Subject) -> bool:
    """An account at Stripe may serve other shops too; theirs carry no order number of ours."""
    metadata = subject.get("metadata")
    return isinstance(metadata, dict) and "bowerbird_order" in metadata
