"""VAT numbers looked up afterwards, and never in anybody's way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.tests.factories import make_user
from checkout import vat_checks, vies
from checkout.models import Order, VatCheck, VatCheckState
from checkout.models.vat_checks import MAX_ATTEMPTS
from checkout.tests.factories import ADDRESS, make_order
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
GERMAN = ADDRESS | {"country": "DE", "city": "Bremen", "postcode": "28195"}
NUMBER = "DE136695976"
Reply = tuple[int, bytes]


class TaxOffice(HTTPServer):
    """What VIES would be: answers as it is told, and remembers what it was asked."""

    reply: Reply = (200, b'{"valid": true, "name": "Bremer Bilder GmbH"}')

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.asked: list[Any] = []


class _Desk(BaseHTTPRequestHandler):
    server: TaxOffice

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        status, reply = self.server.reply
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *args: Any) -> None:
        """Silence."""


@pytest.fixture
def office(settings: Settings) -> Iterator[TaxOffice]:
    with TaxOffice() as server:
        settings.VIES_URL = f"http://127.0.0.1:{server.server_port}/rest-api"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def place(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., Order]:
    """Places an order of a German company with a shop in France; `execute`: with its tasks."""
    set_up_shop(country="FR")
    make_product(sku="WAVES", price="12.00")

    def place(*, execute: bool = True, **changes: Any) -> Order:
        details: dict[str, Any] = {"delivery": GERMAN, "vat_number": NUMBER} | changes
        with django_capture_on_commit_callbacks(execute=execute):
            return make_order({"WAVES": 1}, **details)

    return place


def test_check__off_by_default(place: Callable[..., Order]) -> None:
    order = place()
    assert order.vat_number == NUMBER
    assert not VatCheck.objects.exists()


@pytest.mark.parametrize(
    ("reply", "state", "name"),
    [
        pytest.param(
            {"valid": True, "name": "Bremer Bilder"}, "valid", "Bremer Bilder", id="valid"
        ),
        pytest.param({"valid": True, "name": "---"}, "valid", "", id="its name is not told"),
        pytest.param({"valid": True, "name": None}, "valid", "", id="without a name"),
        pytest.param({"valid": True, "name": "x\x00" * 500}, "valid", "x" * 200, id="odd name"),
        pytest.param({"valid": False}, "invalid", "", id="invalid"),
    ],
)
def test_check__answered(
    place: Callable[..., Order], office: TaxOffice, reply: Any, state: str, name: str
) -> None:
    office.reply = (200, json.dumps(reply).encode())
    order = place()

    check = VatCheck.objects.get()
    assert (check.order, check.state, check.name) == (order, state, name)
    assert check.checked_at is not None
    assert office.asked == [
        ("/rest-api/check-vat-number", {"countryCode": "DE", "vatNumber": "136695976"})
    ]
    event = order.events.get(what="vat_number")
    assert event.data == {"number": NUMBER, "state": state}
    assert (order.tax, order.total) == (0, Decimal("13.33"))  # whatever the answer was
    assert vat_checks.due() == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param((500, b"{}"), id="broken"),
        pytest.param((200, b'{"actionSucceed": false, "errorWrappers": []}'), id="office closed"),
        pytest.param((200, b"<html>"), id="no JSON"),
        pytest.param((200, b"\xff\xfe"), id="no text"),
        pytest.param((200, b"[]"), id="a list"),
        pytest.param((200, b'{"valid": "yes"}'), id="neither true nor false"),
        pytest.param((302, b'{"valid": true}'), id="somewhere else"),
    ],
)
def test_check__no_answer(place: Callable[..., Order], office: TaxOffice, reply: Reply) -> None:
    office.reply = reply
    order = place()

    check = VatCheck.objects.get()
    assert (check.state, check.attempts, check.checked_at) == ("unavailable", 1, None)
    assert not order.events.filter(what="vat_number").exists()
    assert vat_checks.due() == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert vat_checks.due() == [check.pk]
        office.reply = TaxOffice.reply
        vat_checks.check(check.pk)
    check.refresh_from_db()
    assert check.state == VatCheckState.VALID


def test_check__nobody_listens(place: Callable[..., Order], settings: Settings) -> None:
    settings.VIES_URL = "http://127.0.0.1:1"
    place()
    assert VatCheck.objects.get().state == VatCheckState.UNAVAILABLE


def test_check__given_up_in_the_end(place: Callable[..., Order], office: TaxOffice) -> None:
    office.reply = (500, b"")
    place()
    VatCheck.objects.update(attempts=MAX_ATTEMPTS, due_at=timezone.now())

    vat_checks.check(VatCheck.objects.get().pk)

    assert vat_checks.due() == []
    assert len(office.asked) == 1


def test_check__one_worker_asks(
    place: Callable[..., Order], office: TaxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(execute=False)
    [pk] = vat_checks.due()
    answers: list[str] = []

    def look_up(number: str) -> vies.Answer:
        answers.append(number)
        vat_checks.check(pk)  # a second worker, meanwhile
        return vies.Answer(True)

    monkeypatch.setattr(vies, "look_up", look_up)
    vat_checks.check(pk)

    assert answers == [NUMBER]


def test_check__staff_see_it(
    client: Client, place: Callable[..., Order], office: TaxOffice
) -> None:
    order = place()
    client.force_login(make_user("packer@example.com", "Fulfilment"))

    page = " ".join(client.get(reverse("orders:inspect", args=[order.pk])).text.split())

    assert "Reverse charge" in page
    assert f"<code>{NUMBER}</code>: valid when the order was placed (Bremer Bilder GmbH)" in page
