"""What the database itself refuses to believe of the stock, whichever code says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from accounts.tests.factories import make_user
from products import guards, ledger, stock
from products.models import MovementReason, Sku, StockMovement

pytestmark = pytest.mark.django_db
CODE = "FLOW-A3"


@pytest.fixture
def sku() -> Sku:
    """Ten on hand, four of them promised."""
    Sku.objects.create(code=CODE)
    stock.count(CODE, 10, MovementReason.RECEIVED)
    stock.reserve({CODE: 4})
    return Sku.objects.get()


def line(sku: Sku, **values: Any) -> Callable[[], object]:
    return lambda: StockMovement.objects.create(sku=sku, reason="counted", **values)


def past_the_manager() -> models.QuerySet[StockMovement]:
    """As somebody at the database's prompt would write."""
    return models.QuerySet(StockMovement)


IMPOSSIBLE = {
    "on hand, and no line says so": lambda sku: Sku.objects.update(on_hand=11),
    "on hand, a little less": lambda sku: Sku.objects.update(on_hand=F("on_hand") - 1),
    "a stale row written back": lambda sku: Sku(pk=sku.pk, code=CODE, on_hand=9).save(),
    "a new SKU with units from nowhere": lambda sku: Sku.objects.create(code="NEW", on_hand=1),
    "a line that begins elsewhere": lambda sku: line(sku, delta=1, balance=12)(),
    "a line without its balance": lambda sku: line(sku, delta=1, balance=0)(),
    "a line that moves nothing": lambda sku: line(sku, delta=0, balance=10)(),
    "a line changed": lambda sku: past_the_manager().update(delta=11),
    "a line with another balance": lambda sku: past_the_manager().update(balance=11),
    "a line of another day": lambda sku: past_the_manager().update(created_at=sku.created_at),
    "a line erased": lambda sku: past_the_manager()._raw_delete("default"),
    "reserved below zero": lambda sku: Sku.objects.update(reserved=F("reserved") - 5),
}


@pytest.mark.parametrize("do", [pytest.param(do, id=what) for what, do in IMPOSSIBLE.items()])
def test_stock__cannot_be(sku: Sku, do: Callable[[Sku], object]) -> None:
    was = list(Sku.objects.values()), list(StockMovement.objects.values())

    with pytest.raises(IntegrityError), transaction.atomic():
        do(sku)

    assert (list(Sku.objects.values()), list(StockMovement.objects.values())) == was


def test_line__takes_the_shelf_with_it(sku: Sku) -> None:
    """Also where whoever wrote it forgot the shelf."""
    line(sku, delta=-3, balance=7)()

    assert Sku.objects.get().on_hand == 7


def test_line__outlives_whoever_wrote_it(sku: Sku) -> None:
    clerk = make_user("clerk@example.com")
    stock.move(CODE, 1, MovementReason.CORRECTED, actor=clerk)

    clerk.delete()

    assert [one.actor for one in StockMovement.objects.all()] == [None, None]


def test_taken_down__only_as_long_as_it_takes(sku: Sku) -> None:
    """The control: what the guards refuse is possible without them."""
    with guards.taken_down(ledger.GUARDS, connection):
        Sku.objects.update(on_hand=11)
        past_the_manager().update(delta=11, balance=11)

    with pytest.raises(IntegrityError), transaction.atomic():
        Sku.objects.update(on_hand=12)
    assert stock.move(CODE, 1, MovementReason.CORRECTED) is not None
    assert Sku.objects.get().on_hand == 12
