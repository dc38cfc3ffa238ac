"""Orders in the admin: found, read as they were, moved on; and sold pages that stay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import ProtectedError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from checkout.models import EmailKind, Invoice, Order, OrderEmail
from checkout.status import OrderStatus
from checkout.tests.factories import ADDRESS, advance, make_order
from content.mail_server import Failure
from content.tests.factories import make_picture
from products import stock
from products.models import MovementReason, ProductPage, ProductPicture, Sku
from products.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make_user("boss@example.com", is_superuser=True))
    return client


@pytest.fixture
def order() -> Order:
    page = make_product("Flow", sku="FLOW", price="24.00", on_hand=5)
    page.gallery = [ProductPicture(picture=make_picture())]
    page.save_revision().publish()
    return make_order({"FLOW": 2})


def act(client: Client, order: Order, action: str) -> Any:
    return client.post(reverse("orders:action", args=[order.pk, action]), follow=True)


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def inspect(client: Client, order: Order) -> str:
    response = client.get(reverse("orders:inspect", args=[order.pk]))
    assert response.status_code == 200
    return response.content.decode()


# --- Finding --------------------------------------------------------------------------------------


def found(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("orders:index"), query)
    assert response.status_code == 200
    return [order.email for order in response.context["object_list"]]


def test_finding(packer: Client) -> None:
    make_product(sku="A")
    make_product(sku="B")
    first = make_order({"A": 1}, email="one@example.com", delivery=ADDRESS | {"name": "Grace H"})
    second = make_order({"B": 1}, email="two@example.com")
    Order.objects.filter(pk=first.pk).update(placed_at=timezone.now() - timedelta(days=9))
    second.transition_to(OrderStatus.CANCELLED)
    everything = ["two@example.com", "one@example.com"]
    assert found(packer) == everything
    assert found(packer, q=first.number.lower()) == ["one@example.com"]
    assert found(packer, q="two@") == ["two@example.com"]
    assert found(packer, q="grace") == ["one@example.com"]
    assert found(packer, q="b") == ["two@example.com"] or found(packer, q="B")
    assert found(packer, q="nobody") == []
    assert found(packer, status="cancelled") == ["two@example.com"]
    assert found(packer, status=["cancelled", "pending"]) == everything
    since = (timezone.localdate() - timedelta(days=2)).isoformat()
    assert found(packer, placed_at_from=since) == ["two@example.com"]


def test_listing__queries_do_not_grow_with_the_orders(
    packer: Client, django_assert_max_num_queries: Any
) -> None:
    make_product(sku="A", on_hand=50)
    for _ in range(6):
        make_order({"A": 1})
    packer.get(reverse("orders:index"))
    with django_assert_max_num_queries(18):
        packer.get(reverse("orders:index"))


@pytest.mark.parametrize("name", ["add", "edit", "delete", "copy", "history"])
def test_an_order_is_not_added_changed_or_deleted(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"orders:{name}", args=[1])


def test_orders_to_pack_are_counted_on_the_first_page(packer: Client, order: Order) -> None:
    advance(order, OrderStatus.PAID)
    assert "1 order to pack" in packer.get("/admin/").content.decode()


# --- Reading --------------------------------------------------------------------------------------


def test_reading(packer: Client, order: Order) -> None:
    html = inspect(packer, order)
    for text in ("£48.00", "£4.00", "£52.00", "SW1Y 4JH", "ada@example.com", "FLOW", "Placed"):
        assert text in html
    assert "Bank transfer" in html


def test_reading__after_payment(packer: Client, order: Order) -> None:
    act(packer, order, "paid")
    OrderEmail.objects.filter(kind=EmailKind.CONFIRMED).update(
        sent_at=None, last_error=Failure.SILENT, attempts=3
    )
    html = inspect(packer, order)
    assert Invoice.objects.get(order=order).number in html
    assert "trying again" in html
    assert "the mail server did not answer (3 tries)" in html
    assert "packer@example.com" in html


def test_reading__escapes_what_shoppers_wrote(packer: Client) -> None:
    make_product("Flow & <b>bold</b>", sku="FLOW")
    evil = "<script>alert(1)</script>"
    order = make_order({"FLOW": 1}, note=evil, delivery=ADDRESS | {"name": evil}, phone=evil)
    questions = [reverse("orders:action", args=[order.pk, name]) for name in ("paid", "cancel")]
    for address in questions:
        assert "<script>alert(1)" not in packer.get(address).content.decode()
    for html in (inspect(packer, order), packer.get(reverse("orders:index")).content.decode()):
        assert "<script>alert(1)" not in html
        assert "&lt;script&gt;alert(1)" in html
    assert "<b>bold</b>" not in inspect(packer, order)


def test_as_sold__shows_the_page_as_it_was(packer: Client, order: Order) -> None:
    page = ProductPage.objects.get()
    page.title = "Renamed since"
    page.save_revision().publish()
    line = order.lines.get()
    response = packer.get(reverse("orders:as_sold", args=[order.pk, line.pk]))
    assert response.status_code == 200
    html = response.content.decode()
    assert "Flow" in html
    assert "Renamed since" not in html


def test_as_sold__only_lines_of_the_order(packer: Client, order: Order) -> None:
    other = make_order({"FLOW": 1})
    address = reverse("orders:as_sold", args=[other.pk, order.lines.get().pk])
    assert packer.get(address).status_code == 404


# --- Acting ---------------------------------------------------------------------------------------


def test_history__in_words(packer: Client, order: Order) -> None:
    act(packer, order, "paid")
    act(packer, order, "sent")
    html = inspect(packer, order)
    assert "total: £52.00" in html
    assert "52.000" not in html


def test_page_title__names_the_order(packer: Client, order: Order) -> None:
    assert f"<title>Order {order.number}" in " ".join(inspect(packer, order).split()).replace(
        "<title> ", "<title>"
    )


def test_invoice__says_whether_it_is_ready(packer: Client, order: Order) -> None:
    act(packer, order, "paid")
    Invoice.objects.update(rendered_at=None)
    assert "being made" in inspect(packer, order)
    Invoice.objects.update(rendered_at=timezone.now())
    assert "being made" not in inspect(packer, order)


def test_the_way_of_an_order(packer: Client, order: Order) -> None:
    assert "is paid" in act(packer, order, "paid").content.decode()
    assert status(order) == "paid"
    assert Sku.objects.get().on_hand == 3
    act(packer, order, "sent")
    assert status(order) == "sent"
    act(packer, order, "delivered")
    assert status(order) == "delivered"
    actors = order.events.filter(what="status").values_list("actor__email", flat=True)
    assert list(actors) == ["packer@example.com"] * 3


def test_getting_an_action__changes_nothing(packer: Client, order: Order) -> None:
    for action in ("paid", "cancel"):
        response = packer.get(reverse("orders:action", args=[order.pk, action]))
        assert response.status_code == 200
        assert 'method="post"' in response.content.decode()
    assert status(order) == "pending"


@pytest.mark.parametrize(
    ("before", "action"),
    [
        ("pending", "sent"),
        ("pending", "delivered"),
        ("paid", "paid"),
        ("paid", "cancel"),
        ("paid", "delivered"),
        ("cancelled", "paid"),
        ("cancelled", "sent"),
    ],
)
def test_acting__out_of_turn(packer: Client, order: Order, before: str, action: str) -> None:
    if before != "pending":
        advance(order, OrderStatus(before))
    on_hand = Sku.objects.get().on_hand
    html = act(packer, order, action).content.decode()
    assert "This cannot be done" in html
    assert status(order) == before
    assert Sku.objects.get().on_hand == on_hand


def test_cancelling__frees_the_stock(packer: Client, order: Order) -> None:
    act(packer, order, "cancel")
    assert (status(order), Sku.objects.get().reserved) == ("cancelled", 0)


def test_marking_paid__only_what_staff_confirm(packer: Client, order: Order) -> None:
    order.payments.update(provider="stripe", reference="cs_1")
    assert "This cannot be done" in act(packer, order, "paid").content.decode()
    assert status(order) == "pending"
    assert "Mark as paid" not in inspect(packer, order)


def test_marking_paid__after_expiry_and_sold_out(packer: Client, order: Order) -> None:
    order.transition_to(OrderStatus.EXPIRED)
    stock.move("FLOW", -4, MovementReason.DAMAGED)
    html = act(packer, order, "paid").content.decode()
    assert "Not enough in stock any more: FLOW (1 left)" in html
    assert status(order) == "expired"
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("action", ["paid", "sent", "delivered", "cancel"])
def test_acting__needs_the_right(client: Client, order: Order, action: str) -> None:
    reader: User = make_user("reader@example.com")
    names = ["access_admin", "view_order"]
    reader.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(reader)
    assert inspect(client, order)
    client.post(reverse("orders:action", args=[order.pk, action]))
    assert status(order) == "pending"


def test_acting__unknown(packer: Client, order: Order) -> None:
    assert packer.post(f"/admin/orders/{order.pk}/refund-everything/").status_code == 404
    assert packer.post("/admin/orders/999999/sent/").status_code == 404


# --- Sold pages stay ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleting_a_sold_page__is_refused(boss: Client, order: Order, method: str) -> None:
    page = ProductPage.objects.get()
    url = reverse("wagtailadmin_pages:delete", args=[page.pk])
    response = getattr(boss, method)(url, follow=True)
    assert response.redirect_chain == [
        (reverse("wagtailadmin_pages:unpublish", args=[page.pk]), 302)
    ]
    assert "must show what was sold" in response.content.decode()
    assert ProductPage.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleting_its_category__is_refused(boss: Client, order: Order, method: str) -> None:
    category = ProductPage.objects.get().get_parent()
    url = reverse("wagtailadmin_pages:delete", args=[category.pk])
    response = getattr(boss, method)(url, {"wagtail_site_name": "Bowerbird"}, follow=True)
    assert response.redirect_chain == [
        (reverse("wagtailadmin_pages:unpublish", args=[category.pk]), 302)
    ]
    html = response.content.decode()
    assert f"“{category.title}” stays: orders refer to it or to pages below it" in html
    assert ProductPage.objects.exists()


def test_deleting_its_category_in_bulk__is_refused(boss: Client, order: Order) -> None:
    category = ProductPage.objects.get().get_parent()
    other = make_category("Other")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    address = f"{url}?id={category.pk}&id={other.pk}&next=/admin/"
    response = boss.post(address, follow=True)
    assert response.status_code == 200
    assert "must show what was sold" in response.content.decode()
    assert category.get_children().exists()
    assert type(other).objects.filter(pk=other.pk).exists()


def test_deleting_in_bulk__is_refused(boss: Client, order: Order) -> None:
    sold = ProductPage.objects.get()
    unsold = make_product("Unsold")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = boss.post(f"{url}?id={sold.pk}&id={unsold.pk}&next=/admin/", follow=True)
    assert "must show what was sold" in response.content.decode()
    assert ProductPage.objects.count() == 2


def test_deleting_an_unsold_page(boss: Client, order: Order) -> None:
    unsold = make_product("Unsold", category=make_category("Other"))
    boss.post(reverse("wagtailadmin_pages:delete", args=[unsold.pk]))
    assert not ProductPage.objects.filter(pk=unsold.pk).exists()


def test_deleting_a_sold_page__by_a_script(order: Order) -> None:
    with pytest.raises(ProtectedError):
        ProductPage.objects.get().delete()
    assert ProductPage.objects.exists()
    assert order.lines.get().amount == Decimal(48)
