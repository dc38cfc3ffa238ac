"""What becomes of an order, and when. Moments are in seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from checkout.status import OrderStatus

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
PARCELS_LEAVE = 15 * HOUR + 30 * MINUTE  # after midnight in UTC, give or take an hour
MAY_STILL_COME = 5 * DAY  # the money of a bank transfer


# What comes in the end, of a thousand orders; all others are delivered and kept.
IN_THE_END = {
    OrderStatus.EXPIRED: 40,
    OrderStatus.FAILED: 10,
    OrderStatus.CANCELLED: 20,
    OrderStatus.REFUNDED: 20,
    OrderStatus.PARTIALLY_REFUNDED: 25,
    OrderStatus.PENDING: 3,  # by bank, and the money never comes
    OrderStatus.DELIVERED: 882,
}
BY_BANK = 0.08  # of those that are paid


@dataclass(frozen=True)
class Story:
    """As far as it has come. `ended`: when an order that was never paid came to nothing."""

    status: OrderStatus
    by_bank: bool
    placed: int
    paid: int | None = None
    sent: int | None = None
    delivered: int | None = None
    given_back: int | None = None
    ended: int | None = None


def told(die: Random, placed: int, until: int, window: int) -> Story:
    """What has happened by `until` to an order that was placed then.

    `window`: how long goods are reserved for a bank transfer.
    """
    [end] = die.choices(list(IN_THE_END), list(IN_THE_END.values()))
    if end == OrderStatus.PENDING:
        return _awaited(placed, until, window)
    if end in (OrderStatus.EXPIRED, OrderStatus.FAILED):
        wait = 36 * MINUTE if end == OrderStatus.EXPIRED else die.randrange(2, 9) * MINUTE
        return Story(end, False, placed, ended=placed + wait)
    if end == OrderStatus.CANCELLED:
        return Story(end, True, placed, ended=placed + die.randrange(5, 50) * MINUTE)
    return _paid(die, end, placed, until)


def _awaited(placed: int, until: int, window: int) -> Story:
    if placed + MAY_STILL_COME > until:
        return Story(OrderStatus.PENDING, True, placed)
    return Story(OrderStatus.EXPIRED, True, placed, ended=placed + min(window, MAY_STILL_COME))


def _paid(die: Random, end: OrderStatus, placed: int, until: int) -> Story:
    by_bank = die.random() < BY_BANK
    wait = die.randrange(15, 60) * HOUR if by_bank else die.randrange(60, 600)
    paid = placed + wait
    if paid >= until:
        return Story(OrderStatus.PENDING, by_bank, placed)
    sent = _working_day(paid + die.randrange(1, 3) * DAY) + PARCELS_LEAVE + die.randrange(1500)
    if sent >= until:
        return Story(OrderStatus.PAID, by_bank, placed, paid)
    delivered = _working_day(sent + die.randrange(1, 6) * DAY) + die.randrange(8, 18) * HOUR
    if delivered >= until:
        return Story(OrderStatus.SENT, by_bank, placed, paid, sent)
    given_back = delivered + die.randrange(1, 20) * DAY
    if end == OrderStatus.DELIVERED or given_back >= until:
        return Story(OrderStatus.DELIVERED, by_bank, placed, paid, sent, delivered)
    return Story(end, by_bank, placed, paid, sent, delivered, given_back)


def _working_day(moment: int) -> int:
    """The beginning of that day, or of the Monday after it."""
    day = moment // DAY
    weekday = (day + 3) % 7  # 1970 began on a Thursday
    return (day + max(0, 7 - weekday if weekday > 4 else 0)) * DAY
