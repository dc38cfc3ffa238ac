"""Amounts as Stripe counts them: exact or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from checkout import payments
from checkout.payments.minor_units import Inexact, from_minor, is_exact, to_minor

D = Decimal


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        pytest.param("28.00", "GBP", 2800, id="pence"),
        pytest.param("28.000", "GBP", 2800, id="pence, as the database writes them"),
        pytest.param("2800", "JPY", 2800, id="yen"),
        pytest.param("2.800", "KWD", 2800, id="fils"),
        pytest.param("2800", "ISK", 280000, id="Stripe gives krónur two places"),
        pytest.param("2800", "UGX", 280000, id="and shillings"),
        pytest.param("2800", "MGA", 2800, id="and ariary none"),
    ],
)
def test_minor_units__there_and_back(amount: str, currency: str, minor: int) -> None:
    assert to_minor(D(amount), currency) == minor
    assert from_minor(minor, currency) == D(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        pytest.param("2.805", "KWD", id="fils go by tens"),
        pytest.param("1.001", "BHD", id="a single fils"),
        pytest.param("28.001", "GBP", id="a tenth of a penny"),
        pytest.param("2800.5", "JPY", id="half a yen"),
        pytest.param("2800.50", "ISK", id="half a króna"),
        pytest.param("2800.20", "MGA", id="an iraimbilanja"),
    ],
)
def test_minor_units__never_rounded(amount: str, currency: str) -> None:
    with pytest.raises(Inexact):
        to_minor(D(amount), currency)
    assert not is_exact(D(amount), currency)
    assert not payments.get("stripe").can_charge(D(amount), currency)
    assert payments.get("bank_transfer").can_charge(D(amount), currency)


def test_minor_units__a_crumb_is_not_rounded_away() -> None:
    assert from_minor(280050, "ISK") == D("2800.50")
    assert from_minor(1, "KWD") == D("0.001")
