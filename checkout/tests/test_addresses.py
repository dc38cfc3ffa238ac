"""Addresses as each country writes them."""

from __future__ import annotations

import pytest
from django_countries import countries

from checkout import addresses
from checkout.tests.factories import ADDRESS

BLANK = dict.fromkeys(addresses.FIELDS, "")


def address(**parts: str) -> dict[str, str]:
    return BLANK | {"name": "Ada Lovelace", "line1": "1 High Street"} | parts


@pytest.mark.parametrize(
    ("country", "city", "region", "postcode"),
    [
        pytest.param("GB", "London", "", "SW1Y 4JH", id="United Kingdom"),
        pytest.param("GB", "London", "", "sw1y4jh", id="small and together"),
        pytest.param("DE", "Bremen", "", "28195", id="Germany"),
        pytest.param("FR", "Paris", "", "75001", id="France"),
        pytest.param("NL", "Utrecht", "", "3511 AB", id="Netherlands"),
        pytest.param("IE", "Dublin", "", "D02 AF30", id="Ireland"),
        pytest.param("IE", "Dublin", "", "", id="Ireland without Eircode"),
        pytest.param("US", "Cupertino", "CA", "95014", id="United States"),
        pytest.param("US", "Boston", "MA", "02108-1512", id="ZIP+4"),
        pytest.param("CA", "Toronto", "ON", "M5V 2T6", id="Canada"),
        pytest.param("JP", "", "Tokyo", "154-0023", id="Japan"),
        pytest.param("AE", "", "Dubai", "", id="Emirates, no postcode"),
        pytest.param("HK", "", "Kowloon", "", id="Hong Kong"),
    ],
)
def test_check__deliverable(country: str, city: str, region: str, postcode: str) -> None:
    given = address(country=country, city=city, region=region, postcode=postcode)

    assert addresses.check(given) == {}


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        pytest.param(
            {"country": "GB", "city": "London", "postcode": "12345"}, {"postcode"}, id="GB"
        ),
        pytest.param({"country": "GB", "city": "London"}, {"postcode"}, id="GB without postcode"),
        pytest.param(
            {"country": "DE", "city": "Ulm", "postcode": "8907"}, {"postcode"}, id="short"
        ),
        pytest.param({"country": "DE", "postcode": "28195"}, {"city"}, id="DE without town"),
        pytest.param(
            {"country": "NL", "city": "Utrecht", "postcode": "3511"}, {"postcode"}, id="half"
        ),
        pytest.param(
            {"country": "US", "city": "Boston", "postcode": "02108"}, {"region"}, id="no state"
        ),
        pytest.param(
            {"country": "US", "city": "Boston", "region": "XX", "postcode": "02108"},
            {"region"},
            id="no such state",
        ),
        pytest.param(
            {"country": "US", "city": "Boston", "region": "MA", "postcode": "SW1Y 4JH"},
            {"postcode"},
            id="British postcode in Boston",
        ),
        pytest.param(
            {"country": "GB", "city": "London", "postcode": "SW1Y 4JH", "line1": ""},
            {"line1"},
            id="no street",
        ),
        pytest.param({"country": "GB", "line1": ""}, {"line1", "city", "postcode"}, id="nothing"),
    ],
)
def test_check__not_deliverable(parts: dict[str, str], wrong: set[str]) -> None:
    problems = addresses.check(address(**parts))

    assert set(problems) == wrong
    assert all(str(message).endswith(".") for message in problems.values())


@pytest.mark.parametrize(
    ("country", "example"),
    [("GB", "EC1Y 8SY"), ("DE", "26133"), ("US", "95014")],
)
def test_check__postcode_message_shows_one(country: str, example: str) -> None:
    given = address(country=country, city="Town", region="CA", postcode="?")

    assert example in addresses.check(given)["postcode"]


@pytest.mark.parametrize("country", [code for code, _name in countries])
def test_rules__of_every_country_that_can_be_chosen(country: str) -> None:
    """None of them may be a crash, nor ask for a part that the form does not have."""
    asked = addresses.required_fields(addresses.rules_for(country))

    assert set(asked) <= set(addresses.FIELDS)
    given = address(country=country, city="Town", postcode="12345")
    assert set(addresses.check(given)) <= set(addresses.FIELDS)
    lines = [line.lower() for line in addresses.address_lines(given)]
    assert any("ada lovelace" in line for line in lines)
    assert any("1 high street" in line for line in lines)


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        pytest.param(
            ADDRESS,
            ["Ada Lovelace", "12 St James's Square", "LONDON", "SW1Y 4JH", "UNITED KINGDOM"],
            id="United Kingdom",
        ),
        pytest.param(
            address(country="DE", city="Bremen", postcode="28195", company="Mäuse GmbH"),
            ["Ada Lovelace", "Mäuse GmbH", "1 High Street", "28195 BREMEN", "GERMANY"],
            id="Germany: postcode first",
        ),
        pytest.param(
            address(country="US", city="Boston", region="MA", postcode="02108", line2="Apt 5"),
            ["Ada Lovelace", "1 High Street", "Apt 5", "BOSTON, MA 02108", "UNITED STATES"],
            id="United States: one line",
        ),
    ],
)
def test_lines__as_on_the_parcel(parts: dict[str, str], lines: list[str]) -> None:
    assert addresses.address_lines(parts) == lines
