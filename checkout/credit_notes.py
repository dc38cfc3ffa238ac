"""Credit notes as documents: a PDF rendered once and kept, as invoices are."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from checkout.documents import archive
from checkout.documents.parties import Parties
from checkout.models import CreditNote


def due() -> list[int]:
    waiting = CreditNote.objects.due().unclaimed()
    return list(waiting.order_by("issued_at").values_list("pk", flat=True)[:200])


def rendered(credit_note: CreditNote) -> CreditNote:
    """The credit note with its PDF, rendered now if that has not happened yet."""
    return archive.keep(credit_note, render_pdf)


def content(credit_note: CreditNote) -> bytes:
    """Its PDF, as it was rendered. Raises archive.DocumentDamaged where the file is not that."""
    return archive.read(rendered(credit_note))


def render_pdf(credit_note: CreditNote) -> bytes:
    """A tagged PDF/UA document in the order's language."""
    from checkout import pdf

    return pdf.render(as_html(credit_note), "invoice.css")


def as_html(credit_note: CreditNote) -> str:
    parties = Parties.kept(credit_note.parties)
    context: dict[str, Any] = {
        "credit_note": credit_note,
        "lines": credit_note.lines.select_related("line"),
        "order": credit_note.order,
        "seller": parties.seller,
        "buyer": parties.buyer,
    }
    with translation.override(credit_note.order.language):
        return render_to_string("checkout/credit_note.html", context)
