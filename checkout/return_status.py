"""Where a return or a withdrawal stands, and the one table of how it may move on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReturnKind(models.TextChoices):
    RETURN = "return", _("Return")
    # By right, without a reason, and without leave: nobody can refuse it.
    WITHDRAWAL = "withdrawal", _("Withdrawal")


class ReturnStatus(models.TextChoices):
    REQUESTED = "requested", _("Waits for an answer")
    ACCEPTED = "accepted", _("Goods on their way back")
    RECEIVED = "received", _("Goods are back")
    REFUNDED = "refunded", _("Refunded")
    REFUSED = "refused", _("Refused")


S = ReturnStatus

OPEN = frozenset({S.REQUESTED, S.ACCEPTED, S.RECEIVED})
# What waits for the shop rather than for the shopper's parcel.
WAITING = frozenset({S.REQUESTED, S.RECEIVED})

# A refund is possible at every step: the shop may trust the shopper, or the goods never left.
_OF_BOTH: dict[ReturnStatus, frozenset[ReturnStatus]] = {
    S.REQUESTED: frozenset({S.ACCEPTED, S.REFUNDED}),
    S.ACCEPTED: frozenset({S.RECEIVED, S.REFUNDED}),
    S.RECEIVED: frozenset({S.REFUNDED}),
    S.REFUNDED: frozenset(),
    S.REFUSED: frozenset(),
}
TRANSITIONS: dict[ReturnKind, dict[ReturnStatus, frozenset[ReturnStatus]]] = {
    ReturnKind.WITHDRAWAL: _OF_BOTH,
    ReturnKind.RETURN: {
        before: after | {S.REFUSED} if before in OPEN else after
        for before, after in _OF_BOTH.items()
    },
}


class ReturnMovedOn(Exception):
    """The return cannot move this way, any more or at all; nothing was changed."""


def may_become(kind: str, before: str, after: str) -> bool:
    return ReturnStatus(after) in TRANSITIONS[ReturnKind(kind)][ReturnStatus(before)]
