"""What a shopper says about a return or a withdrawal, and how an order's page is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.models import Order, OrderLine
from checkout.returning import Statement


@dataclass(frozen=True)
class Row:
    """A line of the order, and the field that asks how many of it."""

    line: OrderLine
    field: forms.BoundField


class UnitsForm(forms.Form):
    """How many of which line. `left` maps the keys of lines to the units that may be chosen."""

    all_at_first = False

    def __init__(self, *args: Any, order: Order, left: Mapping[int, int], **kwargs: Any) -> None:
        self.order = order
        super().__init__(*args, **kwargs)
        self._lines = [line for line in order.lines.all() if left.get(line.pk)]
        for line in self._lines:
            most = left[line.pk]
            self.fields[_name(line)] = forms.TypedChoiceField(
                label=line.name,
                choices=[(n, _how_many(n, most)) for n in range(most + 1)],
                coerce=int,
                initial=most if self.all_at_first else 0,
            )

    @property
    def rows(self) -> Iterator[Row]:
        for line in self._lines:
            yield Row(line, self[_name(line)])

    @property
    def units(self) -> dict[int, int]:
        """What was chosen, by the key of the line; lines of which nothing was are left out."""
        chosen = {line.pk: self.cleaned_data.get(_name(line), 0) for line in self._lines}
        return {line: n for line, n in chosen.items() if n}

    @property
    def chosen(self) -> list[tuple[OrderLine, int]]:
        return [(line, self.units[line.pk]) for line in self._lines if line.pk in self.units]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.units:
            raise forms.ValidationError(_("Choose at least one thing."))
        return cleaned


class ReturnForm(UnitsForm):
    reason = forms.CharField(
        label=gettext_lazy("Why do you send it back?"),
        help_text=gettext_lazy(
            "“The frame is cracked”, say. It helps us to answer at once, and to do better."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def statement(self) -> Statement:
        address = self.order.billing_address
        return Statement(
            name=address.name,
            email=self.order.email,
            units=self.units,
            reason=self.cleaned_data["reason"],
        )


class WithdrawalForm(UnitsForm):
    """Whole or by line, and never a reason: nobody has to give one."""

    all_at_first = True

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We confirm your withdrawal to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        known = {"name": order.billing_address.name, "email": order.email}
        kwargs["initial"] = known | (kwargs.get("initial") or {})
        super().__init__(*args, order=order, **kwargs)

    def statement(self) -> Statement:
        said = self.cleaned_data
        return Statement(name=said["name"], email=said["email"], units=self.units)


class FindOrderForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Order number"),
        help_text=gettext_lazy("It stands in each of our e-mails: “7KQ3-M9XT”, say."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("The e-mail address that you ordered with"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def _name(line: OrderLine) -> str:
    return f"units_{line.pk}"


def _how_many(n: int, most: int) -> str:
    if not n:
        return _("None")
    return _("All %(n)d") % {"n": n} if n == most > 1 else str(n)
