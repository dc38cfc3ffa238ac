"""Sending a parcel elsewhere than the shopper first said, as long as it is in the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from checkout import status
from checkout.models import Order, OrderAddress
from checkout.tax import Destination


class AddressIsFinal(Exception):
    """The parcel has left, or there will be none."""


class TaxedElsewhere(Exception):
    """The new place is another one to the tax office: delivery and tax would have to change."""


def may_readdress(order: Order) -> bool:
    return order.status in status.TO_BE_SENT and not order.was_handed_over


def readdress(order: Order, address: Mapping[str, str], actor: Any = None) -> OrderAddress:
    """The order goes to `address`, by the names of `checkout.addresses.FIELDS`, from now on.

    The earlier address stays, superseded. Raises AddressIsFinal or TaxedElsewhere.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if not may_readdress(locked):
            raise AddressIsFinal
        current = locked.delivery_address
        if _place(address) != _place(current.as_dict()):
            raise TaxedElsewhere
        if current.as_dict() == dict(address):
            return current
        new = OrderAddress(
            order=locked,
            kind=OrderAddress.Kind.DELIVERY,
            version=current.version + 1,
            **address,
        )
        new.save()
        locked.record("readdressed", actor=actor, version=new.version)
    return new


def _place(address: Mapping[str, str]) -> tuple[str, str]:
    country = address["country"]
    return country, Destination(country, address["postcode"]).territory
