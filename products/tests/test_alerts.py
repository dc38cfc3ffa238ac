""" "Tell me when it's back": who may ask, who is told, how often, and what is forgotten."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from products import alerts, stock, tasks
from products.models import MovementReason, ProductPage, Sku, StockAlert
from products.tests.factories import make_option, make_product, make_variant

pytestmark = pytest.mark.django_db
CODE = "TIDE"
ADA = "ada@example.com"


@pytest.fixture
def page() -> ProductPage:
    return make_product("Tidal Drift", sku=CODE, on_hand=0)


def press(client: Client, page: ProductPage, email: str = ADA, sku: str = CODE) -> HttpResponse:
    data = {"item": sku, "page": page.pk, "email": email}
    response: HttpResponse = client.post("/stock-alerts/", data)  # type: ignore[assignment]
    return response


def wait(page: ProductPage, *names: str, code: str = CODE) -> list[StockAlert]:
    """They asked, one after the other, and confirmed."""
    now = timezone.now()
    return [
        StockAlert.objects.create(
            sku=Sku.objects.get(code=code),
            page=page,
            email=f"{name}@example.com",
            language="en",
            asked_at=now - timedelta(hours=len(names) - place),
            confirmed_at=now,
        )
        for place, name in enumerate(names)
    ]


def receive(units: int, code: str = CODE) -> None:
    stock.move(code, units, MovementReason.RECEIVED)


def told(mailoutbox: list[EmailMultiAlternatives]) -> list[str]:
    return [message.to[0].split("@")[0] for message in mailoutbox]


def link_in(message: EmailMultiAlternatives) -> str:
    found = re.search(r"http://\S+(/stock-alerts/\S+/)", str(message.body))
    assert found
    return found[1]


# --- Asking ---------------------------------------------------------------------------------


def test_ask__is_confirmed_by_its_owner_and_then_told_once(
    client: Client,
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = press(client, page, " Ada@Example.com ")
    assert (response.status_code, response["Location"]) == (302, f"{page.url}?sku={CODE}")
    [question] = mailoutbox
    assert question.to == [ADA]
    assert question.subject.startswith("Shall we tell you when “Tidal Drift” is back?")
    link = link_in(question)

    with django_capture_on_commit_callbacks(execute=True):
        assert "Yes, tell me" in client.get(link).content.decode()
        receive(1)
        stock.move(CODE, -1, MovementReason.DAMAGED)
    assert len(mailoutbox) == 1  # a link that was only opened is no yes

    client.post(link)
    with django_capture_on_commit_callbacks(execute=True):
        receive(2)
    [_, news] = mailoutbox
    assert news.subject.startswith("“Tidal Drift” is back")
    assert f"{page.full_url}?sku={CODE}" in str(news.body)
    assert not StockAlert.objects.exists()
    assert client.get(link).status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        receive(5)
    assert len(mailoutbox) == 2


def test_ask__the_same_answer_whoever_it_is(page: ProductPage) -> None:
    wait(page, "known")
    StockAlert.objects.create(
        sku=Sku.objects.get(), page=page, email="asked@example.com", language="en"
    )

    answers = [press(Client(), page, f"{who}@example.com") for who in ("known", "asked", "new")]

    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    said = {str(*get_messages(answer.wsgi_request)) for answer in answers}  # type: ignore[attr-defined]
    assert [text[:33] for text in said] == ["Please look into your inbox: we h"]
    assert StockAlert.objects.count() == 3


def test_ask__twice_is_one_question_an_hour(
    client: Client,
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
) -> None:
    def ask() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            press(client, page)

    ask()
    ask()
    assert len(mailoutbox) == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        ask()
    assert len(mailoutbox) == 2
    assert len({message.extra_headers["Message-ID"] for message in mailoutbox}) == 1
    assert StockAlert.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"email": "nonsense"}, 422, id="no address"),
        pytest.param({"email": ""}, 422, id="nothing typed"),
        pytest.param({"email": "a\x00@example.com"}, 422, id="NUL in the address"),
        pytest.param({"email": "a@example.com\nBcc: b@example.com"}, 422, id="another header"),
        pytest.param({"item": "a\x00"}, 422, id="NUL in the SKU"),
        pytest.param({"item": "OTHER"}, 404, id="a SKU that the page does not sell"),
        pytest.param({"page": "9" * 30}, 422, id="a page beyond counting"),
        pytest.param({"page": "x"}, 422, id="no page"),
        pytest.param({"page": "999999"}, 404, id="a page that is not there"),
    ],
)
def test_ask__refuses_what_makes_no_sense(
    client: Client, page: ProductPage, changes: dict[str, str], status: int
) -> None:
    make_product(sku="OTHER", on_hand=0)
    data = {"item": CODE, "page": str(page.pk), "email": ADA} | changes

    assert client.post("/stock-alerts/", data).status_code == status
    assert not StockAlert.objects.exists()


def test_ask__by_get_is_no_question(client: Client) -> None:
    assert client.get("/stock-alerts/").status_code == 405


def test_ask__of_what_is_there_is_not_kept(client: Client, page: ProductPage) -> None:
    receive(1)

    assert press(client, page).status_code == 302
    assert not StockAlert.objects.exists()


def test_ask__not_too_often(client: Client, page: ProductPage, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"stock_alert": "10/m/ip,2/h/key"}

    statuses = [press(client, page).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    assert press(client, page, "ben@example.com").status_code == 302


# --- Telling --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        pytest.param([1], "abc", id="one unit, three people"),
        pytest.param([2], "abcdef", id="two units, six people"),
        pytest.param([9], "abcdefgh", id="more than are waiting"),
        pytest.param([1, 1], "abcdef", id="one, and another one"),
    ],
)
def test_restock__tells_three_a_unit_oldest_first(
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
    units: list[int],
    expected: str,
) -> None:
    wait(page, *"abcdefgh")

    for some in units:
        with django_capture_on_commit_callbacks(execute=True):
            receive(some)

    assert told(mailoutbox) == list(expected)
    assert StockAlert.objects.count() == 8 - len(expected)


def test_restock__a_promise_given_back_is_one_too(
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
) -> None:
    receive(2)
    stock.reserve({CODE: 2})
    wait(page, *"abcd")

    with django_capture_on_commit_callbacks(execute=True):
        stock.release({CODE: 1})

    assert told(mailoutbox) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: receive(3), id="all of it is owed to others"),
        pytest.param(lambda: stock.edit(CODE, weight=9), id="another weight"),
        pytest.param(lambda: stock.move(CODE, -1, MovementReason.DAMAGED), id="one less"),
    ],
)
def test_restock__nobody_is_told_what_is_not_so(page: ProductPage, change: Any) -> None:
    stock.move(CODE, -3, MovementReason.DAMAGED)
    wait(page, "a")

    change()

    assert not StockAlert.objects.due().exists()


def test_restock__back_orders_have_no_last_unit(page: ProductPage) -> None:
    wait(page, *"abcd")

    stock.edit(CODE, backorders_allowed=True)

    assert StockAlert.objects.due().count() == 4


def test_restock__rolled_back_with_its_transaction(page: ProductPage) -> None:
    wait(page, "a")

    with transaction.atomic():
        receive(1)
        assert StockAlert.objects.due().exists()
        transaction.set_rollback(True)

    assert not StockAlert.objects.due().exists()


def test_restock__only_its_own_sku(page: ProductPage) -> None:
    size = make_option("Size", "A4", "A3")
    other = make_product(
        variants=[make_variant("A4", "9.00", size[0]), make_variant("A3", "9.00", size[1])],
        on_hand=0,
    )
    wait(page, "a")
    wait(other, "b", code="A4")
    wait(other, "c", code="A3")

    receive(1, "A3")

    assert [alert.email for alert in StockAlert.objects.due()] == ["c@example.com"]


def test_send__sold_out_again_they_go_on_waiting(
    page: ProductPage, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    wait(page, "a")
    receive(1)
    stock.reserve({CODE: 1})

    tasks.send_due_alerts()
    [alert] = StockAlert.objects.all()
    assert alerts.send(alert.pk) is False

    assert mailoutbox == []
    assert list(StockAlert.objects.waiting()) == [alert]


def test_send__what_was_lost_is_found_by_beat(
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
) -> None:
    wait(page, "a", "b")
    receive(1)  # and its tasks never ran

    with django_capture_on_commit_callbacks(execute=True):
        tasks.send_due_alerts()
        tasks.send_due_alerts()

    assert told(mailoutbox) == ["a", "b"]


def test_send__one_worker_at_a_time(page: ProductPage) -> None:
    [alert] = wait(page, "a")
    receive(1)
    with StockAlert.objects.due().claimed(alert.pk):
        assert alerts.send(alert.pk) is False
        assert alerts.due() == []
    assert alerts.due() == [alert.pk]


def test_send__a_failure_is_tried_again_and_names_nobody(
    page: ProductPage, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    [alert] = wait(page, "a")
    receive(1)

    with caplog.at_level(logging.DEBUG):
        tasks.send_alert(alert.pk)

    assert "alert" in caplog.text
    assert "example.com" not in caplog.text
    assert alerts.due() == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert alerts.due() == [alert.pk]


# --- Stopping and forgetting -----------------------------------------------------------------


def test_stop__a_link_alone_deletes_nothing_its_button_does(
    client: Client, page: ProductPage
) -> None:
    [alert] = wait(page, "a")
    url = f"/stock-alerts/{alerts.key_of(alert)}/"

    assert client.get(f"{url}stop/").status_code == 302
    assert StockAlert.objects.exists()

    response = client.post(f"{url}stop/")
    assert response.status_code == 200
    assert "Your address is not on our list" in response.content.decode()
    assert not StockAlert.objects.exists()
    assert client.post(f"{url}stop/").status_code == 200


def test_stop__by_the_mail_programme_itself(
    page: ProductPage,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        alerts.ask(Sku.objects.get(), page, ADA, "en")
    headers = mailoutbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")

    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post(path, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert not StockAlert.objects.exists()


@pytest.mark.parametrize("key", ["1", "1:forged", "x:y", "1:" + "a" * 300])
def test_link__forged(client: Client, page: ProductPage, key: str) -> None:
    wait(page, "a")

    assert client.get(f"/stock-alerts/{key}/").status_code == 404
    client.post(f"/stock-alerts/{key}/")
    client.post(f"/stock-alerts/{key}/stop/")

    assert StockAlert.objects.waiting().count() == 1


def test_forget__who_never_answered_and_who_waited_too_long(page: ProductPage) -> None:
    now = timezone.now()
    [fresh, old] = wait(page, "fresh", "old")
    silent = wait(page, "silent")[0]
    asked = wait(page, "asked")[0]
    StockAlert.objects.filter(pk__in=[silent.pk, asked.pk]).update(confirmed_at=None)
    StockAlert.objects.filter(pk=silent.pk).update(asked_at=now - timedelta(days=4))
    StockAlert.objects.filter(pk=old.pk).update(asked_at=now - timedelta(days=366))

    tasks.forget_old_alerts()

    assert set(StockAlert.objects.all()) == {fresh, asked}


# --- Where it stands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_hand", "shown"),
    [pytest.param(0, True, id="sold out"), pytest.param(3, False, id="there")],
)
def test_page__offers_it_where_something_is_sold_out(
    client: Client, page: ProductPage, on_hand: int, shown: bool
) -> None:
    stock.count(CODE, on_hand)
    html = client.get(page.url).content.decode()
    assert ('action="/stock-alerts/"' in html) is shown


def test_page__of_several_names_those_that_are_sold_out(client: Client) -> None:
    size = make_option("Size", "A4", "A3", "A2")
    page = make_product(
        variants=[
            make_variant(name, "9.00", value)
            for name, value in zip(("A4", "A3", "A2"), size, strict=True)
        ],
        on_hand=0,
    )
    stock.count("A3", 5)
    form = client.get(page.url).content.decode().split('action="/stock-alerts/"')[1]
    form = form.split("</form>")[0]
    assert re.findall(r'<option value="(\w+)"', form) == ["A4", "A2"]


def test_admin__says_how_many_wait(client: Client, page: ProductPage) -> None:
    from accounts.tests.factories import make_user

    client.force_login(make_user("packer@example.com", "Fulfilment"))
    wait(page, "a", "b")
    alerts.ask(Sku.objects.get(), page, ADA, "en")  # who has not said yes does not count
    sku = Sku.objects.get()

    assert vars(Sku.objects.with_waiting().get())["waiting"] == 2
    assert "People wait for it" in client.get(f"/admin/stock/inspect/{sku.pk}/").content.decode()
    listing = client.get("/admin/stock/", {"state": "wanted"}).content.decode()
    assert CODE in listing
