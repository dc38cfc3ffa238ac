"""What all e-mails of a kind have in common is looked up once, and is what it is now."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from checkout import emails
from checkout.models import Order, OrderEmail
from checkout.tests.factories import make_order
from content.models import ShopSettings, Wording
from content.tests.factories import set_up_shop
from products.tests.factories import make_product
from tests.live_pages.conftest import Commit

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    set_up_shop(name="Bower")
    make_product("Waves", sku="WAVES", price="12.00")
    return make_order({"WAVES": 2})


def subject() -> str:
    email = OrderEmail.objects.select_related("order").get()
    return str(emails.build(email).subject).replace(email.order.number, "7KQ3")


def shared_tables(queries: Any) -> set[str]:
    tables = ("content_shopsettings", "content_wording", "wagtailcore_site")
    return {name for name in tables for query in queries if f'FROM "{name}"' in query["sql"]}


def test_letter__is_looked_up_once(order: Order) -> None:
    with CaptureQueriesContext(connection) as first:
        subject()
    with CaptureQueriesContext(connection) as second:
        subject()

    assert shared_tables(first) == {"content_shopsettings", "content_wording", "wagtailcore_site"}
    assert shared_tables(second) == set()


def test_letter__queries(order: Order, django_assert_num_queries: Any) -> None:
    """Claimed, read with its order, lines, taxes and addresses, and noted."""
    subject()
    due = OrderEmail.objects.get()

    with django_assert_num_queries(6):
        assert emails.send(due.pk)


def test_letter__in_the_words_that_staff_have_just_saved(order: Order, committed: Commit) -> None:
    assert subject() == "We have your order 7KQ3 · Bower"

    with committed():
        words = Wording.objects.create(
            letter="order-received", language="en", subject="Yours: {number}"
        )
    assert subject() == "Yours: 7KQ3"
    with committed():
        words.subject = "Still yours: {number}"
        words.save()
    assert subject() == "Still yours: 7KQ3"
    with committed():
        words.delete()
    assert subject() == "We have your order 7KQ3 · Bower"


def test_letter__in_the_name_that_the_shop_has_now(order: Order, committed: Commit) -> None:
    assert subject() == "We have your order 7KQ3 · Bower"

    with committed():
        shop = ShopSettings.for_site(Site.objects.get())
        shop.name = "Nest"
        shop.save()

    assert subject() == "We have your order 7KQ3 · Nest"


def test_letter__of_another_language_has_words_of_its_own(order: Order) -> None:
    Wording.objects.create(letter="order-received", language="de", subject="Ihre: {number}")
    assert subject() == "We have your order 7KQ3 · Bower"

    Order.objects.update(language="de")

    assert subject() == "Ihre: 7KQ3"
