"""Refunding a part: units, delivery, goodwill. The sum is shown before it is confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import crediting, refunding
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.admin.refunds import REFUND_ORDERS, way_back
from checkout.models import OrderLine, ReturnRequest
from checkout.refund_shares import (
    CannotGiveBack,
    Pot,
    Share,
    Wish,
    delivery_left,
    money_left,
    total_of,
)
from products.fields import MoneyFormField
from products.money import ZERO, format_money


@dataclass(frozen=True)
class Row:
    """One line of the order as the form asks about it."""

    line: OrderLine
    units: forms.BoundField
    restock: forms.BoundField


class RefundPartForm(OrderForm):
    """`expected` is the sum that the page showed: another one is shown anew before it is paid."""

    expected = forms.DecimalField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The customer reads this in the e-mail and on the credit note."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shares: list[Share] = []
        self.lines = [line for line in self.order.lines.all() if line.units_left]
        for line in self.lines:
            self.fields[f"units_{line.pk}"] = forms.IntegerField(
                label=_("How many of “%(what)s”") % {"what": line.name},
                min_value=0,
                max_value=line.units_left,
                required=False,
            )
            self.fields[f"restock_{line.pk}"] = forms.BooleanField(
                label=_("Put back on the shelf"),
                required=False,
                initial=not self.order.was_handed_over,
            )
        if carriage := delivery_left(self.pots):
            most = _("Up to %(most)s.") % {"most": self._as_text(carriage)}
            self.fields["delivery"] = self._money(_("Delivery"), most)
        self.fields["goodwill"] = self._money(
            _("Goodwill"), _("A price reduction of all that is left, on top of the rest.")
        )

    @cached_property
    def pots(self) -> list[Pot]:
        return crediting.pots_of(self.order)

    @property
    def rows(self) -> Iterator[Row]:
        for line in self.lines:
            yield Row(line, self[f"units_{line.pk}"], self[f"restock_{line.pk}"])

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("delivery", "goodwill", "note") if name in self.fields]

    @property
    def wish(self) -> Wish:
        chosen = {line.pk: self.cleaned_data.get(f"units_{line.pk}") or 0 for line in self.lines}
        return Wish(
            units={line: n for line, n in chosen.items() if n},
            delivery=self.cleaned_data.get("delivery") or ZERO,
            goodwill=self.cleaned_data.get("goodwill") or ZERO,
        )

    @property
    def restock(self) -> dict[int, int]:
        return {
            line: n for line, n in self.wish.units.items() if self.cleaned_data[f"restock_{line}"]
        }

    @property
    def total(self) -> Decimal:
        return total_of(self.shares)

    @property
    def is_confirmed(self) -> bool:
        """The button with the sum was pressed, and it is still that sum."""
        return "confirm" in self.data and self.cleaned_data.get("expected") == self.total

    @property
    def summary(self) -> list[tuple[Words, str]]:
        """What goes back for what, as the page shows it before it is confirmed."""
        names = {line.pk: line.name for line in self.lines}
        parts: dict[str, Decimal] = {}
        for share in self.shares:
            name = str(share.part.label)
            if share.units and share.line:
                name = f"{share.units} × {names[share.line]}"
            parts[name] = parts.get(name, ZERO) + share.amount.gross
        tax = sum((share.amount.tax for share in self.shares), ZERO)
        return [
            *((name, self._as_text(amount)) for name, amount in parts.items()),
            (_("Together"), self._as_text(self.total)),
            (_("VAT in it"), self._as_text(tax)),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.shares = crediting.shares_of(self.order, self.wish)
        except CannotGiveBack as error:
            raise forms.ValidationError(self._too_much()) from error
        if not self.total:
            raise forms.ValidationError(_("Choose what goes back: this comes to nothing."))
        if self.total > refunding.refundable(self.order):
            raise forms.ValidationError(self._too_much())
        return cleaned

    def _too_much(self) -> str:
        left = min(money_left(self.pots), refunding.refundable(self.order))
        return _("So much is not left: %(left)s can still go back.") % {"left": self._as_text(left)}

    def _money(self, label: str, help_text: str) -> MoneyFormField:
        currency = self.order.currency
        return MoneyFormField(
            currency=currency, label=label, help_text=help_text, required=False, max_digits=14
        )

    def _as_text(self, amount: Decimal) -> str:
        return format_money(amount, self.order.currency)


class RefundPartView(OrderPage):
    template_name = "checkout/admin/refund_part.html"
    permission = REFUND_ORDERS
    form_class = RefundPartForm
    page_title = gettext_lazy("Refund a part")
    serious = True
    answering: ReturnRequest | None = None

    def facts(self) -> Sequence[tuple[Words, Words]]:
        left = refunding.refundable(self.order)
        ways = [way_back(one) for one in self.order.payments.all() if one.refundable]
        return [
            (_("Left to give back"), format_money(left, self.order.currency)),
            *((_("Goes back"), way) for way in ways),
            (_("Customer"), self.order.email),
        ]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not refunding.refundable(self.order):
            return self.refuse(refunding.NothingToRefund())
        return super().get(request)

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        if not form.is_confirmed:
            return self.ask(form)
        note = refunding.refund(
            self.order,
            form.wish,
            form.total,
            restock=form.restock,
            answering=self.answering,
            note=form.cleaned_data["note"],
            actor=request.user,
        )
        words = _("%(sum)s go back, credit note %(number)s. See under “Payment”.")
        sum_ = format_money(form.total, self.order.currency)
        messages.success(request, words % {"sum": sum_, "number": note.number})
        return self.back()
