"""What placing an order writes, promises and leaves alone."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout import paying
from checkout.models import (
    Order,
    OrderAddress,
    OrderEmail,
    OrderEvent,
    OrderLine,
    OrderTax,
    Payment,
    PaymentStatus,
    TaxTreatment,
)
from checkout.placing import CouponUsedUp, place_order
from checkout.status import OrderStatus
from checkout.tests.factories import ADDRESS, make_basket, make_details, make_method, make_order
from content.tests.factories import default_site, make_picture, set_up_shop
from products.models import ProductPage, Sku, TaxClass
from products.stock import OutOfStock
from products.tests.factories import make_option, make_product, make_variant

pytestmark = pytest.mark.django_db
D = Decimal
NOW = timezone.now()


@pytest.fixture
def print_page() -> ProductPage:
    """“Waves” at 24.00 in one size, ten on hand."""
    [a3] = make_option("Size", "A3")
    return make_product("Waves", variants=[make_variant("WAVES-A3", "24.00", a3)])


@pytest.fixture
def book_page() -> ProductPage:
    """“Tides” at 10.00, taxed at the reduced rate."""
    reduced = TaxClass.objects.get(code="reduced")
    return make_product("Tides", sku="TIDES", price="10.00", tax_class=reduced)


def make_coupon(code: str = "SPRING", value: str = "10", **fields: Any) -> Coupon:
    return Coupon.objects.create(code=code, value=D(value), **fields)


def counts() -> dict[str, int]:
    """Rows of everything that an order writes."""
    kinds = (Order, OrderAddress, OrderEmail, OrderEvent, OrderLine, OrderTax, Payment)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}


def shelf(code: str) -> tuple[int, int]:
    """On hand, reserved."""
    sku = Sku.objects.get(code=code)
    return sku.on_hand, sku.reserved


# --- What is written -----------------------------------------------------------------------------


def test_order__as_it_was_asked_for(print_page: ProductPage) -> None:
    user = make_user("ada@example.com")
    with translation.override("de"):
        order = make_order(
            {"WAVES-A3": 2},
            user=user,
            phone="020 7946 0000",
            note="Ring twice",
            email="a@b.example",
        )

    assert order.status == OrderStatus.PENDING
    assert (order.user, order.email, order.phone) == (user, "a@b.example", "020 7946 0000")
    assert (order.note, order.language, order.site) == ("Ring twice", "de", default_site())
    assert (order.currency, order.prices_include_tax) == ("GBP", True)
    assert (order.payment_provider, order.paid_at) == ("bank_transfer", None)
    assert (order.subtotal, order.discount, order.shipping) == (D("48.00"), 0, D("4.00"))
    assert (order.total, order.tax, order.net) == (D("52.00"), D("8.67"), D("43.33"))
    assert (order.shipping_method, order.shipping_estimate) == ("Standard", "2 to 4 working days")


def test_order__of_nobody_in_particular(print_page: ProductPage) -> None:
    assert make_order({"WAVES-A3": 1}, user=AnonymousUser()).user is None


def test_line__is_a_snapshot_of_what_was_shown(print_page: ProductPage) -> None:
    make_picture("Waves")
    order = make_order({"WAVES-A3": 2})

    [line] = order.lines.all()
    assert (line.position, line.sku_id, line.quantity) == (0, "WAVES-A3", 2)
    assert (line.title, line.options, line.name) == (
        "Waves",
        "Size: A3",
        "Waves (Size: A3)",
    )
    assert line.product == print_page
    assert line.revision == print_page.live_revision
    assert (line.unit_net, line.unit_gross) == (D("20.00"), D("24.00"))
    assert (line.unit_price, line.amount) == (D("24.00"), D("48.00"))
    assert (line.tax_class, line.tax_rate) == ("standard", D(20))
    assert (line.discount, line.net, line.tax, line.gross) == (0, D("40.00"), D("8.00"), D("48.00"))


def test_line__picture_of_the_variant() -> None:
    picture = make_picture("Oak frame")
    make_product(variants=[make_variant("OAK", "30.00", picture=picture)])

    assert make_order({"OAK": 1}).lines.get().picture == picture


def test_lines__in_the_order_of_the_basket(print_page: ProductPage, book_page: ProductPage) -> None:
    order = make_order({"WAVES-A3": 1, "TIDES": 1})
    other = make_order({"TIDES": 1, "WAVES-A3": 1})

    assert [line.sku_id for line in order.lines.all()] == ["WAVES-A3", "TIDES"]
    assert [line.sku_id for line in other.lines.all()] == ["TIDES", "WAVES-A3"]


def test_taxes__by_rate_with_delivery(print_page: ProductPage, book_page: ProductPage) -> None:
    """24.00 at 20 %, 10.00 at 5 %; delivery of 3.40 falls 2.40 : 1.00."""
    order = make_order({"WAVES-A3": 1, "TIDES": 1}, method=make_method(price="3.40"))

    assert [(tax.rate, tax.net, tax.tax, tax.gross) for tax in order.taxes.all()] == [
        (D(20), D("22.00"), D("4.40"), D("26.40")),
        (D(5), D("10.48"), D("0.52"), D("11.00")),
    ]
    assert (order.total, order.tax) == (D("37.40"), D("4.92"))


GERMAN = ADDRESS | {"country": "DE", "city": "Bremen", "postcode": "28195"}
SWISS = ADDRESS | {"country": "CH", "city": "Basel", "postcode": "4051"}


def test_taxes__of_the_country_delivered_to(print_page: ProductPage) -> None:
    set_up_shop(country="FR")
    order = make_order({"WAVES-A3": 1}, delivery=GERMAN)

    assert [tax.rate for tax in order.taxes.all()] == [D(19)]
    assert (order.total, order.tax) == (D("28.00"), D("4.47"))
    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.STANDARD, "")


def test_taxes__of_home_below_the_threshold(print_page: ProductPage) -> None:
    set_up_shop(country="FR", taxes_at_destination=False)
    order = make_order({"WAVES-A3": 1}, delivery=GERMAN)

    assert [(tax.rate, tax.tax) for tax in order.taxes.all()] == [(D(20), D("4.67"))]
    assert order.total == D("28.00")


def test_taxes__export_costs_what_home_costs_net(print_page: ProductPage) -> None:
    make_coupon()
    home = make_order({"WAVES-A3": 3}, coupon="SPRING")
    order = make_order({"WAVES-A3": 3}, coupon="SPRING", delivery=SWISS, billing=GERMAN)

    line = order.lines.get()
    assert order.tax_treatment == TaxTreatment.EXPORT
    assert (home.subtotal, home.discount, home.shipping) == (D(72), D("7.20"), D(4))
    assert (order.subtotal, order.discount, order.shipping) == (D(60), D(6), D("3.33"))
    assert order.net == order.total == home.net == D("57.33")
    assert order.tax == 0
    assert [(tax.rate, tax.tax, tax.net) for tax in order.taxes.all()] == [(0, 0, D("57.33"))]
    assert (line.unit_price, line.amount, line.tax_rate) == (D(20), D(60), 0)
    assert (line.net, line.tax, line.gross, line.discount) == (D(54), 0, D(54), D(6))
    assert Payment.objects.get(order=order).amount == D("57.33")


def test_taxes__reverse_charge(print_page: ProductPage) -> None:
    set_up_shop(country="FR")
    order = make_order({"WAVES-A3": 3}, delivery=GERMAN, vat_number="DE136695976")

    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.REVERSE_CHARGE, "DE136695976")
    assert (order.subtotal, order.shipping, order.tax) == (D(60), D("3.33"), 0)
    assert order.total == order.net == D("63.33")
    line = order.lines.get()
    assert line.unit_gross == line.unit_net == D(20)


def test_taxes__a_vat_number_changes_nothing_at_home(print_page: ProductPage) -> None:
    order = make_order({"WAVES-A3": 1}, vat_number="DE136695976")

    assert (order.tax_treatment, order.vat_number) == (TaxTreatment.STANDARD, "")
    assert (order.total, order.tax) == (D("28.00"), D("4.67"))


def test_taxes__added_where_prices_are_net(print_page: ProductPage) -> None:
    set_up_shop(prices_include_tax=False)
    order = make_order({"WAVES-A3": 2})

    line = order.lines.get()
    assert (order.subtotal, order.shipping) == (D("48.00"), D("4.00"))
    assert (order.net, order.tax, order.total) == (D("52.00"), D("10.40"), D("62.40"))
    assert (line.unit_net, line.unit_gross, line.unit_price) == (D(24), D("28.80"), D(24))


def test_addresses__two_snapshots(print_page: ProductPage) -> None:
    billing = ADDRESS | {"name": "Bower Ltd", "line2": "Room 5", "company": "Bower"}
    order = make_order({"WAVES-A3": 1}, billing=billing)

    assert order.delivery_address.as_dict() == ADDRESS
    assert order.billing_address.as_dict() == billing
    assert order.delivery_address.as_lines() == [
        "Ada Lovelace",
        "12 St James's Square",
        "LONDON",
        "SW1Y 4JH",
        "UNITED KINGDOM",
    ]


def test_event__placed(print_page: ProductPage) -> None:
    order = make_order({"WAVES-A3": 1})

    event = order.events.get()
    assert (event.what, event.actor) == ("placed", None)
    assert D(event.data["total"]) == D("28.00")


def test_payment__fixed_before_anyone_is_called(print_page: ProductPage) -> None:
    payment = make_order({"WAVES-A3": 1}).payments.get()

    assert (payment.attempt, payment.status) == (1, PaymentStatus.CREATED)
    assert (payment.amount, payment.currency, payment.reference) == (D("28.00"), "GBP", None)
    assert payment.idempotency_key == f"{payment.order.token}-1"


@pytest.mark.parametrize(
    ("provider", "window", "kinds"),
    [
        pytest.param("bank_transfer", timedelta(days=7), ["received"], id="bank transfer"),
        pytest.param("demo", timedelta(minutes=40), [], id="paid at once"),
    ],
)
def test_order__reserved_for_as_long_as_paying_takes(
    print_page: ProductPage,
    settings: Settings,
    provider: str,
    window: timedelta,
    kinds: list[str],
) -> None:
    settings.ORDER_PAYMENT_WINDOW, settings.ORDER_TRANSFER_WINDOW = 40 * 60, 7 * 24 * 60 * 60
    with time_machine.travel(NOW, tick=False):
        order = make_order({"WAVES-A3": 1}, provider=provider)

    assert order.expires_at == NOW + window
    assert [email.kind for email in order.emails.all()] == kinds


def test_title__in_the_language_of_the_shopper(print_page: ProductPage) -> None:
    from wagtail.models import Locale

    german = Locale.objects.create(language_code="de")
    home = default_site().root_page
    home.copy_for_translation(german)
    translated = print_page.copy_for_translation(german, copy_parents=True)
    translated.title = "Wellen"
    translated.save_revision().publish()
    with translation.override("de"):
        line = make_order({"WAVES-A3": 1}).lines.get()

    assert line.title == "Wellen"
    assert line.product == print_page
    assert line.revision.object_id == str(translated.pk)


# --- The page as it was sold ---------------------------------------------------------------------


def test_revision__the_live_one_not_the_draft(print_page: ProductPage) -> None:
    live = print_page.live_revision
    print_page.title = "Waves, second thoughts"
    draft = print_page.save_revision()

    line = make_order({"WAVES-A3": 1}).lines.get()

    assert line.revision == live != draft
    assert line.title == "Waves"


def test_revision__a_page_without_one_gets_it(print_page: ProductPage) -> None:
    """As a script makes pages: live, never published."""
    ProductPage.objects.filter(pk=print_page.pk).update(live_revision=None)

    line = make_order({"WAVES-A3": 1}).lines.get()

    assert line.revision.as_object().title == "Waves"
    print_page.refresh_from_db()
    assert print_page.live_revision == line.revision
    assert make_order({"WAVES-A3": 1}).lines.get().revision == line.revision


def test_snapshot__unmoved_by_what_editors_do_later(print_page: ProductPage) -> None:
    order = make_order({"WAVES-A3": 1})

    print_page.title = "Storm"
    variant = print_page.variants.get()
    variant.price = D("99.00")
    print_page.variants = [variant]
    print_page.save_revision().publish()

    line = Order.objects.get(pk=order.pk).lines.get()
    assert (line.title, line.unit_gross) == ("Waves", D("24.00"))
    assert line.revision.as_object().title == "Waves"


def test_snapshot__keeps_its_revision(print_page: ProductPage) -> None:
    order = make_order({"WAVES-A3": 1})

    with pytest.raises(models.ProtectedError):
        order.lines.get().revision.delete()
    with pytest.raises(models.ProtectedError):
        print_page.delete()


@pytest.mark.parametrize("related", ["lines", "taxes", "addresses", "events"])
def test_snapshot__immutable(print_page: ProductPage, related: str) -> None:
    row = getattr(make_order({"WAVES-A3": 1}), related).first()

    with pytest.raises(TypeError, match="never changes"):
        row.save()
    with pytest.raises(TypeError, match="never deleted"):
        row.delete()
    assert type(row)._default_manager.filter(pk=row.pk).exists()


# --- Stock and coupon ----------------------------------------------------------------------------


def test_stock__is_reserved_and_stays(print_page: ProductPage, book_page: ProductPage) -> None:
    make_order({"WAVES-A3": 2, "TIDES": 3})

    assert (shelf("WAVES-A3"), shelf("TIDES")) == ((10, 2), (10, 3))


def test_stock__sold_out_writes_nothing(print_page: ProductPage, book_page: ProductPage) -> None:
    make_coupon(max_uses=1)
    basket, details = make_basket({"TIDES": 1, "WAVES-A3": 10}, "SPRING"), make_details()
    make_order({"WAVES-A3": 1})
    before = counts()

    with pytest.raises(OutOfStock) as short:
        place_order(basket, details, site=default_site())

    assert short.value.available == {"WAVES-A3": 9}
    assert counts() == before
    assert (shelf("WAVES-A3"), shelf("TIDES")) == ((10, 1), (10, 0))
    assert Coupon.objects.get().uses == 0


def test_stock__retired_while_in_the_basket(print_page: ProductPage) -> None:
    basket, details = make_basket({"WAVES-A3": 1}), make_details()
    Sku.objects.update(retired=True)

    with pytest.raises(OutOfStock) as short:
        place_order(basket, details, site=default_site())

    assert short.value.available == {"WAVES-A3": 0}
    assert Order.objects.count() == 0


def test_stock__beyond_the_shelf_where_that_is_allowed(print_page: ProductPage) -> None:
    Sku.objects.update(backorders_allowed=True)

    make_order({"WAVES-A3": 15})

    assert shelf("WAVES-A3") == (10, 15)


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        # Goods of 58.00: 48.00 at 20 % and 10.00 at 5 %.
        pytest.param({"value": "33.33"}, ("19.33", "42.67", "16.00", "3.33"), id="33.33 %"),
        pytest.param(
            {"value": "5", "kind": "amount"}, ("5.00", "57.00", "4.14", "0.86"), id="5 pounds"
        ),
        pytest.param(
            {"value": "500", "kind": "amount"}, ("58.00", "4.00", "48.00", "10.00"), id="everything"
        ),
    ],
)
def test_coupon__off_the_goods(
    print_page: ProductPage,
    book_page: ProductPage,
    coupon: dict[str, str],
    expected: tuple[str, str, str, str],
) -> None:
    made = make_coupon(**coupon)

    order = make_order({"WAVES-A3": 2, "TIDES": 1}, coupon="spring")

    discount, total, *shares = expected
    assert (order.coupon, order.coupon_code) == (made, "SPRING")
    assert (order.discount, order.total) == (D(discount), D(total))
    assert [line.discount for line in order.lines.all()] == [D(share) for share in shares]


def test_coupon__a_use_is_taken(print_page: ProductPage) -> None:
    make_coupon(max_uses=2)

    make_order({"WAVES-A3": 1}, coupon="SPRING")

    assert Coupon.objects.get().uses == 1


def test_coupon__last_use_went_to_somebody_else(print_page: ProductPage) -> None:
    make_coupon(max_uses=1)
    basket, details = make_basket({"WAVES-A3": 1}, "SPRING"), make_details()
    make_order({"WAVES-A3": 1}, coupon="SPRING")
    before = counts()

    with pytest.raises(CouponUsedUp):
        place_order(basket, details, site=default_site())

    assert counts() == before
    assert shelf("WAVES-A3") == (10, 1)
    assert Coupon.objects.get().uses == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"active": False}, id="switched off"),
        pytest.param({"valid_until": NOW - timedelta(seconds=1)}, id="over"),
        pytest.param({"valid_from": NOW + timedelta(days=1)}, id="not yet"),
    ],
)
def test_coupon__taken_back_while_in_the_basket(
    print_page: ProductPage, change: dict[str, Any]
) -> None:
    make_coupon()
    basket, details = make_basket({"WAVES-A3": 1}, "SPRING"), make_details()
    Coupon.objects.update(**change)

    with pytest.raises(CouponUsedUp):
        place_order(basket, details, site=default_site())

    assert (Order.objects.count(), shelf("WAVES-A3")) == (0, (10, 0))


def test_coupon__that_gives_nothing_is_not_used_up(print_page: ProductPage) -> None:
    """Below its minimum a coupon stays in the basket, and in the shopper's hand."""
    make_coupon(minimum=D("100.00"), max_uses=1)

    order = make_order({"WAVES-A3": 1}, coupon="SPRING")

    assert (order.discount, order.coupon, order.coupon_code) == (0, None, "")
    assert Coupon.objects.get().uses == 0


# --- Once ----------------------------------------------------------------------------------------


def test_form_key__same_order(print_page: ProductPage, book_page: ProductPage) -> None:
    key = uuid.uuid4()
    first = make_order({"WAVES-A3": 1}, form_key=key)
    before = counts()

    again = make_order({"TIDES": 5}, form_key=key)

    assert again == first
    assert counts() == before
    assert (shelf("WAVES-A3"), shelf("TIDES")) == ((10, 1), (10, 0))


def test_number__that_is_taken_is_drawn_again(
    print_page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_order({"WAVES-A3": 1})
    drawn = iter(first.number.replace("-", ""))
    monkeypatch.setattr("checkout.models.orders.secrets.choice", lambda _: next(drawn, "Z"))
    second = make_order({"WAVES-A3": 1})
    assert second.number == "ZZZZ-ZZZZ"
    assert second.pk != first.pk
    assert second.lines.count() == 1


def test_form_key__another_order(print_page: ProductPage) -> None:
    assert make_order({"WAVES-A3": 1}) != make_order({"WAVES-A3": 1})


def test_names__cannot_be_guessed(print_page: ProductPage) -> None:
    """24 random bytes in base 64: 192 bits, of which 128 are asked for."""
    orders = [make_order({"WAVES-A3": 1}) for _ in range(5)]

    for order in orders:
        assert re.fullmatch(r"[A-Za-z0-9_-]{32}", order.token)
        assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", order.number)
    assert len({order.token for order in orders} | {order.number for order in orders}) == 10
    assert len({order.token[:8] for order in orders}) == 5


# --- Free ----------------------------------------------------------------------------------------


def test_free_order__paid_without_a_provider(
    print_page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_coupon(value="100")
    monkeypatch.setattr("checkout.payments.get", _only_terms)
    order = make_order({"WAVES-A3": 1}, coupon="SPRING", method=make_method("Free", "0"))
    assert (order.total, order.payments.count()) == (0, 0)

    where = paying.start(order)

    order.refresh_from_db()
    assert where == order.get_absolute_url()
    assert order.status == OrderStatus.PAID
    assert order.paid_at is not None
    assert shelf("WAVES-A3") == (9, 0)
    assert (order.payments.count(), order.invoice.sequence) == (0, 1)
    assert [email.kind for email in order.emails.all()] == ["confirmed"]


def test_free_order__paid_once(print_page: ProductPage) -> None:
    make_coupon(value="100")
    order = make_order({"WAVES-A3": 1}, coupon="SPRING", method=make_method("Free", "0"))

    paying.start(order)
    paying.start(order)

    assert shelf("WAVES-A3") == (9, 0)
    assert [event.what for event in order.events.all()] == ["placed", "status", "invoice_issued"]


def _only_terms(name: str) -> Any:
    """A provider that knows its window; asking it for more is a failure."""

    class Terms:
        announces_order = False

        def window(self) -> int:
            return 60

    return Terms()


# --- Cost ----------------------------------------------------------------------------------------


def test_placing__queries(
    print_page: ProductPage,
    book_page: ProductPage,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_coupon()
    make_order({"WAVES-A3": 1})  # warms what is kept for the life of a process
    basket, details = make_basket({"WAVES-A3": 1, "TIDES": 1}, "SPRING"), make_details()

    with django_assert_num_queries(18):
        place_order(basket, details, site=default_site())
