"""Which orders a member of staff looks for: by their words, by their questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from checkout import backorders, payments
from checkout.models import (
    CreditNote,
    Invoice,
    Order,
    OrderAddress,
    OrderEmail,
    OrderTag,
    Payment,
    Refund,
    ShippingMethod,
    TaggedOrder,
)
from checkout.querysets import OrderQuerySet
from checkout.status import OrderStatus


class ToDo(models.TextChoices):
    """What waits for somebody."""

    PACK = "pack", _("To pack")
    GOODS = "goods", _("Waiting for goods")
    PAYMENT_HELD = "payment_held", _("Payment does not match")
    DISPUTED = "disputed", _("Disputed by the customer’s bank")
    REFUND_REFUSED = "refund_refused", _("Refund refused")
    REFUND_BY_HAND = "refund_by_hand", _("Money to send back by hand")
    EMAIL_TROUBLE = "email_trouble", _("E-mail does not arrive")
    DOCUMENT_DAMAGED = "document_damaged", _("Document damaged")


def waiting_for(what: ToDo) -> OrderQuerySet:
    if what == ToDo.PACK:
        return Order.objects.to_pack()
    if what == ToDo.GOODS:
        return Order.objects.to_pack().filter(pk__in=list(backorders.missing()))
    if what == ToDo.PAYMENT_HELD:
        return Order.objects.filter(pk__in=Payment.objects.held().values("order_id"))
    if what == ToDo.DISPUTED:
        return Order.objects.filter(pk__in=Order.objects.disputed().values("pk"))
    if what == ToDo.EMAIL_TROUBLE:
        return Order.objects.filter(pk__in=OrderEmail.objects.in_trouble().values("order_id"))
    if what == ToDo.DOCUMENT_DAMAGED:
        damaged = [
            papers.damaged().order_by().values("order_id")
            for papers in (Invoice.objects, CreditNote.objects)
        ]
        return Order.objects.filter(pk__in=damaged[0].union(damaged[1]))
    refunds = Refund.objects
    waiting = refunds.refused() if what == ToDo.REFUND_REFUSED else refunds.due_by_hand()
    return Order.objects.filter(pk__in=waiting.values("payment__order_id"))


class OwnChoiceFilter(django_filters.MultipleChoiceFilter):
    """Of a column of the order's own: none is found twice, so none need be compared with others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["distinct"] = False
        super().__init__(*args, **kwargs)


class OrderFilterSet(WagtailFilterSet):
    todo = django_filters.ChoiceFilter(
        label=_("To do"), choices=ToDo.choices, method="that_wait", empty_label=_("Everything")
    )
    status = OwnChoiceFilter(
        label=_("Status"), choices=OrderStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    placed_at = django_filters.DateFromToRangeFilter(
        label=_("Placed"), widget=DateRangePickerWidget
    )
    payment_provider = OwnChoiceFilter(
        label=_("Payment"), choices=payments.choices, widget=forms.CheckboxSelectMultiple
    )
    shipping_method = OwnChoiceFilter(
        label=_("Delivery method"),
        choices=lambda: _delivery_methods(),
        widget=forms.CheckboxSelectMultiple,
    )
    country = django_filters.ChoiceFilter(
        label=_("Country"), choices=list(countries), method="delivered_to"
    )

    tags = django_filters.ModelMultipleChoiceFilter(
        label=_("Tags"),
        queryset=OrderTag.objects.all(),
        method="tagged",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Order
        fields = [
            "todo",
            "status",
            "placed_at",
            "payment_provider",
            "shipping_method",
            "country",
            "tags",
        ]

    def that_wait(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """These are few, and looked up first: a join would read all orders in search of them."""
        waiting = waiting_for(ToDo(value)).order_by().values_list("pk", flat=True)
        return orders.filter(pk__in=list(waiting))

    def delivered_to(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        there = OrderAddress.objects.filter(kind=OrderAddress.Kind.DELIVERY, country=value)
        return orders.filter(pk__in=there.values("order_id"))

    def tagged(self, orders: OrderQuerySet, name: str, tags: Iterable[OrderTag]) -> OrderQuerySet:
        if not tags:
            return orders
        with_them = TaggedOrder.objects.filter(tag__in=tags)
        return orders.filter(pk__in=with_them.values("content_object_id"))


def _delivery_methods() -> list[tuple[str, str]]:
    """By the name that orders keep. One that was deleted since is found by other means."""
    names = ShippingMethod.objects.order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names]
