"""What the till keeps between requests is never old: each change shows at the next look."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from checkout.models import ShippingRate, TaxRate
from checkout.tests.factories import make_method, make_zone
from content.models import ClosedDay, ShopSettings
from content.tests.factories import default_site, set_up_shop
from home.tests.factories import make_text_page
from products.tests.factories import make_product
from tests.live_pages.changes import change, republish
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db
BASKET, CHECKOUT = "/basket/", "/checkout/"


@pytest.fixture
def buyer(reader: Reader) -> Reader:
    """With one thing in the basket."""
    set_up_shop()
    product = make_product("Flow", sku="FLOW", price="20.00")
    reader.client.post(f"/basket/add/{product.pk}/", {"sku": "FLOW", "quantity": "1"})
    return reader


def test_delivery__its_price_changes(buyer: Reader, committed: Commit) -> None:
    make_method("Post", "4.00")
    assert "£24.00" in buyer.see(CHECKOUT)
    with committed():
        change(ShippingRate.objects.get(), price=Decimal("5.50"))
    assert "£25.50" in buyer.see(CHECKOUT)


def test_delivery__a_method_comes_and_goes(buyer: Reader, committed: Commit) -> None:
    with committed():
        make_method("Post", "4.00")
    assert "Courier" not in buyer.see(CHECKOUT)
    with committed():
        courier = make_method("Courier", "9.00")
    assert "Courier" in buyer.see(CHECKOUT)
    with committed():
        change(courier, active=False)
    assert "Courier" not in buyer.see(CHECKOUT)


def test_delivery__a_country_is_named_by_another_zone(buyer: Reader, committed: Commit) -> None:
    """ "Everywhere else" is less then, though nothing of its own method has changed."""
    with committed():
        make_method("Far and wide", "16.00")
    assert 'value="FR"' in buyer.see(CHECKOUT)
    with committed():
        make_zone(["FR"])
    assert 'value="FR"' not in buyer.see(CHECKOUT).split('name="billing_country"')[0]


@pytest.mark.parametrize("path", [BASKET, CHECKOUT])
def test_tax__a_rate_comes(buyer: Reader, committed: Commit, path: str) -> None:
    make_method("Post", "0.00")
    yesterday = timezone.localdate() - timedelta(days=1)
    with committed():
        TaxRate.objects.all().delete()
        old = TaxRate.objects.create(
            country="GB", tax_class="standard", rate=20, valid_from=date(2020, 1, 1)
        )
    assert "£3.33" in buyer.see(path)
    with committed():
        TaxRate.objects.create(country="GB", tax_class="standard", rate=25, valid_from=yesterday)
        change(old, valid_until=yesterday - timedelta(days=1))
    assert "£4.00" in buyer.see(path)


def test_days_off__push_the_arrival(buyer: Reader, committed: Commit) -> None:
    make_method("Post", "4.00")
    before = buyer.see(CHECKOUT)
    with committed():
        shop, today = ShopSettings.for_site(default_site()), timezone.localdate()
        for days in range(20):
            ClosedDay.objects.create(settings=shop, day=today + timedelta(days=days))
    assert _arrivals(buyer.see(CHECKOUT)) != _arrivals(before)


def test_terms__get_another_title(buyer: Reader, committed: Commit) -> None:
    make_method("Post", "4.00")
    with committed():
        terms = make_text_page("Our terms")
        change(ShopSettings.for_site(default_site()), terms_page=terms)
    assert "By ordering you accept our" in buyer.see(CHECKOUT)
    with committed():
        republish(terms, title="Terms of the house")
    assert buyer.see(CHECKOUT).count("Terms of the house") == 2  # above the button, and below all
    with committed():
        terms.refresh_from_db()
        terms.unpublish()
    assert "By ordering you accept our" not in buyer.see(CHECKOUT)


def _arrivals(page: str) -> list[str]:
    return [part.split("</")[0] for part in page.split('class="choice__note">')[1:]]
