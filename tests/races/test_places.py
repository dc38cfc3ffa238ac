"""Where products stand is right at last, whoever changes them and reads them at the same time."""

from __future__ import annotations

import pytest

from products import places, stock
from products.models import MovementReason, Place, ProductPage, Unplaced, Variant
from products.places import catch_up, note_everything
from products.pricing import Price, set_price
from products.shelf import Shelf
from products.tests.factories import make_category, make_product, make_variant
from products.wanted import Wanted
from tests.races.conftest import at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
