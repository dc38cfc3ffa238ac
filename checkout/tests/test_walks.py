"""An order on random walks: whatever happens to it, and in whatever order, the books agree.

`ORDER_WALKS` (10) is how many walks are tried.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from checkout import expiring, refunding, sending, settling
from checkout.models import Invoice, Order, Payment, PaymentStatus, Refund, Tracking
from checkout.payments.base import Observation, Outcome, ProviderRefused
from checkout.payments.demo import Demo
from checkout.placing import new_payment, place_order
from checkout.refunding import NothingToRefund
from checkout.status import GIVEN_BACK, RESERVED, SETTLED, TRANSITIONS, OrderStatus
from checkout.status import TransitionNotAllowed as NotAllowed
from checkout.tests.factories import make_basket, make_details, make_method
from content.tests.factories import default_site
from products import stock
from products.models import MovementReason, Sku, StockMovement
from products.stock import OutOfStock
from products.tests.factories import make_product

S = OrderStatus
CODE, UNITS, ORDERED = "WALK", 4, 2
MOVES = {(before, after) for before, targets in TRANSITIONS.items() for after in targets}
WALKS = int(os.environ.get("ORDER_WALKS", "10"))


class OrderWalk(RuleBasedStateMachine):
    """One order among others of the same SKU. What the shop refuses must leave no trace."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    @initialize()
    def place(self) -> None:
        basket = make_basket({CODE: ORDERED})
        details = make_details(provider="demo")
        self.order = place_order(basket, details, site=default_site())
        self.others: list[Order] = []
        self.came: set[int] = set()

    @property
    def payment(self) -> Payment:
        payment: Payment = self.order.latest_payment
        return payment

    def see(self, payment: Payment, outcome: Outcome, short: Decimal = Decimal(0)) -> None:
        amount = payment.amount - short
        settling.apply(payment, Observation(outcome, amount, payment.currency, f"ch_{payment.pk}"))

    @rule()
    def pays(self) -> None:
        """Also late, after cancelling, or once more: a provider repeats itself."""
        self.see(self.payment, Outcome.PAID)
        if self.payment.status == PaymentStatus.SUCCEEDED:
            self.came.add(self.payment.pk)

    @rule(outcome=st.sampled_from([Outcome.OPEN, Outcome.PROCESSING, Outcome.FAILED]))
    def is_heard_of(self, outcome: Outcome) -> None:
        self.see(self.payment, outcome)

    @rule()
    def session_ends(self) -> None:
        self.see(self.payment, Outcome.EXPIRED)

    @precondition(lambda self: self.order.payments.count() < 3)
    @rule()
    def opens_another_window(self) -> None:
        new_payment(self.order, self.payment.attempt + 1)

    @rule()
    def runs_out(self) -> None:
        passed = timezone.now() - timedelta(seconds=1)
        Order.objects.filter(pk=self.order.pk, status=S.PENDING).update(expires_at=passed)
        expiring.expire(self.order)

    @rule()
    def is_cancelled(self) -> None:
        with suppress(NotAllowed):
            settling.cancel_unpaid(self.order)

    @rule()
    def is_sent(self) -> None:
        with suppress(NotAllowed, sending.BeingRefunded):
            sending.send(self.order, Tracking(number="AB123456789GB"))

    @rule()
    def is_delivered(self) -> None:
        with suppress(NotAllowed):
            self.order.transition_to(S.DELIVERED)

    @rule(restock=st.booleans())
    def is_refunded(self, restock: bool) -> None:
        with suppress(NothingToRefund):
            refunding.refund_in_full(
                self.order, refunding.refundable(self.again()), restock=restock
            )

    @rule(part=st.sampled_from([Decimal(1), Decimal("7.50"), Decimal(1000)]))
    def is_refunded_outside(self, part: Decimal) -> None:
        reference = f"re_{Refund.objects.count()}"
        refunding.book_outside(self.payment, reference=reference, amount=part)

    @rule()
    def provider_makes_what_is_due(self) -> None:
        for refund in Refund.objects.due_from_provider():
            refunding.make(refund.pk)

    @rule(units=st.integers(1, 3))
    def others_buy(self, units: int) -> None:
        """They take what there is, so that late money may find nothing left."""
        with suppress(OutOfStock), transaction.atomic():
            stock.reserve({CODE: units})
            stock.sell({CODE: units}, reference="OTHER")

    @rule(units=st.integers(1, 2))
    def units_come_in(self, units: int) -> None:
        stock.move(CODE, units, MovementReason.RECEIVED)

    def again(self) -> Order:
        return Order.objects.get(pk=self.order.pk)

    # --- What is true after every step ---------------------------------------------------------

    @invariant()
    def shelf_and_promises_agree(self) -> None:
        sku = Sku.objects.get(code=CODE)
        deltas = StockMovement.objects.filter(sku=sku).aggregate(Sum("delta"))["delta__sum"]
        assert sku.on_hand == deltas
        assert sku.on_hand >= sku.reserved
        waits = hasattr(self, "order") and self.again().status in RESERVED
        assert sku.reserved == (ORDERED if waits else 0)

    @invariant()
    def money_agrees(self) -> None:
        if not hasattr(self, "order"):
            return
        order = self.again()
        kept = sum((payment.kept for payment in order.payments.all()), Decimal(0))
        assert order.paid_total - order.refunded_total == kept >= 0
        assert order.paid_total == order.total * len(self.came)
        assert (order.status in SETTLED) <= (order.paid_total >= order.total)
        assert (order.status in GIVEN_BACK) <= (order.refunded_total > 0)
        for payment in order.payments.all():
            made = payment.refunds.filter(made_at__isnull=False)
            assert sum((refund.amount for refund in made), Decimal(0)) <= payment.amount

    @invariant()
    def papers_agree(self) -> None:
        if not hasattr(self, "order"):
            return
        order = self.again()
        sold = StockMovement.objects.filter(reference=order.number, reason=MovementReason.SOLD)
        back = StockMovement.objects.filter(reference=order.number, reason=MovementReason.RETURNED)
        was_settled = order.paid_at is not None
        assert Invoice.objects.filter(order=order).count() == int(was_settled)
        assert [one.delta for one in sold] == [-ORDERED] * int(was_settled)
        assert sum(one.delta for one in back) <= ORDERED * int(was_settled)

    @invariant()
    def history_is_a_way_through_the_table(self) -> None:
        if not hasattr(self, "order"):
            return
        steps = [event.data for event in self.order.events.filter(what="status")]
        befores = [step["before"] for step in steps]
        afters = [step["after"] for step in steps]
        assert befores == [S.PENDING, *afters][: len(steps)]
        assert self.again().status == ([S.PENDING, *afters])[-1]
        assert all(
            after in TRANSITIONS[before] for before, after in zip(befores, afters, strict=True)
        )


def refund_what_is_there(self: Demo, refund: Refund) -> str:
    """As a real provider does: never more than it still has of the payment."""
    if refund.amount > refund.payment.kept:
        raise ProviderRefused("charge_already_refunded")
    return f"demo_{refund.idempotency_key}"


@pytest.mark.django_db
def test_order__on_random_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checkout.emails.send", lambda email_id: True)
    monkeypatch.setattr("checkout.invoices.rendered", lambda invoice: invoice)
    monkeypatch.setattr(Demo, "refund", refund_what_is_there)
    make_product(sku=CODE, on_hand=UNITS, price="12.00")
    make_method()
    walks: Any = settings(
        max_examples=WALKS,
        stateful_step_count=15,
        deadline=None,
        phases=[Phase.generate],  # what fails is printed as it was: making it smaller costs minutes
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OrderWalk, settings=walks)
