"""The checkout where it goes abroad, is heavy, is collected, or is bought by a company."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from checkout.bands import Parcel
from checkout.models import Order, ShippingMethod, ShippingZone, TaxTreatment
from checkout.tariff import Tariff
from checkout.tests.counter import LONDON, URL, form_of, nothing_ordered, order_now
from checkout.tests.factories import make_method, make_rate, make_zone
from content.tests.factories import set_up_shop
from products.models import ProductPage, Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
D = Decimal
BREMEN = LONDON | {
    "delivery_country": "DE",
    "delivery_postcode": "28195",
    "delivery_city": "Bremen",
    "delivery_company": "Bremer Bilder GmbH",
}
BELFAST = LONDON | {"delivery_postcode": "BT1 5GS", "delivery_city": "Belfast"}
NUMBER = "DE136695976"
SHOP_FRONT = {"street": "1 Arranged Lane", "postcode": "BS1 4DJ", "city": "Bristol"}
BILLING = {name.replace("delivery", "billing"): value for name, value in LONDON.items()}


@pytest.fixture
def product(settings: Settings) -> ProductPage:
    """“Waves” at 12.00, delivered everywhere for 4.00, from a shop in France."""
    settings.DEBUG = True
    set_up_shop(bank_iban="FR14 2004", country="FR")
    make_method("Standard", "4.00")
    return make_product("Waves", sku="WAVES", price="12.00")


@pytest.fixture
def shopper(client: Client, product: ProductPage) -> Client:
    """With two in the basket."""
    client.post(f"/basket/add/{product.pk}/", {"quantity": 2})
    return client


def refreshed(client: Client, **changes: Any) -> Any:
    return client.post(URL, form_of(client, **changes) | {"refresh": "1"}).context


def methods(offers: Any) -> list[str]:
    return [offer.method.name for offer in offers]


# --- Zones ---------------------------------------------------------------------------------------


def test_zones__a_country_is_in_one() -> None:
    make_method("Far", "16")
    make_method("Near", "4", countries=["GB"])
    make_method("Off", "1", countries=["FR"], active=False)
    tariff = Tariff()

    names = {code: methods(tariff.offers(code, Parcel(1, D(1)))) for code in ("GB", "DE", "FR")}
    assert names == {"GB": ["Near"], "DE": ["Far"], "FR": []}
    assert {"GB", "DE"} <= tariff.countries
    assert "FR" not in tariff.countries


def test_zones__collected_by_anybody() -> None:
    make_method("Collect", "0", pick_up=True)
    tariff = Tariff()

    assert methods(tariff.offers("JP", Parcel(1, D(1)))) == ["Collect"]
    assert tariff.countries == frozenset()


def test_tariff__three_queries(django_assert_num_queries: Any) -> None:
    for number in range(4):
        make_rate(make_method(f"Method {number}", "4"), "8", weight_over=1000)

    with django_assert_num_queries(3):
        tariff = Tariff()
        assert len(tariff.offers("GB", Parcel(1, D(1)))) == 4
        assert tariff.countries


# --- What it weighs ------------------------------------------------------------------------------


def test_weight__decides_the_price(shopper: Client) -> None:
    method = ShippingMethod.objects.get()
    method.rates.update(weight_up_to=1000)
    make_rate(method, "9.00", weight_over=1000)

    prices = []
    for weight in (None, 500, 501):  # two of each; an unknown weight counts as 500 g
        Sku.objects.update(weight=weight)
        prices.append(refreshed(shopper)["totals"].shipping)

    assert prices == [D("3.33"), D("3.33"), D("7.50")]  # exported: 4 and 9 less 20 %


def test_weight__too_much_is_not_offered_and_said_why(shopper: Client) -> None:
    make_method("Letter", "2").rates.update(weight_up_to=500)
    letter = ShippingMethod.objects.get(name="Letter")

    page = shopper.get(URL)
    assert methods(page.context["form"].offers) == ["Standard"]
    assert "Carries up to 500 g, and this weighs 1 kg." in page.text

    response = order_now(shopper, method=str(letter.pk))
    assert response.status_code == 422
    assert "method" in response.context["form"].errors  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_weight__what_is_for_heavier_things_is_not_missed(shopper: Client) -> None:
    van = make_method("A van", "48")
    van.rates.update(weight_over=1000)
    assert "A van" not in shopper.get(URL).text

    ShippingMethod.objects.exclude(pk=van.pk).update(active=False)
    assert "A van: For more than 1 kg, and this weighs 1 kg." in shopper.get(URL).text


def test_weight__too_much_for_all(shopper: Client) -> None:
    form = form_of(shopper)
    ShippingMethod.objects.get().rates.update(weight_up_to=500)

    response = shopper.post(URL, form)
    assert response.status_code == 422
    assert "None of our ways to deliver can carry this basket." in response.text
    assert "Standard: Carries up to 500 g, and this weighs 1 kg." in response.text
    assert nothing_ordered()


def test_methods__none_at_all_is_no_error_of_ours(shopper: Client) -> None:
    ShippingMethod.objects.update(active=False)

    assert shopper.get(URL).status_code == 200
    assert shopper.post(URL, {"delivery_country": "FR", "email": "x"}).status_code == 422
    assert nothing_ordered()


@pytest.mark.parametrize("method", ["0", "-1", "9" * 40, "x", "1; DROP TABLE", "١", "1\x00"])
def test_method__hostile(shopper: Client, method: str) -> None:
    assert order_now(shopper, method=method).status_code == 422
    assert nothing_ordered()


@pytest.mark.parametrize("country", ["XX", "", "GB\x00", "Ω", "D" * 5000, "gb; --"])
def test_country__hostile(shopper: Client, country: str) -> None:
    assert order_now(shopper, delivery_country=country).status_code == 422
    assert nothing_ordered()


def test_country__not_served_says_so(shopper: Client) -> None:
    form = form_of(shopper, **LONDON)
    ShippingZone.objects.update(everywhere_else=False, countries="FR")

    response = shopper.post(URL, form)

    assert response.status_code == 422
    assert "We do not deliver to this country yet." in response.text
    assert nothing_ordered()


# --- Collected -----------------------------------------------------------------------------------


@pytest.fixture
def collect(shopper: Client) -> ShippingMethod:
    return make_method(
        "Collect", "0", pick_up=True, country="BE", instructions="Ten to five.", **SHOP_FRONT
    )


def test_collected__no_delivery_address_is_asked(shopper: Client, collect: ShippingMethod) -> None:
    context = refreshed(shopper, method=str(collect.pk), billing_same=None)

    form = context["form"]
    assert all(field.is_hidden for field in form.delivery)
    assert form["delivery_line1"].value() == "12 St James's Square"  # kept, should they change it
    assert form["billing_line1"].value() == "12 St James's Square"  # and taken over
    assert (context["totals"].total, context["totals"].taxes[0].rate) == (D(24), D(21))


def test_collected__ordered(shopper: Client, collect: ShippingMethod) -> None:
    typed = dict.fromkeys(LONDON, "") | BILLING | {"delivery_country": "XX"}
    response = order_now(shopper, method=str(collect.pk), seen_total="24.00", **typed)

    order = Order.objects.get()
    assert response.status_code == 302
    assert (order.shipping, order.total, order.tax) == (0, D(24), D("4.17"))
    assert [tax.rate for tax in order.taxes.all()] == [D(21)]
    assert (order.is_collected, order.pick_up_instructions) == (True, "Ten to five.")
    assert (order.shipping_method, order.shipping_estimate) == ("Collect", "")
    place = order.delivery_address
    assert (place.name, place.line1, place.city) == ("Ada Lovelace", "1 Arranged Lane", "Bristol")
    assert str(place.country) == "BE"
    assert order.billing_address.postcode == "SW1Y 4JH"
    page = shopper.get(response["Location"]).text
    assert "Where you collect it" in page
    assert "Ten to five." in page


def test_collected__the_invoice_address_is_checked(
    shopper: Client, collect: ShippingMethod
) -> None:
    wrong = BILLING | {"billing_postcode": "?"}
    response = order_now(shopper, method=str(collect.pk), seen_total="24.00", **wrong)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["billing_postcode"]  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_collected__only(client: Client, product: ProductPage, collect: ShippingMethod) -> None:
    ShippingMethod.objects.filter(pick_up=False).delete()

    page = client.get(URL)

    assert page.status_code == 200
    assert page.context["form"].is_collected


# --- Companies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        pytest.param(BREMEN, True, id="company in another member state"),
        pytest.param(BREMEN | {"delivery_company": " "}, False, id="nobody's company"),
        pytest.param(LONDON | {"delivery_company": "Bower"}, False, id="company in Britain"),
        pytest.param(BELFAST | {"delivery_company": "Bower"}, True, id="in Northern Ireland"),
        pytest.param(
            BREMEN | {"delivery_country": "FR", "delivery_postcode": "75001"}, False, id="at home"
        ),
        pytest.param(BREMEN | {"billing_same": None}, False, id="somebody else is billed"),
    ],
)
def test_vat_number__asked(shopper: Client, changes: dict[str, Any], asked: bool) -> None:
    assert ("vat_number" in refreshed(shopper, **changes)["form"].fields) is asked


def test_vat_number__not_asked_by_a_shop_outside_the_union(shopper: Client) -> None:
    set_up_shop(country="GB")
    assert "vat_number" not in refreshed(shopper, **BREMEN)["form"].fields


def test_vat_number__takes_the_tax_out_at_once(shopper: Client) -> None:
    context = refreshed(shopper, **BREMEN, vat_number=" de 136 695 976")

    assert (context["totals"].total, context["totals"].tax) == (D("23.33"), 0)
    assert context["totals"].tax_treatment == TaxTreatment.REVERSE_CHARGE


def test_vat_number__ordered(shopper: Client) -> None:
    order_now(shopper, **BREMEN, vat_number="de136695976", seen_total="23.33")

    order = Order.objects.get()
    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.REVERSE_CHARGE, NUMBER)
    assert (order.total, order.tax) == (D("23.33"), 0)
    page = shopper.get(order.get_absolute_url()).text
    assert "Reverse charge: the recipient owes the VAT" in page
    assert "VAT at" not in page


def test_vat_number__left_out(shopper: Client) -> None:
    order_now(shopper, **BREMEN, vat_number="", seen_total="28.00")

    order = Order.objects.get()
    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.STANDARD, "")
    assert [tax.rate for tax in order.taxes.all()] == [D(19)]


@pytest.mark.parametrize(
    "number",
    ["DE136695977", "GB980780684", "FR40303265045", "DE1\x00", "DE١٢٣", "D" * 10_000, "<i>", "💥"],
)
def test_vat_number__refused_beside_its_field(shopper: Client, number: str) -> None:
    response = order_now(shopper, **BREMEN, vat_number=number)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["vat_number"]  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_vat_number__of_a_shopper_at_home_is_not_heard(shopper: Client) -> None:
    order_now(shopper, vat_number=NUMBER, **LONDON | {"delivery_company": "Bower"}, seen_total=None)

    order = Order.objects.get()
    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.EXPORT, "")


# --- What is shown -------------------------------------------------------------------------------


def test_export__says_so_and_shows_its_lines_net(shopper: Client) -> None:
    page = shopper.post(URL, form_of(shopper, **LONDON) | {"refresh": "1"})

    assert page.context["totals"].total == D("23.33")
    assert "Export: without VAT." in page.text
    assert "£20.00" in page.text  # the two prints
    assert "£3.33" in page.text  # among the ways to deliver as in the sum
    assert "£4.00" not in page.text
    assert "£24.00" not in page.text


def test_form__the_days_it_arrives_are_said(shopper: Client) -> None:
    method = ShippingMethod.objects.get()
    form = shopper.get(URL).context["form"]

    assert str(form.house.arrival(method.min_days, method.max_days)) in shopper.get(URL).text


def test_form__queries_do_not_grow_with_the_tariff(
    shopper: Client, django_assert_max_num_queries: Any
) -> None:
    shopper.get(URL)
    for number in range(5):
        method = make_method(f"More {number}", "5")
        make_rate(method, "9", weight_over=5000)
        make_zone([["GB", "DE", "IT", "ES", "NL"][number]])

    with django_assert_max_num_queries(31):
        assert shopper.get(URL).status_code == 200
