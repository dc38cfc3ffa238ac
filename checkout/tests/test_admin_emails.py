"""Staff see which e-mails do not arrive, correct the address, and send again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout.models import Order, OrderEmail
from checkout.models.order_emails import TROUBLE_AFTER
from checkout.tests.factories import make_order
from content.mail_server import Failure
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


@pytest.fixture
def capture(django_capture_on_commit_callbacks: Any) -> Any:
    return django_capture_on_commit_callbacks


@pytest.fixture
def email() -> OrderEmail:
    """Refused: there is no such mailbox."""
    make_product("Flow", sku="FLOW")
    order = make_order({"FLOW": 1}, email="ada@exmaple.com")
    OrderEmail.objects.update(failed_at=timezone.now(), attempts=1, last_error=Failure.ADDRESS)
    return order.emails.get()


def inspect(client: Client, order: Order) -> str:
    return client.get(reverse("orders:inspect", args=[order.pk])).content.decode()


def address(order: Order, name: str = "address", *more: int) -> str:
    return reverse(f"orders:{name}", args=[order.pk, *more])


def in_trouble(client: Client) -> list[Order]:
    return list(
        client.get(reverse("orders:index"), {"todo": "email_trouble"}).context["object_list"]
    )


def test_log__says_what_became_of_it(packer: Client, email: OrderEmail) -> None:
    html = inspect(packer, email.order)

    assert "given up" in html
    assert "the mail server does not take this address (1 try)" in html
    assert address(email.order, "email", email.pk) in html


def test_log__says_what_went_out(packer: Client, email: OrderEmail) -> None:
    OrderEmail.objects.update(
        failed_at=None, sent_at=timezone.now(), subject="S <b>", sent_to="old@example.com"
    )

    html = inspect(packer, email.order)

    assert "S &lt;b&gt;" in html
    assert "to old@example.com" in html


def test_trouble__on_the_first_page_and_in_the_listing(packer: Client, email: OrderEmail) -> None:
    make_order({"FLOW": 1})

    assert "E-mail does not arrive: 1 order" in packer.get("/admin/").content.decode()
    assert in_trouble(packer) == [email.order]


@pytest.mark.parametrize(
    ("state", "is_shown"),
    [
        pytest.param({"attempts": TROUBLE_AFTER}, True, id="failing for long"),
        pytest.param({"attempts": TROUBLE_AFTER - 1}, False, id="failing for a moment"),
        pytest.param({"attempts": 9, "sent_at": timezone.now()}, False, id="arrived at last"),
    ],
)
def test_trouble__begins_after_a_while(
    packer: Client, email: OrderEmail, state: dict[str, Any], is_shown: bool
) -> None:
    OrderEmail.objects.update(**({"failed_at": None} | state))

    assert bool(in_trouble(packer)) is is_shown


def test_address__corrected_and_sent_again(
    packer: Client,
    email: OrderEmail,
    mailoutbox: list[Any],
    capture: Any,
) -> None:
    with capture(execute=True):
        packer.post(address(email.order), {"email": "ada@example.com", "again": "on"})

    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
    assert in_trouble(packer) == []
    assert "before: ada@exmaple.com, now: ada@example.com" in inspect(packer, email.order)


@pytest.mark.parametrize("wrong", ["", "ada", "ada@example", "a@example.com\nBcc: b@example.com"])
def test_address__wrong(packer: Client, email: OrderEmail, wrong: str) -> None:
    response = packer.post(address(email.order), {"email": wrong, "again": "on"})

    assert response.status_code == 422
    assert Order.objects.get().email == "ada@exmaple.com"
    assert OrderEmail.objects.get().failed_at is not None


def test_again__asked_first_then_sent(
    packer: Client,
    email: OrderEmail,
    mailoutbox: list[Any],
    capture: Any,
) -> None:
    url = address(email.order, "email", email.pk)
    assert "ada@exmaple.com" in packer.get(url).content.decode()
    assert OrderEmail.objects.get().failed_at is not None

    with capture(execute=True):
        assert packer.post(url).status_code == 302

    assert len(mailoutbox) == 1
    assert "E-mail sent again" in inspect(packer, email.order)


def test_again__only_of_this_order(packer: Client, email: OrderEmail) -> None:
    other = make_order({"FLOW": 1})

    assert packer.post(address(other, "email", email.pk)).status_code == 404


@pytest.mark.parametrize("role", ["Editors", "Marketers"])
def test_others_may_not(client: Client, email: OrderEmail, role: str) -> None:
    client.force_login(make_user("other@example.com", role))
    values = {"email": "evil@example.com", "again": "on"}

    client.post(address(email.order), values)
    client.post(address(email.order, "email", email.pk))

    assert Order.objects.get().email == "ada@exmaple.com"
    assert OrderEmail.objects.get().failed_at is not None
