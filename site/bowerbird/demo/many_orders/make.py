"""Makes past orders, batch by batch: each batch is whole, or is not there at all."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Site

from basket.models import Coupon
from bowerbird.demo.many_orders.baskets import Baskets, Sold
from bowerbird.demo.many_orders.cases import Case, Keys
from bowerbird.demo.many_orders.crowd import Crowd, Person
from bowerbird.demo.many_orders.days import midnight, placed
from bowerbird.demo.many_orders.sheets import Sheet, keys, moment
from bowerbird.demo.many_orders.stories import Story, told
from bowerbird.demo.many_orders.writing import Desk
from checkout.models import (
    CreditNote,
    Invoice,
    Order,
    OrderLine,
    OrderTag,
    Payment,
    Refund,
)
from checkout.status import OrderStatus
from products import ledger
from products.guards import taken_down
from products.models import MovementReason, Sku, StockMovement

BATCH = 2000
TAGS = ("Gift", "Press", "Trade")
# One line after another they would be checked for longer than they take to write.
GUARDS = (ledger.LINES_FOLLOW_EACH_OTHER, ledger.SHELF_FOLLOWS)

Say = Callable[[str], None]
Planned = tuple[Story, Person, Sold]


class NothingToSell(Exception):
    """No product can be bought, or the shop delivers to nobody."""


def make(count: int, seed: int, say: Say, batch: int = BATCH) -> None:
    """So many orders more, over the months and years before today; nothing of them is due.

    The same for the same seed, shop and day. In constant memory. Raises NothingToSell.
    """
    maker = _Maker(count, seed)
    began, done = time.monotonic(), 0
    while some := list(itertools.islice(maker.plan, batch)):
        with transaction.atomic():
            maker.write(some)
        done += len(some)
        rate = done / (time.monotonic() - began)
        left = (count - done) / rate / 60
        say(f"  {done:>9,} of {count:,} orders   {rate:,.0f} a second   {left:.0f} min left")
    _look_at_tables_anew()


def _look_at_tables_anew() -> None:
    """PostgreSQL plans by what it knows of them, and would learn of so many rows only later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class _Maker:
    def __init__(self, count: int, seed: int) -> None:
        # With what is there already, or a second run would give the same tokens once more.
        known = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.die = Random(f"{seed}-{known}")
        site = Site.objects.get(is_default_site=True)
        self.baskets = Baskets(site, self.die)
        self.crowd = Crowd(count, self.baskets.tariff.countries)
        if not self.baskets.goods or not self.crowd.homes:
            raise NothingToSell
        tags = [OrderTag.objects.get_or_create(name=name)[0].pk for name in TAGS]
        self.desk = Desk(site, tags, self.die)
        self.movements = Sheet(StockMovement)
        self.plan = self._planned(count)

    def _planned(self, count: int) -> Iterator[Planned]:
        today = timezone.localdate()
        until, window = midnight(today), settings.ORDER_TRANSFER_WINDOW
        for at in placed(count, today, self.die):
            number = self.crowd.drawn(self.die.random())
            home = self.crowd.home_of(number)
            sold = self.baskets.drawn(home, self.crowd.homes[home], self.die)
            yield told(self.die, at, until, window), self.crowd.person(number), sold

    def write(self, some: list[Planned]) -> None:
        skus = self._locked({code for _, _, sold in some for code in sold.units})
        desk = self.desk
        desk.clear()
        lines = iter(keys(OrderLine, sum(len(sold.goods) for _, _, sold in some)))
        models: Iterable[Any] = (Order, Payment, Invoice, CreditNote, Refund)
        given = zip(*(keys(model, len(some)) for model in models), strict=True)
        for (order, payment, invoice, note, refund), (story, person, sold) in zip(
            given, some, strict=True
        ):
            mine = list(itertools.islice(lines, len(sold.goods)))
            numbers = Keys(order, mine, payment, invoice, note, refund)
            kept = _kept(story, sold, skus, desk.held)
            desk.put(Case(numbers, kept, person, sold))
        desk.write()
        self._move(skus)
        self._hold()

    def _locked(self, codes: set[str]) -> dict[str, Sku]:
        """In the order in which the shop itself locks them."""
        found = Sku.objects.select_for_update().filter(code__in=codes).order_by("code")
        return {sku.code: sku for sku in found}

    def _move(self, skus: dict[str, Sku]) -> None:
        """What leaves the shelves came first: in the end as much is on hand as before."""
        left: Counter[str] = Counter()
        for code, delta, _, _ in self.desk.moved:
            left[code] -= delta
        balance = {code: sku.on_hand for code, sku in skus.items()}
        came = min((at for *_, at in self.desk.moved), default=0) - 24 * 3600
        deliveries = [(code, units, "", came) for code, units in sorted(left.items()) if units]
        moved = sorted(self.desk.moved, key=lambda one: one[3])
        for code, delta, reference, at in (*deliveries, *moved):
            balance[code] += delta
            self.movements.add(
                sku_id=skus[code].pk,
                delta=delta,
                balance=balance[code],
                reason=_reason(delta, reference).value,
                reference=reference,
                created_at=moment(at),
            )
        with taken_down(GUARDS, connection):
            self.movements.write()

    def _hold(self) -> None:
        for code, units in sorted(self.desk.held.items()):
            Sku.objects.filter(code=code).update(reserved=F("reserved") + units)
        for pk, uses in sorted(self.desk.coupons.items()):
            Coupon.objects.filter(pk=pk).update(uses=F("uses") + uses)


def _kept(story: Story, sold: Sold, skus: dict[str, Sku], held: Counter[str]) -> Story:
    """The story, unless it waits for money and there is too little to promise: then it is over."""
    if story.status != OrderStatus.PENDING:
        return story
    if all(skus[code].available - held[code] >= units for code, units in sold.units.items()):
        return story
    return Story(OrderStatus.CANCELLED, True, story.placed, ended=story.placed + 3600)


def _reason(delta: int, reference: str) -> MovementReason:
    if not reference:
        return MovementReason.RECEIVED
    return MovementReason.SOLD if delta < 0 else MovementReason.RETURNED
