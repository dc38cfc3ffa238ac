"""What all orders of a basket have in common: the order, its lines and its taxes, unsaved."""

from __future__ import annotations

from django.conf import settings
from wagtail.models import Site

from bowerbird.demo.many_orders.baskets import Sold
from checkout.models import Order, OrderLine, OrderTax
from checkout.tax import tax_class_of


def order_like(sold: Sold, site: Site) -> Order:
    totals, method = sold.totals, sold.method
    return Order(
        site=site,
        language=settings.LANGUAGE_CODE,
        currency=totals.currency,
        prices_include_tax=totals.prices_include_tax,
        tax_treatment=totals.tax_treatment,
        subtotal=totals.subtotal,
        discount=totals.discount,
        coupon=sold.coupon,
        coupon_code=sold.coupon.code if sold.coupon else "",
        shipping=totals.shipping,
        shipping_method=method.name,
        shipping_estimate=method.estimate,
        net=totals.amount.net,
        tax=totals.tax,
        total=totals.total,
    )


def lines_like(sold: Sold) -> list[OrderLine]:
    return [
        OrderLine(
            position=place,
            sku_id=goods.variant.sku_id,
            product_id=goods.variant.page_id,
            revision_id=goods.revision_id,
            title=goods.variant.page.title,
            options=goods.variant.options_label,
            picture=goods.picture,
            quantity=quantity,
            unit_net=line.unit.net,
            unit_gross=line.unit.gross,
            tax_class=tax_class_of(goods.variant.page),
            tax_rate=line.rate,
            discount=line.discount,
            net=line.amount.net,
            tax=line.amount.tax,
            gross=line.amount.gross,
        )
        for place, (goods, quantity, line) in enumerate(
            zip(sold.goods, sold.quantities, sold.totals.lines, strict=True)
        )
    ]


def taxes_like(sold: Sold) -> list[OrderTax]:
    return [
        OrderTax(rate=tax.rate, net=tax.amount.net, tax=tax.tax, gross=tax.amount.gross)
        for tax in sold.totals.taxes
    ]
