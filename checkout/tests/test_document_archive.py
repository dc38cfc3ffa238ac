"""A document is kept as it was rendered: what was lost or changed is told, and mended by staff."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import emails, invoices, settling
from checkout.documents import archive
from checkout.documents.archive import DocumentDamaged, DocumentSound
from checkout.documents.parties import Parties
from checkout.models import Invoice, Order, OrderEmail
from checkout.tests.factories import make_order
from content.models import ShopSettings
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

OF_NO_FILE = "0" * 64


@pytest.fixture
def invoice() -> Invoice:
    """Issued, not rendered."""
    set_up_shop(company="Bower Ltd", vat_number="GB123456789", address="1 Bird Lane\nLondon")
    make_product("Waves", sku="WAVES", price="12.00")
    order = make_order({"WAVES": 2})
    settling.mark_paid_by_hand(order, None)
    return Invoice.objects.get(order=order)


@pytest.fixture
def kept(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> Invoice:
    """With a file, made in no time."""
    monkeypatch.setattr(invoices, "render_pdf", lambda invoice: b"%PDF-as rendered")
    return invoices.rendered(invoice)


def damage(invoice: Invoice, how: str) -> None:
    path = Path(invoice.pdf.path)
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"rendered", b"tampered"))


def events(invoice: Invoice, what: str) -> list[dict[str, Any]]:
    return [event.data for event in invoice.order.events.filter(what=what)]


# --- Kept ----------------------------------------------------------------------------------------


def test_kept__with_the_hash_of_its_file(kept: Invoice) -> None:
    assert kept.sha256 == hashlib.sha256(b"%PDF-as rendered").hexdigest()
    assert Path(kept.pdf.path).read_bytes() == invoices.content(kept) == b"%PDF-as rendered"


def test_kept__whatever_the_layout_does_later(
    kept: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoices, "render_pdf", lambda invoice: b"%PDF-of tomorrow")

    assert invoices.content(Invoice.objects.get()) == b"%PDF-as rendered"


def test_kept__once_also_when_a_claim_runs_out(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker is so slow that another takes over: what that one kept stays, alone."""

    def slow(one: Invoice) -> bytes:
        Invoice.objects.update(claimed_until=None)
        monkeypatch.setattr(invoices, "render_pdf", lambda invoice: b"%PDF-by the other")
        invoices.rendered(Invoice.objects.get())
        return b"%PDF-by the slow one"

    monkeypatch.setattr(invoices, "render_pdf", slow)

    kept = invoices.rendered(invoice)

    assert invoices.content(kept) == b"%PDF-by the other"
    assert kept.sha256 == hashlib.sha256(b"%PDF-by the other").hexdigest()
    others = [
        path
        for path in Path(kept.pdf.path).parent.iterdir()
        if b"the slow one" in path.read_bytes()
    ]
    assert others == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"sha256": "a" * 64}, id="a hash without a file"),
        pytest.param(
            {"pdf": "invoices/x.pdf", "rendered_at": timezone.now()}, id="a file without a hash"
        ),
        pytest.param({"pdf": "invoices/x.pdf", "sha256": "a" * 64}, id="never rendered"),
    ],
)
def test_kept__whole_or_not_at_all(invoice: Invoice, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Invoice.objects.filter(pk=invoice.pk).update(**fields)


# --- Damaged -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["lost", "changed"])
def test_damaged__told_and_not_made_anew(
    kept: Invoice, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage(kept, how)
    invoices_before = Invoice.objects.values("pdf", "sha256", "rendered_at").get()

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            with pytest.raises(DocumentDamaged, match=how):
                invoices.content(Invoice.objects.get())

    assert Invoice.objects.values("pdf", "sha256", "rendered_at").get() == invoices_before
    assert Invoice.objects.get().damaged_at is not None
    assert events(kept, "document_damaged") == [{"number": kept.number, "damage": how}]
    assert [record.levelname for record in caplog.records if how in record.message] == ["ERROR"] * 2


def test_damaged__put_back_from_a_backup(kept: Invoice) -> None:
    copy = Path(kept.pdf.path).read_bytes()
    damage(kept, "lost")
    with pytest.raises(DocumentDamaged):
        invoices.content(kept)

    Path(kept.pdf.path).write_bytes(copy)

    assert invoices.content(Invoice.objects.get()) == copy
    assert Invoice.objects.get().damaged_at is None


def test_damaged__the_shopper_is_told_calmly(client: Client, kept: Invoice) -> None:
    damage(kept, "changed")

    response = client.get(kept.get_absolute_url())

    assert (response.status_code, response["Location"]) == (302, kept.order.get_absolute_url())
    assert "cannot be shown just now" in str(next(iter(get_messages(response.wsgi_request))))


def test_damaged__is_not_sent_by_mail(kept: Invoice, mailoutbox: list[Any]) -> None:
    damage(kept, "changed")
    email = OrderEmail.objects.get(order=kept.order, kind="confirmed")

    with pytest.raises(DocumentDamaged):
        emails.send(email.pk)

    email.refresh_from_db()
    assert (mailoutbox, email.sent_at, email.last_error) == ([], None, "other")


# --- Rendered again ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["lost", "changed"])
def test_again__recorded_and_what_was_there_is_kept(kept: Invoice, how: str) -> None:
    damage(kept, how)
    before = Path(kept.pdf.path)
    there = before.read_bytes() if before.exists() else None
    was = kept.sha256
    manager = make_user("manager@example.com")

    archive.render_again(kept, lambda invoice: b"%PDF-once more", manager)

    kept = Invoice.objects.get()
    now = hashlib.sha256(b"%PDF-once more").hexdigest()
    assert (kept.sha256, kept.damaged_at, invoices.content(kept)) == (now, None, b"%PDF-once more")
    assert events(kept, "document_rendered_again") == [
        {"number": kept.number, "damage": how, "was": was, "now": now}
    ]
    assert kept.order.events.get(what="document_rendered_again").actor == manager
    if there is not None:
        assert before.read_bytes() == there


def test_again__never_where_nothing_is_wrong(kept: Invoice) -> None:
    before = Invoice.objects.values().get()

    with pytest.raises(DocumentSound):
        archive.render_again(kept, lambda invoice: pytest.fail("rendered"), None)

    assert Invoice.objects.values().get() == before
    assert events(kept, "document_rendered_again") == []


def test_again__pressed_twice_at_once(kept: Invoice) -> None:
    """The second finds that the first has mended it; its own file goes, the first one's stays."""
    damage(kept, "lost")
    folder = Path(kept.pdf.path).parent
    others = set(folder.iterdir())

    def slow(invoice: Invoice) -> bytes:
        archive.render_again(Invoice.objects.get(), lambda invoice: b"%PDF-first", None)
        return b"%PDF-second"

    with pytest.raises(DocumentSound):
        archive.render_again(kept, slow, None)

    assert invoices.content(Invoice.objects.get()) == b"%PDF-first"
    assert len(set(folder.iterdir()) - others) == 1
    assert len(events(kept, "document_rendered_again")) == 1


# --- In the admin --------------------------------------------------------------------------------


def again(invoice: Invoice) -> str:
    return reverse("orders:document", args=[invoice.order_id, invoice.number])


def test_admin__shows_the_damage_and_mends_it(client: Client, kept: Invoice) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    order = reverse("orders:inspect", args=[kept.order_id])
    assert again(kept) not in client.get(order).content.decode()
    damage(kept, "lost")
    client.get(kept.get_absolute_url())

    assert again(kept) in client.get(order).content.decode()
    assert "Document damaged" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Its file is lost." in client.get(again(kept)).content.decode()
    assert Invoice.objects.get().sha256 == kept.sha256
    response = client.post(again(kept))

    assert response["Location"] == order
    assert invoices.content(Invoice.objects.get()) == b"%PDF-as rendered"
    page = client.get(order).content.decode()
    assert "Document made again" in page
    assert again(kept) not in page


def test_admin__leaves_a_sound_document_alone(client: Client, kept: Invoice) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    before = Invoice.objects.values().get()

    page = client.post(again(kept), follow=True).content.decode()

    assert "Nothing is wrong with this document" in page
    assert Invoice.objects.values().get() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_admin__only_for_those_who_answer_for_money(
    client: Client, kept: Invoice, method: str
) -> None:
    damage(kept, "lost")
    before = Invoice.objects.values().get()
    client.force_login(make_user("packer@example.com", "Fulfilment"))

    response = getattr(client, method)(again(kept))

    assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))
    assert Invoice.objects.values().get() == before


def test_admin__only_with_its_own_order(client: Client, kept: Invoice) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    other = make_order({"WAVES": 1})

    for address in (
        reverse("orders:document", args=[other.pk, kept.number]),
        reverse("orders:document", args=[kept.order_id, "INV-1999-00001"]),
    ):
        assert client.get(address).status_code == 404


# --- The facts -----------------------------------------------------------------------------------


def test_facts__stay_those_of_the_day_of_issue(invoice: Invoice) -> None:
    before = invoices.as_html(invoice)
    ShopSettings.objects.update(
        name="Nest", company="Nest GmbH", address="Elsewhere", vat_number="DE999999999"
    )

    Order.objects.update(email="corrected@example.com")

    after = invoices.as_html(Invoice.objects.get())

    bill = invoices.bill_of(invoice, invoice.order)
    assert bill.parties.email == "ada@example.com"
    assert after == before
    assert "Bower Ltd" in after
    assert "Nest" not in after


def test_facts__survive_the_database(invoice: Invoice) -> None:
    kept = Parties.kept(Invoice.objects.get().parties)

    assert kept == Parties.of(invoice.order)
    assert kept.seller.address_lines == ["1 Bird Lane", "London"]
    assert kept.buyer.lines == invoice.order.billing_address.as_lines()


def test_facts__of_a_later_version_are_passed_over() -> None:
    """A document that was issued by a newer shop, read by an older one."""
    assert Parties.kept({"seller": {"name": "Bower", "motto": "Blue"}}).seller.name == "Bower"
