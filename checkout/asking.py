"""Asking a provider how things stand, and bringing the answer into the books.

Never inside a transaction. What a provider says now is right, whatever was heard before.
"""

from __future__ import annotations

from checkout import disputing, holding, payments, settling
from checkout.models import Payment


def about_payment(payment: Payment) -> None:
    """Whether it was paid. Raises ProviderUnavailable and ProviderRefused, as all here."""
    settling.apply(payment, payments.get(payment.provider).look_up(payment))


def about_refunds(payment: Payment) -> None:
    """What of it went back, whoever sent it."""
    settling.apply_refunds(payment, payments.get(payment.provider).refunds_of(payment))
    holding.note_sent_back(payment)


def about_disputes(payment: Payment) -> None:
    """Whether the customer's bank asks for it back, and what it has decided."""
    for dispute in payments.get(payment.provider).disputes_of(payment):
        disputing.apply(payment, dispute)
