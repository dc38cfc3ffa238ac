"""The orders that a listing shows, as a spreadsheet: one row an order, or one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models import Order, OrderLine
from checkout.querysets import OrderQuerySet
from products.admin.spreadsheets import SafeExportMixin
from products.money import round_money

CHUNK = 500
PLACES = {0: "0", 2: "0.00", 3: "0.000"}

ORDER_HEADINGS = {
    "number": _("Number"),
    "placed_at": _("Placed"),
    "status": _("Status"),
    "paid_at": _("Paid on"),
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "name": _("Name"),
    "company": _("Company"),
    "line1": _("Address"),
    "line2": _("Address, second line"),
    "city": _("Town or city"),
    "region": _("State or province"),
    "postcode": _("Postcode"),
    "country": _("Country"),
    "shipping_method": _("Delivery method"),
    "tracking": _("Tracking number"),
    "units": _("Units"),
    "payment": _("Payment"),
    "currency": _("Currency"),
    "subtotal": _("Goods"),
    "discount": _("Discount"),
    "coupon_code": _("Coupon"),
    "shipping": _("Delivery"),
    "net": _("Net"),
    "tax": _("Tax"),
    "total": _("Total"),
    "refunded": _("Given back"),
    "invoice": _("Invoice"),
    "language": _("Language"),
    "note": _("Note from the customer"),
    "tags": _("Tags"),
}
LINE_HEADINGS = {
    "order": _("Number"),
    "placed_at": _("Placed"),
    "status": _("Status"),
    "country": _("Country"),
    "sku": _("SKU"),
    "title": _("Product"),
    "options": _("Options"),
    "quantity": _("Quantity"),
    "units_refunded": _("Units given back"),
    "currency": _("Currency"),
    "unit_net": _("Unit price, net"),
    "unit_gross": _("Unit price, gross"),
    "tax_rate": _("Tax rate"),
    "discount": _("Discount"),
    "net": _("Net"),
    "tax": _("Tax"),
    "gross": _("Gross"),
}


class InChunks:
    """A queryset that is read piece by piece, so that a long export fits in memory."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.queryset = queryset
        self.model: type[models.Model] = queryset.model

    def __iter__(self) -> Iterator[Any]:
        return self.queryset.iterator(chunk_size=CHUNK)


class SheetMixin(SafeExportMixin):
    """Times are those of the shop's clock, amounts are numbers."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        if isinstance(value, datetime):
            local = timezone.make_naive(value)
            return local if export_format == self.FORMAT_XLSX else f"{local:%Y-%m-%d %H:%M:%S}"
        return super().preprocess_field_value(field, value, export_format)

    def generate_xlsx_row(self, worksheet: Any, row_dict: Any, date_format: Any = None) -> Any:
        for cell in super().generate_xlsx_row(worksheet, row_dict, date_format):
            if isinstance(cell.value, Decimal):
                cell.number_format = PLACES.get(-int(cell.value.as_tuple().exponent), "General")
            yield cell


class OrderExportMixin(SheetMixin):
    """In front of the listing."""

    export_headings = ORDER_HEADINGS
    list_export = list(ORDER_HEADINGS)
    export_filename = "orders"

    def as_spreadsheet(self, queryset: OrderQuerySet, spreadsheet_format: str) -> Any:
        rows = InChunks(self.rows_of(queryset))
        return super().as_spreadsheet(rows, spreadsheet_format)

    def rows_of(self, orders: OrderQuerySet) -> QuerySet[Any]:
        return (
            orders.with_facts()
            .select_related("invoice")
            .prefetch_related("addresses", "shipments", "tagged__tag")
        )

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return order_row(item)


class LineExportMixin(OrderExportMixin):
    """The lines of the same orders."""

    export_headings = LINE_HEADINGS
    list_export = list(LINE_HEADINGS)
    export_filename = "order-lines"

    def rows_of(self, orders: OrderQuerySet) -> QuerySet[OrderLine]:
        chosen = orders.order_by().values("pk")
        return (
            OrderLine.objects.filter(order__in=chosen)
            .select_related("order")
            .prefetch_related("order__addresses")
            .order_by("-order__placed_at", "order_id", "position")
        )

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return line_row(item)


def order_row(order: Order) -> dict[str, Any]:
    """By the names in `ORDER_HEADINGS`; amounts as the order's currency writes them."""
    known = _address_of(order) | {
        "status": order.get_status_display(),
        "tracking": ", ".join(parcel.number for parcel in order.shipments.all() if parcel.number),
        "payment": order.payment_provider,
        "refunded": order.refunded_total,
        "invoice": order.invoice.number if hasattr(order, "invoice") else "",
        "tags": ", ".join(sorted(one.tag.name for one in order.tagged.all())),
    }
    return _row(ORDER_HEADINGS, order, known, order.currency)


def line_row(line: OrderLine) -> dict[str, Any]:
    """By the names in `LINE_HEADINGS`."""
    order = line.order
    known = {
        "order": order.number,
        "placed_at": order.placed_at,
        "status": order.get_status_display(),
        "country": _address_of(order)["country"],
        "sku": line.sku_id,
        "currency": order.currency,
    }
    return _row(LINE_HEADINGS, line, known, order.currency)


def _address_of(order: Order) -> dict[str, str]:
    return order.delivery_address.as_dict()


def _row(
    names: Iterable[str], thing: models.Model, known: Mapping[str, Any], currency: str
) -> dict[str, Any]:
    row = {name: known[name] if name in known else getattr(thing, name) for name in names}
    for name, value in row.items():
        if isinstance(value, Decimal) and name != "tax_rate":
            row[name] = round_money(value, currency)
    return row
