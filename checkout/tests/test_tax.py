"""Which VAT an order bears, and its rates by country, class and day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from checkout.models import TaxRate, TaxTreatment
from checkout.tax import Destination, Taxation, rates_for, tax_class_of, taxation
from products.models import TaxClass
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 11, 21)


# --- The rule ------------------------------------------------------------------------------------

CHARGED, REVERSE, EXPORT = TaxTreatment.STANDARD, TaxTreatment.REVERSE_CHARGE, TaxTreatment.EXPORT
NUMBER = "DE136695976"


@pytest.mark.parametrize(
    ("home", "to", "number", "expected"),
    [
        pytest.param("GB", "GB SW1Y 4JH", "", (CHARGED, "GB"), id="at home, British"),
        pytest.param("GB", "GB BT1 5GS", "", (CHARGED, "GB"), id="Northern Ireland, from Britain"),
        pytest.param("GB", "IM IM1 1AA", "", (CHARGED, "GB"), id="Isle of Man, from Britain"),
        pytest.param("GB", "JE JE2 3AB", "", (EXPORT, "GB"), id="Jersey, from Britain"),
        pytest.param("GB", "DE 28195", "", (EXPORT, "GB"), id="Germany, from Britain"),
        pytest.param("GB", "DE 28195", NUMBER, (EXPORT, "GB"), id="its company, from Britain"),
        pytest.param("FR", "FR 75001", "", (CHARGED, "FR"), id="at home, French"),
        pytest.param("FR", "FR 75001", NUMBER, (CHARGED, "FR"), id="a company at home"),
        pytest.param("FR", "MC 98000", "", (CHARGED, "FR"), id="Monaco, from France"),
        pytest.param("FR", "RE 97400", "", (EXPORT, "FR"), id="Réunion, from France"),
        pytest.param("FR", "DE 28195", "", (CHARGED, "DE"), id="consumer in another member state"),
        pytest.param("FR", "DE 28195", NUMBER, (REVERSE, "FR"), id="company in another one"),
        pytest.param("DE", "MC 98000", "", (CHARGED, "FR"), id="Monaco, from Germany"),
        pytest.param("DE", "GB SW1Y 4JH", "", (EXPORT, "DE"), id="Britain, from the Union"),
        pytest.param("DE", "IM IM1 1AA", "", (EXPORT, "DE"), id="Isle of Man, from the Union"),
        pytest.param("DE", "GB bt1 5gs", "", (CHARGED, "GB"), id="consumer in Northern Ireland"),
        pytest.param("DE", "GB BT1 5GS", "XI1", (REVERSE, "DE"), id="company there"),
        pytest.param("DE", "CH 4051", NUMBER, (EXPORT, "DE"), id="Switzerland, from the Union"),
        pytest.param("DE", "DE 27 498", "", (EXPORT, "DE"), id="Heligoland, from Germany"),
        pytest.param("ES", "ES 35001", NUMBER, (EXPORT, "ES"), id="the Canaries, from Spain"),
        pytest.param("DE", "IT 23041", "", (EXPORT, "DE"), id="Livigno"),
        pytest.param("DE", "IT 20121", "", (CHARGED, "IT"), id="Milan"),
        pytest.param("US", "US 02108", "", (CHARGED, "US"), id="at home, American"),
        pytest.param("US", "DE 28195", NUMBER, (EXPORT, "US"), id="Germany, from America"),
    ],
)
def test_rule(home: str, to: str, number: str, expected: tuple[TaxTreatment, str]) -> None:
    country, _, postcode = to.partition(" ")
    assert taxation(home, Destination(country, postcode), vat_number=number) == Taxation(*expected)


@pytest.mark.parametrize(
    ("to", "number", "expected"),
    [
        pytest.param("DE", "", (CHARGED, "FR"), id="consumer"),
        pytest.param("DE", NUMBER, (REVERSE, "FR"), id="company"),
        pytest.param("CH", "", (EXPORT, "FR"), id="export"),
    ],
)
def test_rule__below_the_threshold(
    to: str, number: str, expected: tuple[TaxTreatment, str]
) -> None:
    how = taxation("FR", Destination(to), vat_number=number, at_destination=False)
    assert how == Taxation(*expected)


# --- Rates ---------------------------------------------------------------------------------------


def make_rate(country: str, tax_class: str, rate: str, since: date, **fields: date) -> TaxRate:
    return TaxRate.objects.create(
        country=country, tax_class=tax_class, rate=D(rate), valid_from=since, **fields
    )


@pytest.mark.parametrize(
    ("country", "standard", "reduced"),
    [
        pytest.param("GB", "20", "5", id="United Kingdom"),
        pytest.param("DE", "19", "7", id="Germany"),
        pytest.param("FR", "20", "5.5", id="France"),
        pytest.param("FI", "25.5", "10", id="Finland"),
        pytest.param("HU", "27", "5", id="Hungary"),
    ],
)
def test_rates__seeded(country: str, standard: str, reduced: str) -> None:
    rates = rates_for(country, ["reduced", "zero"], TODAY)

    assert rates == {"standard": D(standard), "reduced": D(reduced), "zero": D(0)}


def test_rates__seeded_for_every_member_state_once() -> None:
    by_class = {
        code: TaxRate.objects.filter(tax_class=code).values("country").distinct().count()
        for code in ("standard", "reduced", "zero")
    }

    assert by_class["standard"] == 28
    assert TaxRate.objects.filter(tax_class="standard", rate__lt=15).count() == 0
    assert TaxRate.objects.count() == TaxRate.objects.values("country", "tax_class").count()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 12, 31), "20", id="the day before"),
        pytest.param(date(2027, 1, 1), "22", id="the day"),
        pytest.param(date(2027, 6, 1), "22", id="later"),
        pytest.param(date(2028, 1, 1), "21", id="and the next change"),
    ],
)
def test_rates__change_on_a_day(day: date, expected: str) -> None:
    make_rate("GB", "standard", "22", date(2027, 1, 1))
    make_rate("GB", "standard", "21", date(2028, 1, 1))

    assert rates_for("GB", [], day) == {"standard": D(expected)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 12, 31), "20", id="before"),
        pytest.param(date(2027, 1, 1), "16", id="first day"),
        pytest.param(date(2027, 3, 31), "16", id="last day"),
        pytest.param(date(2027, 4, 1), "20", id="after"),
    ],
)
def test_rates__lowered_for_a_while(day: date, expected: str) -> None:
    make_rate("GB", "standard", "16", date(2027, 1, 1), valid_until=date(2027, 3, 31))

    assert rates_for("GB", [], day)["standard"] == D(expected)


def test_rates__before_the_first() -> None:
    assert rates_for("GB", ["reduced"], date(2025, 12, 31)) == {"standard": 0, "reduced": 0}


def test_rates__class_without_its_own_takes_the_standard_one() -> None:
    assert rates_for("DE", ["books"], TODAY) == {"standard": D(19), "books": D(19)}


@pytest.mark.parametrize("country", ["US", "CH", "JP", "XX", ""])
def test_rates__none_there(country: str) -> None:
    assert rates_for(country, ["standard", "reduced"], TODAY) == {"standard": 0, "reduced": 0}


def test_rates__one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        rates_for("FR", ["standard", "reduced", "zero"], TODAY)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"rate": "-1"}, id="negative"),
        pytest.param({"rate": "101"}, id="above everything"),
        pytest.param({"rate": "5", "until": date(2026, 12, 31)}, id="ends before it begins"),
    ],
)
def test_rate__impossible(fields: dict[str, Any]) -> None:
    rate = TaxRate(
        country="GB",
        tax_class="standard",
        rate=D(fields["rate"]),
        valid_from=date(2027, 1, 1),
        valid_until=fields.get("until"),
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        rate.save()


def test_rate__twice_from_one_day() -> None:
    make_rate("GB", "standard", "22", date(2027, 1, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_rate("GB", "standard", "23", date(2027, 1, 1))


def test_tax_class__of_a_page() -> None:
    reduced = make_product(tax_class=TaxClass.objects.get(code="reduced"))
    plain = make_product()
    plain.tax_class = None

    assert tax_class_of(reduced) == "reduced"
    assert tax_class_of(plain) == "standard"
