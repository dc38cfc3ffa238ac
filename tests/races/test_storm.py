"""Two hundred shoppers at once over five SKUs: they order, pay, pay late, cancel, let it run out.

`STORM_SECONDS` (20) is how long it blows. At the end the ledger, the shelf and the promises agree.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from checkout import expiring, settling
from checkout.models import Order, OrderLine, Payment, Refund
from checkout.payments.base import Observation, Outcome
from checkout.placing import place_order
from checkout.status import RESERVED, OrderStatus, TransitionNotAllowed
from checkout.tests.factories import make_basket, make_details, make_method
from content.tests.factories import default_site
from products import stock
from products.models import MovementReason, Sku, StockMovement
from products.stock import OutOfStock
from products.tests.factories import make_product
from tests.races.conftest import at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
S = OrderStatus
SECONDS = float(os.environ.get("STORM_SECONDS", "20"))
SHOPPERS, HANDS = 200, 20
CODES = ["ARIA", "BOUGH", "CORAL", "DUNE", "EBB"]
UNITS = 30


@pytest.fixture
def shelves(no_documents: None) -> None:
    for code in CODES:
        make_product(sku=code, on_hand=UNITS)
    make_method()


class Storm:
    """What shoppers do to the shop until the time is over. Counts what happened, and what broke."""

    def __init__(self) -> None:
        self.ends = time.monotonic() + SECONDS
        self.happened: Counter[str] = Counter()
        self.unexpected: list[Exception] = []
        self._lock = threading.Lock()
        self._left = list(range(SHOPPERS))
        self._site = default_site()

    def blow(self, number: int) -> None:
        """One pair of hands: shopper after shopper, each on a walk of their own."""
        dice = random.Random(number)
        while time.monotonic() < self.ends or self._left:
            with self._lock:
                shopper = self._left.pop() if self._left else dice.randrange(10**9)
            self._walk(random.Random(shopper))

    def _walk(self, dice: random.Random) -> None:
        quantities = {code: dice.randint(1, 3) for code in dice.sample(CODES, dice.randint(1, 4))}
        order = self._try("placed", lambda: self._place(quantities))
        if order is None:
            if dice.random() < 0.3:
                self._try("delivered", lambda: _deliver(dice))
            return
        for _ in range(dice.randint(1, 3)):
            name, act = dice.choice(ACTS)
            self._try(name, lambda act=act: act(order))  # type: ignore[misc]

    def _place(self, quantities: dict[str, int]) -> Order:
        basket = make_basket(quantities)
        if basket.count < sum(quantities.values()):
            raise OutOfStock({})
        return place_order(basket, make_details(provider="demo"), site=self._site)

    def _try(self, name: str, act: Callable[[], Any]) -> Any:
        try:
            result = act()
        except (OutOfStock, TransitionNotAllowed) as refusal:
            name, result = f"{name}: {type(refusal).__name__}", None
        except Exception as error:
            with self._lock:
                self.unexpected.append(error)
            return None
        with self._lock:
            self.happened[name] += 1
        return result


def _deliver(dice: random.Random) -> None:
    stock.move(dice.choice(CODES), dice.randint(1, 9), MovementReason.RECEIVED)


def _observe(outcome: Outcome) -> Callable[[Order], None]:
    def act(order: Order) -> None:
        payment = Payment.objects.get(order=order)
        seen = Observation(outcome, payment.amount, payment.currency, f"demo_{payment.pk}")
        settling.apply(payment, seen)

    return act


def _run_out(order: Order) -> None:
    passed = timezone.now() - timedelta(seconds=1)
    Order.objects.filter(pk=order.pk, status=S.PENDING).update(expires_at=passed)
    expiring.expire(order)


def _overdue(order: Order) -> None:
    """Nobody looks after it, until somebody else wants what it holds."""
    passed = timezone.now() - timedelta(seconds=1)
    Order.objects.filter(pk=order.pk, status=S.PENDING).update(expires_at=passed)


ACTS: list[tuple[str, Callable[[Order], None]]] = [
    ("paid", _observe(Outcome.PAID)),
    ("paid", _observe(Outcome.PAID)),
    ("failed", _observe(Outcome.FAILED)),
    ("session expired", _observe(Outcome.EXPIRED)),
    ("cancelled", lambda order: settling.cancel_unpaid(order)),
    ("ran out", _run_out),
    ("left alone", _overdue),
]


def promised() -> dict[str, int]:
    """Units in orders that still wait."""
    lines = OrderLine.objects.filter(order__status__in=RESERVED)
    return dict(lines.order_by().values_list("sku__code").annotate(Sum("quantity")))


def test_storm__the_books_agree_at_the_end(
    shelves: None, capsys: pytest.CaptureFixture[str]
) -> None:
    storm = Storm()

    assert failures(at_once(HANDS, storm.blow)) == []

    with capsys.disabled():
        print(f"\n [storm of {SECONDS:g} s: {dict(sorted(storm.happened.items()))}]", end="")
    assert storm.unexpected == []
    assert storm.happened["placed"] + storm.happened["placed: OutOfStock"] >= SHOPPERS
    assert min(storm.happened[name] for name, _act in ACTS) > 0
    waiting = promised()
    for sku in Sku.objects.all():
        deltas = StockMovement.objects.filter(sku=sku).aggregate(Sum("delta"))["delta__sum"]
        assert sku.on_hand == deltas, sku
        assert sku.reserved == waiting.get(sku.code, 0), sku
        assert sku.on_hand >= sku.reserved, sku  # nothing was sold that was not there
    _every_penny_is_accounted_for()


def _every_penny_is_accounted_for() -> None:
    for order in Order.objects.prefetch_related("payments__refunds"):
        kept = sum(payment.kept for payment in order.payments.all())
        assert order.paid_total - order.refunded_total == kept, order
    sold = StockMovement.objects.filter(reason=MovementReason.SOLD)
    taken = OrderLine.objects.filter(order__paid_at__isnull=False)
    assert -sold.aggregate(Sum("delta"))["delta__sum"] == taken.aggregate(n=Sum("quantity"))["n"]
    assert not Refund.objects.filter(made_at=None, by_hand=False, last_error="").exists()


def test_storm__without_the_conditional_update_it_oversells(shelves: None) -> None:
    """The control: the same promises, by looking first and taking then."""

    def look_then_take(code: str, quantity: int) -> bool:
        with transaction.atomic():
            if Sku.objects.get(code=code).available < quantity:
                return False
            time.sleep(0.01)  # as long as writing an order takes
            Sku.objects.filter(code=code).update(reserved=F("reserved") + quantity)
            return True

    def shopper(number: int) -> None:
        dice = random.Random(number)
        for code in CODES:
            while look_then_take(code, dice.randint(1, 3)):
                pass

    assert failures(at_once(HANDS, shopper)) == []
    assert any(sku.reserved > sku.on_hand for sku in Sku.objects.all())
