"""The bookkeeper's page: a period, its sums by rate, and its documents as a spreadsheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout import bookkeeping
from checkout.admin.periods import PeriodView
from checkout.bookkeeping import Entry
from products.money import round_money
from products.templatetags.money import percent

_HEADINGS = {
    "number": gettext_lazy("Number"),
    "issued_at": gettext_lazy("Date"),
    "lowers": gettext_lazy("Credit note for"),
    "order": gettext_lazy("Order"),
    "buyer": gettext_lazy("Customer"),
    "country": gettext_lazy("Delivered to"),
    "treatment": gettext_lazy("Tax treatment"),
    "vat_number": gettext_lazy("Customer’s VAT number"),
}
SUMS = {
    "net": gettext_lazy("Net"),
    "tax": gettext_lazy("Tax"),
    "gross": gettext_lazy("Gross"),
}
_FACTS = {
    "currency": gettext_lazy("Currency"),
    "provider": gettext_lazy("Payment"),
    "reference": gettext_lazy("Payment reference"),
}


class BookkeepingView(PeriodView):
    template_name = "checkout/admin/bookkeeping.html"
    page_title = gettext_lazy("Bookkeeping")
    url_name = "orders:bookkeeping"

    def facts(self) -> dict[str, Any]:
        return {"sums": bookkeeping.totals(self.period)}

    def export(self) -> Any:
        self.rates = sorted({one.rate for one in bookkeeping.totals(self.period)}, reverse=True)
        self.export_headings = {**_HEADINGS, **self._rate_headings(), **SUMS, **_FACTS}
        self.list_export = list(self.export_headings)
        rows = bookkeeping.entries(self.period)
        return self.as_spreadsheet(rows, self.request.GET["export"])

    def _rate_headings(self) -> dict[str, str]:
        headings = {}
        for rate in self.rates:
            headings[f"net {rate}"] = _("Net at %(rate)s %%") % {"rate": percent(rate)}
            headings[f"tax {rate}"] = _("Tax at %(rate)s %%") % {"rate": percent(rate)}
        return headings

    def get_filename(self) -> str:
        return f"bookkeeping-{self.period.first}-{self.period.last}"

    def to_row_dict(self, item: Entry) -> dict[str, Any]:
        facts = {name: getattr(item, name) for name in (*_HEADINGS, *_FACTS)}
        return {**dict.fromkeys(self.list_export, ""), **facts, **self._amounts(item)}

    def _amounts(self, entry: Entry) -> dict[str, Decimal]:
        booked = entry.booked
        amounts = {"net": booked.net, "tax": booked.tax, "gross": booked.gross}
        for rate, part in entry.by_rate.items():
            amounts |= {f"net {rate}": part.net, f"tax {rate}": part.tax}
        return {name: round_money(sum_, entry.currency) for name, sum_ in amounts.items()}
