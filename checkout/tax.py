from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils import timezone

from checkout.models.terms import TaxRate
from products.models import ProductPage, TaxClass
from products.money import ZERO


def rates_for(
    country: str, tax_classes: Iterable[str], day: date | None = None
) -> dict[str, Decimal]:
    """Percent by tax class code for delivery to `country` on `day`.

    A class without a rate of its own takes the standard one; a country without any is an export,
    untaxed.
    """
    codes = {*tax_classes, TaxClass.DEFAULT_CODE}
    rows = TaxRate.objects.valid_on(day or timezone.localdate()).filter(
        country=country, tax_class__in=codes
    )
    known = {row.tax_class: row.rate for row in rows.order_by("valid_from")}
    standard = known.get(TaxClass.DEFAULT_CODE, ZERO)
    return {code: known.get(code, standard) for code in codes}


def tax_class_of(page: ProductPage) -> str:
    return page.tax_class.code if page.tax_class else TaxClass.DEFAULT_CODE
