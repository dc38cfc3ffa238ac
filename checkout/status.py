"""Where an order stands, and the one table of how it may move on."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("Awaiting payment")
    PAID = "paid", _("Paid")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Payment failed")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")


S = OrderStatus

# What holds stock in reserve, what has taken it, and what has given it back.
RESERVED = frozenset({S.PENDING})
SETTLED = frozenset({S.PAID, S.SENT, S.DELIVERED, S.PARTIALLY_REFUNDED})
RELEASED = frozenset({S.CANCELLED, S.EXPIRED, S.FAILED})
# Of which money went back.
GIVEN_BACK = frozenset({S.PARTIALLY_REFUNDED, S.REFUNDED})
# What is, or will be, in the house until it is sent.
TO_BE_SENT = frozenset({S.PENDING, S.PAID, S.PARTIALLY_REFUNDED})
# What is no longer in the house.
HANDED_OVER = frozenset({S.SENT, S.DELIVERED})

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    S.PENDING: frozenset({S.PAID, S.CANCELLED, S.EXPIRED, S.FAILED}),
    # Money that comes late is honoured where there is stock, and returned where there is none.
    S.EXPIRED: frozenset({S.PAID, S.REFUNDED}),
    S.FAILED: frozenset({S.PAID, S.REFUNDED}),
    S.CANCELLED: frozenset({S.REFUNDED}),
    S.PAID: frozenset({S.SENT, S.PARTIALLY_REFUNDED, S.REFUNDED}),
    S.SENT: frozenset({S.DELIVERED, S.PARTIALLY_REFUNDED, S.REFUNDED}),
    S.DELIVERED: frozenset({S.PARTIALLY_REFUNDED, S.REFUNDED}),
    S.PARTIALLY_REFUNDED: frozenset({S.SENT, S.DELIVERED, S.REFUNDED}),
    S.REFUNDED: frozenset(),
}


class TransitionNotAllowed(Exception):
    """The order cannot move this way; nothing was changed."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"an order that is {before} cannot become {after}")


def check(before: str, after: str) -> None:
    if OrderStatus(after) not in TRANSITIONS[OrderStatus(before)]:
        raise TransitionNotAllowed(before, after)


def after_failed_refund(*, stood: str, kept: Decimal, total: Decimal) -> OrderStatus:
    """Where an order stands once a refund came back to the shop.

    `stood`: where it stood before any money went back. What other refunds took stays gone.
    """
    if kept <= 0:
        return S.REFUNDED
    return S.PARTIALLY_REFUNDED if kept < total and stood in SETTLED else OrderStatus(stood)


def after_refund(before: str, *, kept: Decimal, total: Decimal) -> OrderStatus | None:
    """Where an order stands once money went back. None: where it stood.

    `kept` is what the shop still has of all payments. Of an order that was paid twice and got one
    back it has all, and nothing has changed.
    """
    after = S.REFUNDED if kept <= 0 else S.PARTIALLY_REFUNDED
    if kept >= total or after not in TRANSITIONS[OrderStatus(before)]:
        return None
    return after
