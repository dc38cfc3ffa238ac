"""Invoices: a number without gaps as the order is paid, a PDF rendered once and kept."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from checkout import numbering, payments
from checkout.documents import archive
from checkout.documents.bill import Bill, BillKind, Means, SoldLine, net_parts
from checkout.documents.parties import Parties
from checkout.documents.printing import printed
from checkout.models import Invoice, Order, OrderLine
from checkout.totals import Amount, TaxTotals


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
    return list(
        Invoice.objects.due().unclaimed().order_by("issued_at").values_list("pk", flat=True)[:200]
    )


def rendered(invoice: Invoice) -> Invoice:
    """The invoice with its PDF, rendered now if that has not happened yet."""
    return archive.keep(invoice, render_pdf)


def content(invoice: Invoice) -> bytes:
    """Its PDF, as it was rendered. Raises archive.DocumentDamaged where the file is not that."""
    return archive.read(rendered(invoice))


def render_again(invoice: Invoice, actor: Any) -> None:
    """Staff replace a file that is lost or changed. Raises archive.DocumentSound."""
    archive.render_again(invoice, render_pdf, actor)


def render_pdf(invoice: Invoice) -> bytes:
    """PDF/A-3, tagged, in the order's language, with the same facts within as Factur-X."""
    order = _order_of(invoice)
    with translation.override(order.language):
        bill = bill_of(invoice, order)
        return printed(_html(invoice, order, bill), bill, invoice.issued_at)


def as_html(invoice: Invoice) -> str:
    order = _order_of(invoice)
    with translation.override(order.language):
        return _html(invoice, order, bill_of(invoice, order))


def bill_of(invoice: Invoice, order: Order) -> Bill:
    """All of it was paid: an invoice is issued as that happens."""
    taxes = tuple(
        TaxTotals(tax.rate, Amount(tax.net, tax.tax, tax.gross)) for tax in order.taxes.all()
    )
    lines, allowances, charges = net_parts(
        [_sold(line) for line in order.lines.all()],
        taxes,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
    )
    issued_on = timezone.localdate(invoice.issued_at)
    parties = Parties.kept(invoice.parties)
    coupon = f" ({order.coupon_code})" if order.coupon_code else ""
    return Bill(
        kind=BillKind.INVOICE,
        number=invoice.number,
        order_number=order.number,
        issued_on=issued_on,
        supplied_on=timezone.localdate(order.paid_at) if order.paid_at else issued_on,
        currency=order.currency,
        parties=parties,
        buyer_vat_number=order.vat_number,
        tax_treatment=order.tax_treatment,
        lines=lines,
        allowances=allowances,
        charges=charges,
        taxes=taxes,
        paid=order.total,
        means=_means(order, parties),
        discount_label=_("Discount") + coupon,
        delivery_label=_("Delivery") + f" ({order.shipping_method})",
    )


def _order_of(invoice: Invoice) -> Order:
    return Order.objects.prefetch_related("lines", "taxes", "addresses").get(pk=invoice.order_id)


def _html(invoice: Invoice, order: Order, bill: Bill) -> str:
    context = {
        "invoice": invoice,
        "order": order,
        "bill": bill,
        "issued_at": invoice.issued_at,
        "prices_include_tax": order.prices_include_tax,
        "paid_by": _paid_by(order),
    }
    return render_to_string("checkout/invoice.html", context)


def _paid_by(order: Order) -> Any:
    return payments.get(order.payment_provider).label if order.total else ""


def _sold(line: OrderLine) -> SoldLine:
    return SoldLine(
        title=line.title,
        options=line.options,
        sku=line.sku_id,
        quantity=line.quantity,
        rate=line.tax_rate,
        net=line.net,
        discount=line.discount,
    )


def _means(order: Order, parties: Parties) -> Means:
    """Where money comes to the shop's account, that account must be known to be named."""
    if not order.total:
        return Means.NOTHING
    if not payments.get(order.payment_provider).confirmed_by_hand:
        return Means.ONLINE
    return Means.TRANSFER if parties.seller.bank_iban else Means.UNKNOWN
