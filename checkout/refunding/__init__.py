"""Money that goes back: decided, made, or found to have gone without us."""

from checkout.refunding.deciding import (
    NothingToRefund,
    owe,
    refund,
    refund_in_full,
    refundable,
    take_back_free,
)
from checkout.refunding.making import RefundSettled, confirm_by_hand, due, make, try_again
from checkout.refunding.outside import book_outside, book_promised, unbook

__all__ = [
    "NothingToRefund",
    "RefundSettled",
    "book_outside",
    "book_promised",
    "confirm_by_hand",
    "due",
    "make",
    "owe",
    "refund",
    "refund_in_full",
    "refundable",
    "take_back_free",
    "try_again",
    "unbook",
]
