"""The demo shop's past is loaded once, whole, and never into a shop that has one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db.models import Sum

from bowerbird.demo import orders, planning
from checkout.models import Invoice, InvoiceSeries, Order, OrderEvent
from checkout.tests.factories import make_order
from products import stock
from products.models import MovementReason, Sku, StockMovement
from tests.demo.shelves import ON_HAND, said_nothing, stock_shelves


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(planning, "ORDERS", 12)
    stock_shelves()


def test_second_load__changes_nothing(few: None) -> None:
    orders.load(said_nothing)
    before = list(Order.objects.values_list("token", "status"))
    movements = StockMovement.objects.count()
    orders.load(said_nothing)
    assert list(Order.objects.values_list("token", "status")) == before
    assert StockMovement.objects.count() == movements


def test_shop_with_orders__keeps_its_own_history(few: None) -> None:
    order = make_order({"PRINT": 1})
    orders.load(said_nothing)
    assert Order.objects.get() == order


def test_shop_whose_stock_has_moved__keeps_its_own_history(few: None) -> None:
    stock.move("PRINT", -1, MovementReason.DAMAGED)
    orders.load(said_nothing)
    assert Order.objects.count() == 0


def test_load__that_fails_leaves_nothing(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders.past, "set_back", lambda diary: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        orders.load(said_nothing)
    assert Order.objects.count() == 0
    assert dict(Sku.objects.values_list("code", "on_hand")) == ON_HAND


@time_machine.travel(datetime(2027, 1, 12, 9, tzinfo=UTC))
def test_invoices__of_last_year_are_numbered_in_it(few: None) -> None:
    orders.load(said_nothing)
    assert sorted(InvoiceSeries.objects.values_list("prefix", flat=True)) == [
        "INV-2026-",
        "INV-2027-",
    ]
    for series in InvoiceSeries.objects.all():
        of_series = series.invoices.order_by("sequence")
        assert [one.sequence for one in of_series] == list(range(1, series.next_number))
        assert {f"INV-{one.issued_at.year}-" for one in of_series} == {series.prefix}
    told = OrderEvent.objects.filter(what="invoice_issued").values_list("data__number", flat=True)
    assert sorted(told) == sorted(one.number for one in Invoice.objects.all())


def test_shop__without_goods_has_no_past(db: None) -> None:
    orders.load(said_nothing)
    assert Order.objects.count() == 0


def test_account__of_nobody_is_needed(few: None) -> None:
    """Where DEMO_PASSWORD is empty there is nobody, and the same orders are a guest's."""
    orders.load(said_nothing)
    assert Order.objects.count() == 12
    assert Order.objects.filter(user__isnull=False).count() == 0
    assert Decimal(0) < Order.objects.aggregate(all=Sum("total"))["all"]
