"""Invoices: a number without gaps as the order is paid, a PDF rendered once and kept."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from checkout.documents import archive
from checkout.documents.parties import Parties
from checkout.models import Invoice, InvoiceSeries, Order


def issue(order: Order) -> Invoice:
    """Allot the next number, inside the transaction that marks the order paid.

    The series' row stays locked until that transaction ends: rolled back, the number is free
    again, so there is never a gap.
    """
    from checkout.tasks import render_invoice

    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A number is allotted in a transaction only.")
    existing = Invoice.objects.filter(order=order).first()
    if existing:
        return existing
    parties = Parties.of(order).as_json()
    prefix = f"INV-{timezone.localdate().year}-"
    InvoiceSeries.objects.get_or_create(prefix=prefix)
    series = InvoiceSeries.objects.select_for_update().get(prefix=prefix)
    invoice = Invoice.objects.create(
        order=order, series=series, sequence=series.next_number, parties=parties
    )
    series.next_number += 1
    series.save(update_fields=["next_number"])
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
    context: dict[str, Any] = {
        "invoice": invoice,
        "order": order,
        "seller": Parties.kept(invoice.parties).seller,
    }
    with translation.override(order.language):
        return render_to_string("checkout/invoice.html", context)
