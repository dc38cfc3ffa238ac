from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Sum
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.tests.factories import make_user
from products import stock
from products.models import MovementReason, Sku, StockMovement, StockState
from products.tests.factories import make_product

db = pytest.mark.django_db


def make_sku(code: str = "FLOW-A3", on_hand: int = 0, reserved: int = 0, **fields: Any) -> Sku:
    """As the shop makes it: an empty row, then movements and promises."""
    Sku.objects.create(code=code, **(fields | {"retired": False}))
    with transaction.atomic():
        stock.count(code, on_hand, MovementReason.RECEIVED)
        if reserved:
            stock.reserve({code: reserved})
    Sku.objects.filter(code=code).update(retired=fields.get("retired", False))
    return Sku.objects.get(code=code)


def state_of(code: str) -> tuple[int, int]:
    """On hand and reserved."""
    sku = Sku.objects.get(code=code)
    return sku.on_hand, sku.reserved


def ledger_of(code: str) -> list[tuple[int, int, str]]:
    """Delta, balance and reason, oldest first."""
    entries = StockMovement.objects.filter(sku__code=code).order_by("pk")
    return list(entries.values_list("delta", "balance", "reason"))


# --- Promising ------------------------------------------------------------------------------


@db
def test_reserve__enough_promises_units_and_moves_nothing() -> None:
    make_sku(on_hand=10)
    stock.reserve({"FLOW-A3": 4})
    assert state_of("FLOW-A3") == (10, 4)
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
@pytest.mark.parametrize(
    ("fields", "wanted", "supply"),
    [
        pytest.param({"on_hand": 3}, 4, 3, id="one more than on hand"),
        pytest.param({"on_hand": 5, "reserved": 3}, 3, 2, id="the rest is promised to others"),
        pytest.param({"on_hand": 0}, 1, 0, id="nothing there"),
        pytest.param({"on_hand": 9, "retired": True}, 1, 0, id="retired"),
        pytest.param(
            {"on_hand": 9, "retired": True, "backorders_allowed": True},
            1,
            0,
            id="retired, back-orders or not",
        ),
    ],
)
def test_reserve__out_of_stock_says_what_could_be_supplied(
    fields: dict[str, Any], wanted: int, supply: int
) -> None:
    make_sku("FLOW-A3", **fields)
    before = state_of("FLOW-A3")
    with pytest.raises(stock.OutOfStock) as refusal, transaction.atomic():
        stock.reserve({"FLOW-A3": wanted})
    assert refusal.value.available == {"FLOW-A3": supply}
    assert str(refusal.value) == "FLOW-A3"
    assert state_of("FLOW-A3") == before


@db
def test_reserve__unknown_sku_is_out_of_stock() -> None:
    with pytest.raises(stock.OutOfStock) as refusal, transaction.atomic():
        stock.reserve({"NEVER-SEEN": 1})
    assert refusal.value.available == {"NEVER-SEEN": 0}
    assert not Sku.objects.exists()


@db
def test_reserve__all_or_none() -> None:
    make_sku("A", on_hand=10)
    make_sku("B", on_hand=1)
    make_sku("C", on_hand=0)
    with pytest.raises(stock.OutOfStock) as refusal, transaction.atomic():
        stock.reserve({"C": 1, "A": 2, "B": 2})
    assert refusal.value.available == {"B": 1, "C": 0}
    assert [state_of(code) for code in "ABC"] == [(10, 0), (1, 0), (0, 0)]


@db
def test_reserve__to_the_last_unit_and_not_beyond() -> None:
    make_sku(on_hand=3)
    stock.reserve({"FLOW-A3": 3})
    with pytest.raises(stock.OutOfStock), transaction.atomic():
        stock.reserve({"FLOW-A3": 1})
    assert state_of("FLOW-A3") == (3, 3)


@db
def test_reserve__backorders_promise_what_is_not_there() -> None:
    make_sku(on_hand=1, backorders_allowed=True)
    stock.reserve({"FLOW-A3": 5})
    stock.sell({"FLOW-A3": 5}, reference="7KQ3-M9XT")
    assert state_of("FLOW-A3") == (-4, 0)
    assert ledger_of("FLOW-A3")[-1] == (-5, -4, "sold")
    assert Sku.objects.get().available == 0


@db
def test_release__gives_back_to_the_shelf_and_moves_nothing() -> None:
    make_sku(on_hand=10, reserved=4)
    stock.release({"FLOW-A3": 3})
    assert state_of("FLOW-A3") == (10, 1)
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
@pytest.mark.parametrize(
    "too_much",
    [
        pytest.param(lambda: stock.release({"FLOW-A3": 3}), id="release"),
        pytest.param(lambda: stock.sell({"FLOW-A3": 3}, reference="X"), id="sell"),
    ],
)
def test_promises__never_fall_below_zero(too_much: Callable[[], None]) -> None:
    make_sku(on_hand=10, reserved=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        too_much()
    assert state_of("FLOW-A3") == (10, 2)
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
def test_sell__turns_a_promise_into_a_movement() -> None:
    clerk = make_user("clerk@example.com")
    make_sku("A", on_hand=10, reserved=4)
    make_sku("B", on_hand=2, reserved=2)
    stock.sell({"B": 2, "A": 3}, reference="7KQ3-M9XT", actor=clerk)
    assert (state_of("A"), state_of("B")) == ((7, 1), (0, 0))
    sold = StockMovement.objects.filter(reason=MovementReason.SOLD).order_by("sku__code")
    assert list(sold.values_list("sku__code", "delta", "balance", "reference", "actor")) == [
        ("A", -3, 7, "7KQ3-M9XT", clerk.pk),
        ("B", -2, 0, "7KQ3-M9XT", clerk.pk),
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: stock.reserve({"A": 1}), id="reserve"),
        pytest.param(lambda: stock.release({"A": 1}), id="release"),
        pytest.param(lambda: stock.sell({"A": 1}, reference="X"), id="sell"),
    ],
)
def test_promises__outside_a_transaction_are_refused(change: Callable[[], None]) -> None:
    # No access to the database is given: the refusal comes before the first query.
    with pytest.raises(transaction.TransactionManagementError, match="in a transaction only"):
        change()


# --- Moving and counting --------------------------------------------------------------------


@db
def test_move__is_written_to_the_ledger() -> None:
    clerk = make_user("clerk@example.com")
    make_sku(on_hand=10)
    movement = stock.move(
        "FLOW-A3", -2, MovementReason.DAMAGED, reference="R-7", note="Wet", actor=clerk
    )
    assert movement is not None
    written = StockMovement.objects.get(pk=movement.pk)
    assert (written.delta, written.balance, written.reason) == (-2, 8, "damaged")
    assert (written.reference, written.note, written.actor) == ("R-7", "Wet", clerk)
    assert state_of("FLOW-A3") == (8, 0)


@db
def test_move__of_nothing_leaves_no_trace() -> None:
    make_sku(on_hand=10)
    assert stock.move("FLOW-A3", 0, MovementReason.CORRECTED) is None
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
def test_move__of_an_unknown_sku_is_an_error() -> None:
    with pytest.raises(Sku.DoesNotExist):
        stock.move("NEVER-SEEN", 5, MovementReason.RECEIVED)
    assert not StockMovement.objects.exists()


@db
@pytest.mark.parametrize(
    ("found", "entry"),
    [
        pytest.param(12, (2, 12, "counted"), id="more"),
        pytest.param(7, (-3, 7, "counted"), id="fewer"),
        pytest.param(0, (-10, 0, "counted"), id="none"),
        pytest.param(10, None, id="as expected"),
    ],
)
def test_count__records_the_difference(found: int, entry: tuple[int, int, str] | None) -> None:
    make_sku(on_hand=10, reserved=4)
    stock.count("FLOW-A3", found)
    assert ledger_of("FLOW-A3")[1:] == ([entry] if entry else [])
    assert state_of("FLOW-A3") == (found, 4)


@db
def test_count__fewer_than_promised_leaves_nothing_available() -> None:
    make_sku(on_hand=10, reserved=4)
    stock.count("FLOW-A3", 3)
    sku = Sku.objects.get()
    assert (sku.on_hand, sku.reserved, sku.available) == (3, 4, 0)
    assert sku.availability.state == StockState.SOLD_OUT


# --- The ledger -----------------------------------------------------------------------------

_units = st.integers(0, 12)
_operations = st.one_of(
    st.tuples(st.just("move"), st.integers(-12, 12)),
    *(st.tuples(st.just(name), _units) for name in ("count", "reserve", "release", "sell")),
)


@db
@hypothesis_settings(deadline=None, max_examples=25)
@given(steps=st.lists(_operations, max_size=14), backorders=st.booleans())
def test_ledger__adds_up_to_on_hand_after_any_sequence(
    steps: list[tuple[str, int]], backorders: bool
) -> None:
    with transaction.atomic():
        _walk(steps, backorders)
        transaction.set_rollback(True)


def _walk(steps: list[tuple[str, int]], backorders: bool) -> None:
    """Do to the shop what is done to two plain numbers, and compare after every step."""
    Sku.objects.create(code="WALK", backorders_allowed=backorders)
    on_hand = reserved = 0
    for name, n in steps:
        if name == "move":
            stock.move("WALK", n, MovementReason.CORRECTED)
            on_hand += n
        elif name == "count":
            stock.count("WALK", n)
            on_hand = n
        elif name == "reserve":
            if backorders or on_hand - reserved >= n:
                stock.reserve({"WALK": n})
                reserved += n
            else:
                with pytest.raises(stock.OutOfStock), transaction.atomic():
                    stock.reserve({"WALK": n})
        elif name == "release":
            n = min(n, reserved)
            stock.release({"WALK": n})
            reserved -= n
        elif n := min(n, reserved):
            stock.sell({"WALK": n}, reference="WALK")
            on_hand, reserved = on_hand - n, reserved - n
        assert state_of("WALK") == (on_hand, reserved)
        assert _sum_of_deltas("WALK") == on_hand
    balance = 0
    for delta, noted, _reason in ledger_of("WALK"):
        balance += delta
        assert noted == balance


def _sum_of_deltas(code: str) -> int:
    total = StockMovement.objects.filter(sku__code=code).aggregate(total=Sum("delta"))
    return total["total"] or 0


@db
def test_movement__cannot_be_changed() -> None:
    make_sku(on_hand=10)
    movement = StockMovement.objects.get()
    movement.delta = 99
    with pytest.raises(TypeError, match="never changed"):
        movement.save()
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
@pytest.mark.parametrize(
    "erase",
    [
        pytest.param(lambda: StockMovement.objects.get().delete(), id="one"),
        pytest.param(lambda: StockMovement.objects.all().delete(), id="a queryset"),
        pytest.param(lambda: StockMovement.objects.update(delta=1), id="by update"),
    ],
)
def test_movement__cannot_be_erased(erase: Callable[[], None]) -> None:
    make_sku(on_hand=10)
    with pytest.raises(TypeError, match="never"):
        erase()
    assert ledger_of("FLOW-A3") == [(10, 10, "received")]


@db
def test_movement__outlives_the_clerk_who_made_it() -> None:
    clerk = make_user("clerk@example.com")
    make_sku(on_hand=10)
    stock.move("FLOW-A3", -1, MovementReason.DAMAGED, actor=clerk)
    clerk.delete()
    assert ledger_of("FLOW-A3")[-1] == (-1, 9, "damaged")
    assert StockMovement.objects.latest("pk").actor is None


@db
def test_movement__of_nothing_is_refused_by_the_database() -> None:
    sku = make_sku(on_hand=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(sku=sku, delta=0, balance=10, reason="counted")


@db
@pytest.mark.parametrize(
    "erase",
    [
        pytest.param(lambda: Sku.objects.get().delete(), id="one"),
        pytest.param(lambda: Sku.objects.all().delete(), id="a queryset"),
    ],
)
@pytest.mark.parametrize("on_hand", [0, 5])
def test_sku__is_never_deleted(erase: Callable[[], None], on_hand: int) -> None:
    make_sku(on_hand=on_hand)
    with pytest.raises((TypeError, ProtectedError)):
        erase()
    assert Sku.objects.get().code == "FLOW-A3"


@db
def test_sku__outlives_the_page_that_sold_it() -> None:
    page = make_product(sku="FLOW-A3", on_hand=7)
    page.delete()
    assert state_of("FLOW-A3") == (7, 0)
    assert ledger_of("FLOW-A3") == [(7, 7, "received")]


# --- What the shopper is told ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "state", "label", "can_be_bought"),
    [
        pytest.param({"on_hand": 10}, "in_stock", "In stock", True, id="plenty"),
        pytest.param({"on_hand": 4}, "in_stock", "In stock", True, id="one above low"),
        pytest.param({"on_hand": 3}, "low", "Only 3 left", True, id="low"),
        pytest.param({"on_hand": 1}, "low", "Only 1 left", True, id="the last"),
        pytest.param({"on_hand": 0}, "sold_out", "Sold out", False, id="none"),
        pytest.param({"on_hand": -2}, "sold_out", "Sold out", False, id="owed"),
        pytest.param(
            {"on_hand": 10, "reserved": 8}, "low", "Only 2 left", True, id="low by promises"
        ),
        pytest.param(
            {"on_hand": 10, "reserved": 10}, "sold_out", "Sold out", False, id="all promised"
        ),
        pytest.param(
            {"on_hand": 3, "low_stock_threshold": 0}, "in_stock", "In stock", True, id="never low"
        ),
        pytest.param(
            {"on_hand": 0, "backorders_allowed": True},
            "backorder",
            "Made to order, sent a little later",
            True,
            id="back-order",
        ),
        pytest.param(
            {"on_hand": 2, "backorders_allowed": True},
            "low",
            "Only 2 left",
            True,
            id="back-orders allowed, some left",
        ),
        pytest.param({"on_hand": 10, "retired": True}, "sold_out", "Sold out", False, id="retired"),
        pytest.param(
            {"on_hand": 0, "retired": True, "backorders_allowed": True},
            "sold_out",
            "Sold out",
            False,
            id="retired, back-orders or not",
        ),
    ],
)
def test_availability__says_what_is_true(
    fields: dict[str, Any], state: str, label: str, can_be_bought: bool
) -> None:
    availability = Sku(code="A", **fields).availability
    assert (availability.state, availability.label) == (state, label)
    assert availability.can_be_bought is can_be_bought


@pytest.mark.parametrize(
    ("fields", "supply"),
    [
        pytest.param({"on_hand": 10}, 5, id="enough"),
        pytest.param({"on_hand": 3}, 3, id="some"),
        pytest.param({"on_hand": 10, "reserved": 8}, 2, id="less what is promised"),
        pytest.param({"on_hand": 2, "reserved": 4}, 0, id="more promised than there is"),
        pytest.param({"backorders_allowed": True}, 5, id="back-orders"),
        pytest.param({"on_hand": 10, "retired": True}, 0, id="retired"),
        pytest.param({"backorders_allowed": True, "retired": True}, 0, id="retired back-orders"),
    ],
)
def test_can_supply__of_five_wanted(fields: dict[str, Any], supply: int) -> None:
    assert Sku(code="A", **fields).can_supply(5) == supply


@db
@pytest.mark.parametrize(
    ("on_hand", "reserved", "listed_as"),
    [
        pytest.param(10, 0, "plenty", id="plenty"),
        pytest.param(4, 0, "plenty", id="one above low"),
        pytest.param(3, 0, "low", id="at the threshold"),
        pytest.param(10, 9, "low", id="one left"),
        pytest.param(10, 10, "sold_out", id="all promised"),
        pytest.param(0, 0, "sold_out", id="none"),
    ],
)
def test_stock_listing__each_sku_is_in_one_of_three(
    on_hand: int, reserved: int, listed_as: str
) -> None:
    make_sku(on_hand=on_hand, reserved=reserved)
    lists = {
        "plenty": Sku.objects.plenty(),
        "low": Sku.objects.low(),
        "sold_out": Sku.objects.sold_out(),
    }
    assert [name for name, skus in lists.items() if skus.exists()] == [listed_as]


@db
def test_in_use__is_sold_by_a_page_or_has_a_history() -> None:
    Sku.objects.create(code="TYPED-ONCE")
    make_sku("MOVED", on_hand=1)
    make_product(sku="ON-A-PAGE", on_hand=0)
    assert list(Sku.objects.in_use().values_list("code", flat=True)) == ["MOVED", "ON-A-PAGE"]
