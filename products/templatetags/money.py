from decimal import Decimal

from django import template
from django.utils.formats import number_format

from products.money import format_money, shop_currency

register = template.Library()


@register.simple_tag
def money(amount: Decimal | str | None, currency: str = "") -> str:
    """`{% money line.total %}`, or `{% money order.total order.currency %}` for what was sold."""
    if amount is None or amount == "":
        return ""
    return format_money(Decimal(amount), currency or shop_currency())


@register.filter
def percent(rate: Decimal) -> str:
    """`{{ row.rate|percent }}`: 20, 5.5 or 25.5, without the noughts that the database keeps."""
    return number_format(f"{rate.normalize():f}")
