"""Invoices: numbers without a gap, a PDF made once and shown to nobody else."""

from __future__ import annotations

import re
import zlib
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import facturx
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.storage import storages
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import FileResponse
from django.test import Client
from django.utils import translation
from pypdf import PdfReader
from pytest_django import Settings

from basket.tests.test_coupons import make_coupon
from checkout import emails, invoices, numbering, pdf, settling, tasks
from checkout.documents import archive
from checkout.documents.archive import BeingRendered
from checkout.models import Invoice, InvoiceSeries, Order, OrderEmail
from checkout.status import OrderStatus
from checkout.tests.e_invoice_rules import broken_rules
from checkout.tests.factories import ADDRESS, make_order
from content.tests.factories import set_up_shop
from products.models import TaxClass
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> None:
    set_up_shop(company="Bower Ltd", vat_number="GB 123 4567 89", address="1 Bird Lane\nLondon")
    make_product("Waves", sku="WAVES", price="12.00", on_hand=100)


def make_invoice(**details: Any) -> Invoice:
    order = make_order({"WAVES": 2}, **details)
    settling.mark_paid_by_hand(order, None)
    return Invoice.objects.get(order=order)


def stored_files() -> set[str]:
    storage = storages["private"]
    return set(storage.listdir("invoices")[1]) if storage.exists("invoices") else set()


# --- Numbers -------------------------------------------------------------------------------------


@time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
def test_numbers__one_after_the_other(product: None) -> None:
    numbers = [make_invoice().number for _ in range(3)]

    assert numbers == ["INV-2026-00001", "INV-2026-00002", "INV-2026-00003"]
    assert InvoiceSeries.objects.get().next_number == 4


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "INV-2026-00002", id="last day"),
        pytest.param(datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "INV-2027-00001", id="new year"),
        pytest.param(datetime(2027, 7, 1, tzinfo=UTC), "INV-2027-00001", id="next summer"),
    ],
)
def test_numbers__a_new_series_each_year(product: None, moment: datetime, number: str) -> None:
    with time_machine.travel(datetime(2026, 11, 21, tzinfo=UTC), tick=False):
        make_invoice()
    with time_machine.travel(moment, tick=False):
        assert make_invoice().number == number


def test_numbers__rolled_back_leaves_no_gap(product: None) -> None:
    first = make_invoice()
    order = make_order({"WAVES": 1})
    with transaction.atomic():
        settling.mark_paid_by_hand(order, None)
        assert Invoice.objects.get(order=order).sequence == 2
        transaction.set_rollback(True)

    assert Order.objects.get(pk=order.pk).status == OrderStatus.PENDING
    assert [first.sequence, make_invoice().sequence] == [1, 2]
    settling.mark_paid_by_hand(order, None)
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_numbers__one_an_order(product: None) -> None:
    invoice = make_invoice()
    with transaction.atomic():
        assert invoices.issue(invoice.order) == invoice

    assert (Invoice.objects.count(), InvoiceSeries.objects.get().next_number) == (1, 2)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_numbers__in_a_transaction_only() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        numbering.allot("INV")

    assert InvoiceSeries.objects.count() == 0


def test_numbers__never_twice(product: None) -> None:
    invoice = make_invoice()
    other = make_order({"WAVES": 1})

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(order=other, series=invoice.series, sequence=invoice.sequence)


def test_event__names_the_number(product: None) -> None:
    invoice = make_invoice()

    assert invoice.order.events.get(what="invoice_issued").data == {"number": invoice.number}


# --- The PDF -------------------------------------------------------------------------------------


def test_pdf__made_once_and_kept(product: None, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = make_invoice()
    before = stored_files()

    first = invoices.rendered(invoice)
    monkeypatch.setattr(invoices, "render_pdf", lambda invoice: pytest.fail("rendered again"))
    again = invoices.rendered(Invoice.objects.get())
    tasks.render_invoice(invoice.pk)
    tasks.render_due_invoices()

    assert first.pdf.name == again.pdf.name
    assert first.rendered_at == again.rendered_at is not None
    assert len(stored_files() - before) == 1


def test_pdf__two_workers_at_once(product: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds it taken, and renders nothing."""
    invoice = make_invoice()
    before = stored_files()
    rendered: list[Invoice] = []

    def slow(one: Invoice) -> bytes:
        rendered.append(one)
        with pytest.raises(BeingRendered):
            invoices.rendered(Invoice.objects.get())
        assert invoices.due() == []
        return b"%PDF-slow"

    monkeypatch.setattr(invoices, "render_pdf", slow)

    assert invoices.content(invoice) == b"%PDF-slow"
    assert rendered == [invoice]
    assert len(stored_files() - before) == 1


def test_pdf__one_that_cannot_be_rendered_is_free_again(
    product: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice()

    def broken(one: Invoice) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr(invoices, "render_pdf", broken)
    with pytest.raises(OSError, match="disk full"):
        invoices.rendered(invoice)

    assert invoices.due() == [invoice.pk]


def test_address__waits_for_the_worker_that_renders_it(
    client: Client, product: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opens the invoice as soon as the page shows it gets the PDF, as other programs do."""
    invoice = make_invoice()
    monkeypatch.setattr(invoices, "render_pdf", lambda one: b"%PDF-late")
    claim = ExitStack()
    claim.enter_context(Invoice.objects.due().claimed(invoice.pk))
    monkeypatch.setattr(archive.time, "sleep", lambda seconds: claim.close())

    response = client.get(invoice.get_absolute_url())

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content) == b"%PDF-late"  # type: ignore[attr-defined]


def test_address__while_it_is_being_rendered(
    client: Client, product: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PATIENCE", 0)
    invoice = make_invoice()
    with Invoice.objects.due().claimed(invoice.pk):
        response = client.get(invoice.get_absolute_url(), follow=True)

    assert response.redirect_chain == [(invoice.order.get_absolute_url(), 302)]
    assert "being made" in response.content.decode()
    assert Invoice.objects.get().rendered_at is None


def test_email__waits_for_its_invoice(product: None, mailoutbox: list[EmailMessage]) -> None:
    invoice = make_invoice()
    email = invoice.order.emails.get(kind="confirmed")

    assert email.pk not in emails.due()
    assert emails.send(email.pk) is False
    assert mailoutbox == []
    assert OrderEmail.objects.get(pk=email.pk).attempts == 0

    tasks.render_invoice(invoice.pk)

    assert email.pk in emails.due()
    assert emails.send(email.pk) is True


def test_pdf__kept_where_no_address_leads(product: None) -> None:
    invoice = invoices.rendered(make_invoice())

    assert invoice.pdf.storage is storages["private"]
    media = storages["default"]
    assert not Path(invoice.pdf.path).is_relative_to(Path(media.path("")))


def test_pdf__tagged_titled_and_in_the_language(product: None) -> None:
    with translation.override("de"):
        invoice = make_invoice()
    content = invoices.render_pdf(invoice)

    assert content.startswith(b"%PDF-1.7")
    assert content.rstrip().endswith(b"%%EOF")
    objects = unpacked(content)
    for said in (
        b"<pdfuaid:part>1</pdfuaid:part>",
        b'pdfaid:part="3" pdfaid:conformance="A"',
        b"/MarkInfo <</Marked true>>",
        b"/StructTreeRoot",
        b"/S /TH",
        b"/Lang (de)",
        f"/Title (Invoice {invoice.number})".encode(),
    ):
        assert said in objects, said


def unpacked(content: bytes) -> bytes:
    """The streams of a PDF, those decompressed that can be: where its objects are described."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            stream = zlib.decompress(stream)
        found.append(stream)
    return b"\n".join(found)


def test_pdf__reaches_out_for_nothing() -> None:
    fetcher = pdf.OwnFontsOnly()
    for url in (
        "http://127.0.0.1/logo.png",
        "https://example.com/x.woff2",
        "file:///etc/passwd",
        (pdf.FONTS / "../css/invoice.css").as_uri(),
        "data:text/plain,x",
    ):
        with pytest.raises(ValueError, match="fetches nothing"):
            fetcher.fetch(url)


def test_pdf__what_costs_is_made_once_a_process(
    product: None, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """And workers are renewed: what Pango keeps for itself grows by some kilobytes an invoice."""
    invoice = make_invoice()
    invoices.render_pdf(invoice)

    for name in ("OwnFontsOnly", "FontConfiguration", "CSS"):
        monkeypatch.setattr(pdf, name, lambda *_, **__: pytest.fail("made again"))
    invoices.render_pdf(invoice)

    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert 0 < settings.CELERY_WORKER_MAX_TASKS_PER_CHILD <= 1000


def test_pdf__hostile_words_fetch_nothing(
    product: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever is typed as a title, an option or a name is text: only our fonts are read."""
    asked: list[str] = []
    real = pdf.OwnFontsOnly.fetch

    def fetch(self: pdf.OwnFontsOnly, url: str, headers: object = None) -> Any:
        asked.append(url)
        return real(self, url, headers)

    monkeypatch.setattr(pdf.OwnFontsOnly, "fetch", fetch)
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    make_product(f'"><img src="{secret.as_uri()}">', sku="EVIL")
    make_product(f'<link rel=attachment href="{secret.as_uri()}">', sku="EVIL-2")
    worse = "<style>@import url(http://127.0.0.1/x.css)</style><base href='//127.0.0.1/'>"
    inline = '<object data="data:text/html,x"></object><svg><image href="http://127.0.0.1"/></svg>'
    billing = ADDRESS | {"name": worse, "company": inline}
    order = make_order({"EVIL": 1, "EVIL-2": 1}, billing=billing)
    settling.mark_paid_by_hand(order, None)

    content = invoices.render_pdf(order.invoice)

    assert {url for url in asked if not url.startswith(pdf.FONTS.as_uri())} == set()
    assert b"SECRET" not in unpacked(content)
    assert list(PdfReader(BytesIO(content)).attachments) == ["factur-x.xml"]
    html = f'<link rel="attachment" href="{secret.as_uri()}"><img src="{secret.as_uri()}">x'
    assert b"SECRET" not in unpacked(pdf.render(html))
    assert secret.as_uri() in asked  # the control: it is asked, and refused


# --- The same facts for machines -----------------------------------------------------------------


def test_factur_x__is_found_within_and_holds_to_the_rules(product: None) -> None:
    make_product("Tides", sku="TIDES", price="9.99", tax_class=TaxClass.objects.get(code="reduced"))
    make_coupon("BIRD10")
    order = make_order({"WAVES": 2, "TIDES": 3}, "BIRD10")
    settling.mark_paid_by_hand(order, None)

    name, xml = facturx.get_xml_from_pdf(invoices.render_pdf(order.invoice))

    assert name == "factur-x.xml"
    assert broken_rules(xml) == []
    for said in (
        f"<ram:ID>{order.invoice.number}</ram:ID>",
        f"<ram:GrandTotalAmount>{order.total:.2f}</ram:GrandTotalAmount>",
        f'<ram:TaxTotalAmount currencyID="GBP">{order.tax:.2f}</ram:TaxTotalAmount>',
        "<ram:Reason>Discount (BIRD10)</ram:Reason>",
        "<ram:Reason>Delivery (Standard)</ram:Reason>",
        '<ram:ID schemeID="VA">GB123456789</ram:ID>',
        "<ram:Name>Ada Lovelace</ram:Name>",
    ):
        assert said in xml.decode(), said


def test_factur_x__is_an_alternative_of_the_page(product: None) -> None:
    root: Any = PdfReader(BytesIO(invoices.render_pdf(make_invoice()))).trailer["/Root"]

    [file] = root["/AF"]
    assert (file["/AFRelationship"], file["/UF"]) == ("/Alternative", "factur-x.xml")
    assert set(file["/EF"]) == {"/F", "/UF"}
    assert file["/EF"]["/F"]["/Subtype"] == "/text/xml"
    xmp = root["/Metadata"].get_data().decode()
    assert xmp.count("<rdf:RDF") == 1
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in xmp
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"


def test_factur_x__left_out_where_it_cannot_be(
    product: None, caplog: pytest.LogCaptureFixture
) -> None:
    """VAT charged by a shop without a number: the page is made all the same, and the log says."""
    set_up_shop(vat_number="")
    invoice = make_invoice()

    content = invoices.render_pdf(invoice)

    assert list(PdfReader(BytesIO(content)).attachments) == []
    assert f"{invoice.number} has no Factur-X" in caplog.text


def words_of(invoice: Invoice) -> str:
    """The invoice as one line of text."""
    html = invoices.as_html(invoice)
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


@time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
def test_content__says_what_the_law_asks(product: None) -> None:
    reduced = TaxClass.objects.get(code="reduced")
    make_product("Tides", sku="TIDES", price="10.00", tax_class=reduced)
    billing = ADDRESS | {"name": "Bower & Sons", "company": "Sons <Ltd>"}
    order = make_order({"WAVES": 2, "TIDES": 1}, billing=billing)
    settling.mark_paid_by_hand(order, None)

    text = words_of(order.invoice)

    for said in (
        "INV-2026-00001",
        "Bower Ltd",
        "1 Bird Lane",
        "GB 123 4567 89",
        "Sons <Ltd>",
        "Bower & Sons",
        "12 St James's Square",
        order.number,
        "Waves",
        "Tides",
        "£12.00",
        "£24.00",
        "20 %",
        "5 %",
        "£38.00",
    ):
        assert said in text, said
    for tax in order.taxes.all():
        assert f"£{tax.tax:.2f}" in text
        assert f"£{tax.net:.2f}" in text
    assert "21 November 2026" in text or "Nov. 21, 2026" in text


LYON = ADDRESS | {"line1": "3 rue Mercière", "city": "Lyon", "postcode": "69002", "country": "FR"}
OSLO = ADDRESS | {"line1": "Storgata 1", "city": "Oslo", "postcode": "0155", "country": "NO"}


@pytest.mark.parametrize(
    ("details", "category", "said"),
    [
        pytest.param(
            {"delivery": LYON, "billing": LYON, "vat_number": "FR40303265045"},
            "K",
            ["Reverse charge", "VAT number FR40303265045", "VAT number DE123456789"],
            id="reverse charge",
        ),
        pytest.param({"delivery": OSLO, "billing": OSLO}, "G", ["Export: no VAT"], id="export"),
    ],
)
def test_content__says_why_there_is_no_vat(
    product: None, details: dict[str, Any], category: str, said: list[str]
) -> None:
    set_up_shop(country="DE", vat_number="DE123456789")
    order = make_order({"WAVES": 3}, **details)
    settling.mark_paid_by_hand(order, None)

    text = words_of(order.invoice)
    _, xml = facturx.get_xml_from_pdf(invoices.render_pdf(order.invoice))

    for words in said:
        assert words in text, words
    assert f"<ram:CategoryCode>{category}</ram:CategoryCode>" in xml.decode()
    assert broken_rules(xml) == []


def test_content__escaped(product: None) -> None:
    make_product("<script>alert(1)</script>", sku="EVIL")
    order = make_order({"EVIL": 1}, billing=ADDRESS | {"name": "<img src=x>"})
    settling.mark_paid_by_hand(order, None)
    html = invoices.as_html(order.invoice)

    assert "<script>" not in html
    assert "<img" not in html
    assert bytes(invoices.render_pdf(order.invoice)).startswith(b"%PDF-")


def test_pdf__can_be_read_as_text(product: None) -> None:
    invoice = make_invoice()

    document = PdfReader(BytesIO(invoices.render_pdf(invoice)))

    text = "\n".join(page.extract_text() for page in document.pages)
    assert invoice.number in text
    assert "Waves" in text
    assert "£28.00" in text


# --- Its address ---------------------------------------------------------------------------------


def test_address__the_shoppers_own(client: Client, product: None) -> None:
    invoice = make_invoice()

    response = client.get(invoice.get_absolute_url())

    assert isinstance(response, FileResponse)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response).startswith(b"%PDF-")
    assert Invoice.objects.get().rendered_at is not None


def test_address__needs_token_and_number_together(client: Client, product: None) -> None:
    mine, theirs = make_invoice(), make_invoice()
    waiting = make_order({"WAVES": 1})
    token = mine.order.token

    wrong = [
        f"/checkout/{token}/{theirs.number}.pdf",
        f"/checkout/{theirs.order.token}/{mine.number}.pdf",
        f"/checkout/{waiting.token}/{mine.number}.pdf",
        f"/checkout/{token[:-1]}/{mine.number}.pdf",
        f"/checkout/{token.swapcase()}/{mine.number}.pdf",
        f"/checkout/{mine.order.number}/{mine.number}.pdf",
        f"/checkout/{token}/{mine.pk}.pdf",
        f"/checkout/{token}/.pdf",
        f"/checkout/{token}%00/{mine.number}.pdf",
        f"/checkout/{token}/{mine.number}%00.pdf",
        f"/checkout/%2e%2e/{mine.number}.pdf",
    ]

    assert {url: client.get(url).status_code for url in wrong} == dict.fromkeys(wrong, 404)
    assert Invoice.objects.due().count() == 2


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_address__read_only(client: Client, product: None, method: str) -> None:
    assert getattr(client, method)(make_invoice().get_absolute_url()).status_code == 405


def test_amounts__of_the_invoice_are_the_orders(product: None) -> None:
    order = make_invoice().order

    assert sum((tax.gross for tax in order.taxes.all()), Decimal(0)) == order.total
