"""Whoever shows stock hears when what they show is no longer true, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from products import stock
from products.models import MovementReason, Sku
from products.signals import availability_changed

pytestmark = pytest.mark.django_db
CODE = "FLOW-A3"
Heard = list[tuple[str, str, str]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """SKU, before and after, in the words of the shop."""
    found: Heard = []

    def listen(sku: str, before: Any, after: Any, **kwargs: Any) -> None:
        found.append((sku, before.label, after.label))

    availability_changed.connect(listen)
    yield found
    availability_changed.disconnect(listen)


def put(on_hand: int, reserved: int = 0, **details: Any) -> None:
    Sku.objects.create(code=CODE, **details)
    stock.count(CODE, on_hand, MovementReason.RECEIVED)
    if reserved:
        stock.reserve({CODE: reserved})


@pytest.mark.parametrize(
    ("shelf", "change", "expected"),
    [
        pytest.param((10, 0), lambda: stock.reserve({CODE: 2}), [], id="a sale out of plenty"),
        pytest.param(
            (5, 0), lambda: stock.reserve({CODE: 3}), [("In stock", "Only 2 left")], id="low"
        ),
        pytest.param(
            (2, 0), lambda: stock.reserve({CODE: 1}), [("Only 2 left", "Only 1 left")], id="lower"
        ),
        pytest.param(
            (2, 0), lambda: stock.reserve({CODE: 2}), [("Only 2 left", "Sold out")], id="sold out"
        ),
        pytest.param(
            (2, 2), lambda: stock.release({CODE: 2}), [("Sold out", "Only 2 left")], id="released"
        ),
        pytest.param(
            (2, 2), lambda: stock.sell({CODE: 2}, reference="X"), [], id="what was promised leaves"
        ),
        pytest.param(
            (0, 0),
            lambda: stock.move(CODE, 8, MovementReason.RECEIVED),
            [("Sold out", "In stock")],
            id="a delivery",
        ),
        pytest.param((0, 0), lambda: stock.count(CODE, 0), [], id="counted as expected"),
        pytest.param((8, 0), lambda: stock.edit(CODE, weight=90), [], id="another weight"),
        pytest.param(
            (8, 0),
            lambda: stock.edit(CODE, low_stock_threshold=8),
            [("In stock", "Only 8 left")],
            id="another threshold",
        ),
        pytest.param(
            (0, 0),
            lambda: stock.edit(CODE, backorders_allowed=True),
            [("Sold out", "Made to order, sent a little later")],
            id="back-orders",
        ),
        pytest.param(
            (8, 0), lambda: stock.edit(CODE, retired=True), [("In stock", "Sold out")], id="retired"
        ),
    ],
)
def test_changed__says_what_was_and_what_is(
    heard: Heard,
    django_capture_on_commit_callbacks: Any,
    shelf: tuple[int, int],
    change: Callable[[], object],
    expected: list[tuple[str, str]],
) -> None:
    put(*shelf)

    with django_capture_on_commit_callbacks(execute=True):
        change()

    assert heard == [(CODE, before, after) for before, after in expected]


def test_changed__not_before_the_commit_and_not_without(
    heard: Heard, django_capture_on_commit_callbacks: Any
) -> None:
    put(2)

    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            stock.reserve({CODE: 2})
            transaction.set_rollback(True)
        stock.reserve({CODE: 1})
        assert heard == []

    assert heard == [(CODE, "Only 2 left", "Only 1 left")]


def test_changed__a_listener_that_fails_stops_nobody(
    heard: Heard, django_capture_on_commit_callbacks: Any
) -> None:
    def fail(**kwargs: Any) -> None:
        raise ZeroDivisionError

    availability_changed.connect(fail)
    put(1)

    with django_capture_on_commit_callbacks(execute=True):
        stock.reserve({CODE: 1})

    availability_changed.disconnect(fail)
    assert heard == [(CODE, "Only 1 left", "Sold out")]
