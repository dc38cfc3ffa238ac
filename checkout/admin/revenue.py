"""What came in, day by day: by way of paying and by tax rate, with what was given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from checkout import revenue
from checkout.admin.order_labels import payment_label
from checkout.admin.periods import PeriodView
from checkout.models.terms import TaxTreatment
from checkout.periods import NOTHING, Booked
from checkout.revenue import DaySum
from products.money import round_money
from products.templatetags.money import percent

_HEADINGS = {
    "day": gettext_lazy("Day"),
    "provider": gettext_lazy("Payment"),
    "treatment": gettext_lazy("Tax treatment"),
    "rate": gettext_lazy("Tax rate"),
    "currency": gettext_lazy("Currency"),
    "billed": gettext_lazy("Sold"),
    "credited": gettext_lazy("Given back"),
    "net": gettext_lazy("Net"),
    "tax": gettext_lazy("Tax"),
    "gross": gettext_lazy("Gross"),
}


@dataclass(frozen=True)
class Row:
    """`label`: what the sums are of; "" is everything."""

    label: Any
    currency: str
    billed: Booked
    credited: Booked
    booked: Booked


class RevenueView(PeriodView):
    template_name = "checkout/admin/revenue.html"
    page_title = gettext_lazy("Revenue")
    url_name = "orders:revenue"
    list_export = list(_HEADINGS)
    export_headings = _HEADINGS

    def facts(self) -> dict[str, Any]:
        sums = revenue.of(self.period)
        return {
            "total": _rows(sums, lambda one: ""),
            "tables": [
                (gettext_lazy("By day"), _rows(sums, lambda one: one.day)),
                (gettext_lazy("By payment"), _rows(sums, payment_label)),
                (gettext_lazy("By tax"), _rows(sums, _tax_label)),
            ],
        }

    def export(self) -> Any:
        return self.as_spreadsheet(revenue.of(self.period), self.request.GET["export"])

    def get_filename(self) -> str:
        return f"revenue-{self.period.first}-{self.period.last}"

    def to_row_dict(self, item: DaySum) -> dict[str, Any]:
        amounts = {
            "billed": item.billed.gross,
            "credited": item.credited.gross,
            "net": item.booked.net,
            "tax": item.booked.tax,
            "gross": item.booked.gross,
        }
        rounded = {name: round_money(sum_, item.currency) for name, sum_ in amounts.items()}
        facts = {name: getattr(item, name) for name in _HEADINGS if name not in amounts}
        return facts | rounded | {"treatment": _treatment(item)}


def _rows(sums: Iterable[DaySum], label: Callable[[DaySum], Any]) -> list[Row]:
    """Added up by label and currency, in the order in which they come."""
    added: dict[tuple[Any, str], tuple[Booked, Booked]] = defaultdict(lambda: (NOTHING, NOTHING))
    for one in sums:
        billed, credited = added[label(one), one.currency]
        added[label(one), one.currency] = (billed + one.billed, credited + one.credited)
    return [
        Row(*key, billed, credited, billed + Booked(-credited.net, -credited.tax))
        for key, (billed, credited) in added.items()
    ]


def _treatment(one: DaySum) -> str:
    return str(TaxTreatment(one.treatment).label)


def _tax_label(one: DaySum) -> str:
    """ "20 %", and of what bears none, why."""
    if one.treatment != TaxTreatment.STANDARD:
        return _treatment(one)
    return f"{percent(Decimal(one.rate))} %"
