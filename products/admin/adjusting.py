"""Stock changed by hand: counted anew, or by so many units. The writing is `products.stock`'s."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products import stock
from products.models import MovementReason, Sku, StockMovement

MAX_UNITS = 1_000_000


class How(models.TextChoices):
    COUNTED = "counted", gettext_lazy("Counted: there are this many")
    CHANGED = "changed", gettext_lazy("Changed: add or take away (−) this many")


class StockRefused(Exception):
    """The change makes no sense; nothing was written. The message is for the person who asked."""


class AdjustForm(forms.Form):
    how = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=How,
        widget=forms.RadioSelect,
        initial=How.COUNTED,
    )
    units = forms.IntegerField(
        label=gettext_lazy("Units"), min_value=-MAX_UNITS, max_value=MAX_UNITS
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=MovementReason.by_hand,
        initial=MovementReason.COUNTED,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stands in the ledger beside the change."),
    )


def adjust(
    code: str, how: str, units: int, *, reason: str, note: str = "", actor: Any = None
) -> StockMovement | None:
    """Bring what was seen into the ledger; None where it says what we knew. Raises StockRefused.

    The row is locked from the check to the change: a sale may be under way. Stock may be below
    zero (units owed to back-orders), but no hand brings it there.
    """
    with transaction.atomic():
        sku = Sku.objects.select_for_update().get(code=code)
        delta = units - sku.on_hand if how == How.COUNTED else units
        after = sku.on_hand + delta
        if how == How.COUNTED and units < 0:
            raise StockRefused(_("There cannot be fewer than 0 units on the shelf."))
        if delta < 0 and after < 0:
            raise StockRefused(
                _("Only %(on_hand)d on hand: %(units)d cannot be taken away.")
                % {"on_hand": sku.on_hand, "units": -delta}
            )
        if after > MAX_UNITS:
            raise StockRefused(_("That is more than %(max)d units.") % {"max": MAX_UNITS})
        return stock.move(code, delta, reason, note=note, actor=actor)
