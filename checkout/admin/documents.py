"""A document whose kept file is lost or changed: staff decide, and it is on record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import credit_notes, invoices
from checkout.admin.order_pages import OrderPage, Words
from checkout.admin.refunds import REFUND_ORDERS
from checkout.documents import archive
from checkout.models import CreditNote, Invoice, Order

_RENDER_AGAIN: dict[type, Callable[[Any, Any], None]] = {
    Invoice: invoices.render_again,
    CreditNote: credit_notes.render_again,
}
_DAMAGES = {
    "lost": gettext_lazy("Its file is lost."),
    "changed": gettext_lazy("Its file is not the one that was made: somebody changed it."),
}


def documents_of(order: Order) -> list[Any]:
    """Its invoice and its credit notes, as far as there are any."""
    issued = Invoice.objects.filter(order=order).select_related("series", "order")
    return [*issued, *CreditNote.objects.filter(order=order).select_related("series", "order")]


class DocumentView(OrderPage):
    """Make a damaged document again. For those who answer for money."""

    permission = REFUND_ORDERS
    page_title = gettext_lazy("Make the document again")
    button = gettext_lazy("Make it again")
    question = gettext_lazy(
        "Put the file back from a backup if you can: that is the very document that the customer "
        "has. Made again, it says the same in today’s layout, and the order’s history says so."
    )
    serious = True

    def prepare(self) -> None:
        found = [one for one in documents_of(self.order) if one.number == self.kwargs["number"]]
        if not found:
            raise Http404
        self.document = found[0]

    def facts(self) -> Sequence[tuple[Words, Words]]:
        damage = archive.damage_of(self.document)
        what = _DAMAGES[damage.what] if damage else _("Nothing is wrong with it.")
        return [
            (_("Document"), self.document.number),
            (_("What is wrong"), what),
            (_("Fingerprint (SHA-256)"), self.document.sha256),
        ]

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        _RENDER_AGAIN[type(self.document)](self.document, request.user)
        messages.success(
            request, _("%(number)s was made again.") % {"number": self.document.number}
        )
        return self.back()
