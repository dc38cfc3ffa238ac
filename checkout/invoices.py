"""Invoices: a number without gaps as the order is paid, a PDF rendered once and kept."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from checkout import numbering
from checkout.documents import archive
from checkout.documents.parties import Parties
from checkout.models import Invoice, Order


def issue(order: Order) -> Invoice:
    """Allot the next number, inside the transaction that marks the order paid."""
    from checkout.tasks import render_invoice

    existing = Invoice.objects.filter(order=order).first()
    if existing:
        return existing
    parties = Parties.of(order).as_json()
    series, sequence = numbering.allot("INV")
    invoice = Invoice.objects.create(order=order, series=series, sequence=sequence, parties=parties)
    order.record("invoice_issued", number=invoice.number)
    render_invoice.delay_on_commit(invoice.pk)
    return invoice


def due() -> list[int]:
    return list(Invoice.objects.due().order_by("issued_at").values_list("pk", flat=True)[:200])


def rendered(invoice: Invoice) -> Invoice:
    """The invoice with its PDF, rendered now if that has not happened yet."""
    return archive.keep(invoice, render_pdf)


def content(invoice: Invoice) -> bytes:
    """Its PDF, as it was rendered. Raises archive.DocumentDamaged where the file is not that."""
    return archive.read(rendered(invoice))


def render_pdf(invoice: Invoice) -> bytes:
    """A tagged PDF/UA document in the order's language."""
    from checkout import pdf

    return pdf.render(as_html(invoice), "invoice.css")


def as_html(invoice: Invoice) -> str:
    order = Order.objects.prefetch_related("lines", "taxes", "addresses").get(pk=invoice.order_id)
    parties = Parties.kept(invoice.parties)
    context: dict[str, Any] = {
        "invoice": invoice,
        "order": order,
        "parties": parties,
        "seller": parties.seller,
    }
    with translation.override(order.language):
        return render_to_string("checkout/invoice.html", context)
