"""Where products stand is right at last, whoever changes them and reads them at the same time."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction

from products import stock
from products.models import MovementReason, Place, Unplaced, Variant
from products.places import catch_up, note_everything
from products.shelf import Shelf
from products.tests.factories import make_category, make_product, make_variant
from products.wanted import Wanted
from tests.races.conftest import at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_changes_and_readers_at_once__leave_every_place_right() -> None:
    category = make_category("Prints")
    for number in range(4):
        variants = [make_variant(f"P-{number}-A", "10"), make_variant(f"P-{number}-B", "20")]
        make_product(f"Print {number}", category=category, variants=variants)

    def work(number: int) -> None:
        for turn in range(6):
            code = f"P-{(number + turn) % 4}-A"
            if number % 3 == 0:
                stock.count(code, turn % 2, MovementReason.COUNTED)
            elif number % 3 == 1:
                amount = Decimal(10 + number + turn)
                Variant.objects.filter(sku=code).update(price=amount)
            else:
                shelf = Shelf(category, Wanted(sort="price"))
                assert len(shelf[:24]) == 4

    assert failures(at_once(9, work)) == []
    catch_up()
    assert not Unplaced.objects.exists()
    found = _places()
    Place.objects.all().delete()
    note_everything()
    catch_up()
    assert found == _places()


def test_reader__waits_for_whom_is_putting_right_what_it_would_read() -> None:
    """Two readers find the same note: neither goes on before the place is right."""
    category = make_category("Prints")
    make_product("Flow", category=category, sku="FLOW", price="10")
    Shelf(category, Wanted())
    Variant.objects.update(price=Decimal(11))

    def read(number: int) -> set[Decimal]:
        Shelf(category, Wanted())
        return set(Place.objects.values_list("price", flat=True))

    assert at_once(4, read) == [{Decimal(11)}] * 4


def test_notes__are_taken_back_with_the_change_that_made_them() -> None:
    make_product("Flow", sku="FLOW")
    catch_up()
    with suppress(ZeroDivisionError), transaction.atomic():
        Variant.objects.update(price=Decimal(11))
        raise ZeroDivisionError
    assert not Unplaced.objects.exists()


def _places() -> set[tuple[object, ...]]:
    columns = ("category_id", "page_id", "assortment__kinds", "price", "name")
    return set(Place.objects.values_list(*columns))
