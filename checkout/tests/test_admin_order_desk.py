"""What staff write on an order, where they send it instead, and who its customer is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from checkout import invoices, notes, sending
from checkout.models import Order, OrderAddress, OrderNote, OrderTag, Tracking
from checkout.readdressing import TaxedElsewhere, readdress
from checkout.status import OrderStatus
from checkout.tests.factories import ADDRESS, make_method, make_order, make_paid_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
ELSEWHERE = ADDRESS | {"name": "Grace Hopper", "line1": "1 Harbour Road", "postcode": "SW1A 1AA"}
FORM = {name: value for name, value in ELSEWHERE.items() if name != "country"}


@pytest.fixture
def packer(client: Client) -> User:
    user = make_user("packer@example.com", "Fulfilment", first_name="Pat", last_name="Packer")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _goods() -> None:
    make_product("Waves", sku="WAVES", price="12.00", on_hand=50)
    make_method("Standard", "4.00")


@pytest.fixture
def order() -> Order:
    return make_paid_order({"WAVES": 1})


def page(client: Client, order: Order) -> str:
    return client.get(reverse("orders:inspect", args=[order.pk])).content.decode()


def post(client: Client, view: str, order: Order, /, **data: Any) -> Any:
    return client.post(reverse(f"orders:{view}", args=[order.pk]), data)


def listed(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("orders:index"), query)
    return [order.number for order in response.context["object_list"]]


# --- Notes and tags ------------------------------------------------------------------------------


def test_note__by_whom_and_when(client: Client, packer: User, order: Order) -> None:
    response = post(client, "note", order, text="Wrap twice.\n<b>Fragile</b>")

    assert response.status_code == 302
    note = order.notes.get()
    assert (note.text, note.author) == ("Wrap twice.\n<b>Fragile</b>", packer)
    html = page(client, order)
    assert "Wrap twice.<br>&lt;b&gt;Fragile&lt;/b&gt;" in html
    assert "Pat Packer, " in html


def test_note__never_changes(order: Order) -> None:
    note = notes.add_note(order, "Once", None)

    note.text = "Twice"
    for change in (note.save, note.delete):
        with pytest.raises(TypeError):
            change()
    for query in (
        lambda: OrderNote.objects.update(text="Twice"),
        lambda: OrderNote.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            query()
    assert OrderNote.objects.get().text == "Once"


def test_note__is_kept_from_the_customer(client: Client, order: Order) -> None:
    notes.add_note(order, "difficult customer", None)
    notes.set_tags(order, ["watch-out"], None)
    sending.send(order, Tracking())

    seen = client.get(order.get_absolute_url()).content.decode()
    written = "".join(str(message.message()) for message in mail.outbox)

    for words in ("difficult customer", "watch-out"):
        assert words not in seen
        assert words not in written


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "a\0b"])
def test_note__nothing_to_say(client: Client, packer: User, order: Order, text: str) -> None:
    assert post(client, "note", order, text=text).status_code == 422
    assert not OrderNote.objects.exists()


def test_tags__are_set_shown_and_filtered_by(client: Client, packer: User, order: Order) -> None:
    other = make_order({"WAVES": 1})
    notes.set_tags(other, ["Fragile", "gift"], None)

    post(client, "tags", order, tags="fragile, VIP")

    assert sorted(order.tags.names()) == ["Fragile", "VIP"]
    assert ">VIP</a>" in page(client, order)
    assert "added: Fragile, VIP" in page(client, order)
    fragile, vip = (OrderTag.objects.get(name=name) for name in ("Fragile", "VIP"))
    assert listed(client, tags=fragile.pk) == [other.number, order.number]
    assert listed(client, tags=[fragile.pk, vip.pk]) == [other.number, order.number]
    assert listed(client, tags=vip.pk) == [order.number]
    assert listed(client, tags="nonsense") == []


def test_tags__taken_away(order: Order) -> None:
    notes.set_tags(order, ["a", "b"], None)
    notes.set_tags(order, ["b"], None)
    notes.set_tags(order, ["b"], None)

    assert [event.data for event in order.events.filter(what="tagged")] == [
        {"added": "a, b"},
        {"removed": "a"},
    ]


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param("x" * 41, id="too long"),
        pytest.param(",".join(str(n) for n in range(21)), id="too many"),
        pytest.param("a\0b", id="NUL"),
    ],
)
def test_tags__refused(client: Client, packer: User, order: Order, tags: str) -> None:
    assert post(client, "tags", order, tags=tags).status_code == 422
    assert not OrderTag.objects.exists()


# --- The delivery address ------------------------------------------------------------------------


def test_address__the_new_one_supersedes_the_old(
    client: Client, packer: User, order: Order
) -> None:
    placed = order.addresses.get(kind="delivery")

    assert post(client, "delivery", order, **FORM).status_code == 302

    changed = Order.objects.get(pk=order.pk)
    assert changed.delivery_address.as_dict() == ELSEWHERE
    assert changed.billing_address.as_dict() == ADDRESS
    assert changed.earlier_addresses == [placed]
    assert OrderAddress.objects.get(pk=placed.pk).as_dict() == ADDRESS
    event = order.events.get(what="readdressed")
    assert (event.actor, event.data) == (packer, {"version": 2})
    html = page(client, order)
    assert "1 Harbour Road" in html
    assert "Changed; before that" in html


def test_address__the_invoice_keeps_its_own(order: Order) -> None:
    before = invoices.as_html(order.invoice)

    readdress(order, ELSEWHERE)

    assert invoices.as_html(order.invoice) == before
    assert "1 Harbour Road" not in before


def test_address__unchanged_writes_nothing(client: Client, packer: User, order: Order) -> None:
    same = {name: value for name, value in ADDRESS.items() if name != "country"}

    post(client, "delivery", order, **same)

    assert order.addresses.count() == 2
    assert not order.events.filter(what="readdressed").exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param({"postcode": "75001"}, "not a postcode of the country", id="postcode"),
        pytest.param({"name": ""}, "Enter the name.", id="no name"),
        pytest.param({"city": ""}, "Enter the town or city.", id="no town"),
        pytest.param({"line1": "x" * 161}, "at most 160", id="long"),
        pytest.param({"line1": "a\0b"}, "Null characters", id="NUL"),
    ],
)
def test_address__checked_as_in_the_checkout(
    client: Client, packer: User, order: Order, wrong: dict[str, str], message: str
) -> None:
    response = post(client, "delivery", order, **(FORM | wrong))

    assert response.status_code == 422
    assert message in response.content.decode()
    assert order.addresses.count() == 2


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(ADDRESS | {"country": "FR", "postcode": "75001"}, id="another country"),
        pytest.param(ADDRESS | {"postcode": "BT1 5GS"}, id="Northern Ireland"),
    ],
)
def test_address__not_where_tax_differs(order: Order, elsewhere: dict[str, str]) -> None:
    with pytest.raises(TaxedElsewhere):
        readdress(order, elsewhere)
    assert order.addresses.count() == 2


def test_address__of_another_country_is_not_taken(
    client: Client, packer: User, order: Order
) -> None:
    """The country is not asked for; a forged one is left alone."""
    post(client, "delivery", order, **FORM, country="FR")

    assert str(Order.objects.get(pk=order.pk).delivery_address.country) == "GB"


def test_address__stays_once_it_was_sent(client: Client, packer: User, order: Order) -> None:
    sending.send(order, Tracking())
    url = reverse("orders:delivery", args=[order.pk])

    for response in (client.get(url, follow=True), client.post(url, FORM, follow=True)):
        assert "The address stays" in response.content.decode()
    assert order.addresses.count() == 2
    assert url not in page(client, order)


@pytest.mark.parametrize("after", [OrderStatus.CANCELLED, OrderStatus.EXPIRED])
def test_address__stays_where_nothing_will_be_sent(
    client: Client, packer: User, after: OrderStatus
) -> None:
    order = make_order({"WAVES": 1})
    order.transition_to(after)

    post(client, "delivery", order, **FORM)

    assert order.addresses.count() == 2


def test_address__the_database_keeps_versions_apart(order: Order) -> None:
    readdress(order, ELSEWHERE)

    for kind, version in (("delivery", 2), ("billing", 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderAddress(order=order, kind=kind, version=version, **ADDRESS).save()


def test_address__needs_the_right(client: Client, order: Order) -> None:
    client.force_login(make_user("editor@example.com", "Editors"))

    for name, data in (("delivery", FORM), ("note", {"text": "x"}), ("tags", {"tags": "x"})):
        assert post(client, name, order, **data).status_code in (302, 403)

    assert order.addresses.count() == 2
    assert not OrderNote.objects.exists()
    assert not OrderTag.objects.exists()


# --- The customer --------------------------------------------------------------------------------


def test_customer__their_other_orders(client: Client, packer: User) -> None:
    user = make_user("grace@example.com")
    order = make_order({"WAVES": 1}, email="Ada@Example.com", user=user)
    same_email = make_paid_order({"WAVES": 2}, email="ada@example.com")
    same_account = make_order({"WAVES": 1}, email="other@example.com", user=user)
    stranger = make_paid_order({"WAVES": 1}, email="ada@example.org")
    earlier = timezone.now() - timedelta(days=9)
    Order.objects.filter(pk=same_email.pk).update(placed_at=earlier)

    html = page(client, order)

    assert "2 other orders, £28.00 paid:" in html
    assert html.index(same_account.number) < html.index(same_email.number)
    assert stranger.number not in html
    assert "Their only order so far." in page(client, stranger)


def test_order_page__queries_do_not_grow(client: Client, packer: User) -> None:
    """With lines, notes, tags, versions of the address, and orders of the same customer."""
    for code in "ABC":
        make_product(f"Print {code}", sku=code, on_hand=9)
    simple = make_paid_order({"A": 1}, email="one@example.com")
    crowded = make_paid_order({"A": 1, "B": 1, "C": 1})
    for number in range(3):
        make_order({"WAVES": 1})
        notes.add_note(crowded, f"Note {number}", packer)
        notes.set_tags(crowded, [f"tag {n}" for n in range(number)], packer)
        readdress(crowded, ADDRESS | {"line2": f"Floor {number}"}, packer)
    for order in (simple, crowded):
        notes.add_note(order, "First", packer)
        notes.set_tags(order, ["a tag"], packer)
    page(client, simple)

    with CaptureQueriesContext(connection) as few:
        page(client, simple)
    with CaptureQueriesContext(connection) as many:
        page(client, crowded)

    assert len(many) == len(few) < 45
