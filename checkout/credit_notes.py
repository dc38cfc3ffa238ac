"""Credit notes as documents: a PDF rendered once and kept, as invoices are."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from checkout.documents import archive
from checkout.documents.bill import Bill, BillKind, BillLine, Reference
from checkout.documents.parties import Parties
from checkout.documents.printing import printed
from checkout.models import CreditNote, CreditNoteLine
from checkout.refund_shares import Part
from products.money import ZERO


def due() -> list[int]:
    waiting = CreditNote.objects.due().unclaimed()
    return list(waiting.order_by("issued_at").values_list("pk", flat=True)[:200])


def rendered(credit_note: CreditNote) -> CreditNote:
    """The credit note with its PDF, rendered now if that has not happened yet."""
    return archive.keep(credit_note, render_pdf)


def content(credit_note: CreditNote) -> bytes:
    """Its PDF, as it was rendered. Raises archive.DocumentDamaged where the file is not that."""
    return archive.read(rendered(credit_note))


def render_again(credit_note: CreditNote, actor: Any) -> None:
    """Staff replace a file that is lost or changed. Raises archive.DocumentSound."""
    archive.render_again(credit_note, render_pdf, actor)


def render_pdf(credit_note: CreditNote) -> bytes:
    """PDF/A-3, tagged, in the order's language, with the same facts within as Factur-X."""
    with translation.override(credit_note.order.language):
        bill = bill_of(credit_note)
        return printed(_html(credit_note, bill), bill, credit_note.issued_at)


def as_html(credit_note: CreditNote) -> str:
    with translation.override(credit_note.order.language):
        return _html(credit_note, bill_of(credit_note))


def bill_of(credit_note: CreditNote) -> Bill:
    """What is given back is a line each, net: delivery and price reductions too."""
    order, invoice = credit_note.order, credit_note.invoice
    issued_on = timezone.localdate(credit_note.issued_at)
    return Bill(
        kind=BillKind.CREDIT_NOTE,
        number=credit_note.number,
        order_number=order.number,
        issued_on=issued_on,
        supplied_on=issued_on,
        currency=order.currency,
        parties=Parties.kept(credit_note.parties),
        buyer_vat_number=order.vat_number,
        tax_treatment=order.tax_treatment,
        lines=tuple(_line(line) for line in credit_note.lines.select_related("line")),
        allowances=(),
        charges=(),
        taxes=tuple(credit_note.taxes),
        paid=ZERO,
        terms=_("The money goes to where it came from."),
        corrects=Reference(invoice.number, timezone.localdate(invoice.issued_at)),
    )


def _line(credited: CreditNoteLine) -> BillLine:
    title, options, sku = _words(credited)
    return BillLine(title, options, sku, credited.units or 1, credited.rate, credited.net)


def _words(credited: CreditNoteLine) -> tuple[str, str, str]:
    """Title, what it is about, and SKU."""
    line = credited.line
    if credited.part == Part.GOODS and line:
        return line.title, line.options, line.sku_id
    if credited.part == Part.DELIVERY:
        return _("Delivery"), credited.credit_note.order.shipping_method, ""
    return _("Price reduction"), line.name if line else _("Delivery"), ""


def _html(credit_note: CreditNote, bill: Bill) -> str:
    context = {
        "credit_note": credit_note,
        "lines": credit_note.lines.select_related("line"),
        "bill": bill,
        "issued_at": credit_note.issued_at,
    }
    return render_to_string("checkout/credit_note.html", context)
