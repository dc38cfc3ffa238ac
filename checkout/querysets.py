"""Orders in the words of the shop."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from checkout import status

# Paid, and not sent yet: what packers may have to do with. Its index holds nothing else.
IN_THE_HOUSE = Q(status__in=["paid", "partially_refunded"], has_left=False)


class OrderQuerySet(models.QuerySet[Any]):
    def awaiting_payment(self) -> OrderQuerySet:
        return self.filter(status__in=status.RESERVED)

    def overdue(self) -> OrderQuerySet:
        """Reserved for longer than they may be."""
        return self.awaiting_payment().filter(expires_at__lte=timezone.now())

    def settled(self) -> OrderQuerySet:
        return self.filter(status__in=status.SETTLED)

    def being_refunded(self) -> OrderQuerySet:
        """The shop gives everything back, and the money has not gone yet."""
        return self.filter(
            ~has_units_left(),
            payments__refunds__reason="shop",
            payments__refunds__made_at__isnull=True,
        )

    def disputed(self) -> OrderQuerySet:
        """The customer's bank asks for the money back, and has not decided."""
        return self.filter(payments__disputes__state="open")

    def to_pack(self) -> OrderQuerySet:
        """Paid, in the house, and meant to go: not what was refunded, withdrawn or disputed.

        Of an order that was refunded in part the rest is packed (`OrderLine.units_left`).
        """
        here = self.filter(IN_THE_HOUSE, has_units_left(), ~is_withdrawn_from())
        return here.filter(~is_disputed())

    def with_facts(self) -> OrderQuerySet:
        """What a list of orders says beside their own columns."""
        from checkout.models.lines import OrderLine

        units = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
        refunded = self.model.objects.being_refunded().filter(pk=OuterRef("pk"))
        return self.annotate(
            units=Subquery(units.annotate(n=Sum("quantity")).values("n")),
            money_goes_back=Exists(refunded),
            is_in_dispute=is_disputed(),
        )

    def of_user(self, user: Any) -> OrderQuerySet:
        return self.filter(user=user)

    def of_the_same_customer(self, order: Any) -> OrderQuerySet:
        """Others by the same e-mail address, however it is written, or the same account."""
        same = Q(email__iexact=order.email)
        if order.user_id:
            same |= Q(user=order.user_id)
        return self.filter(same).exclude(pk=order.pk)


def has_units_left() -> Exists:
    """Of an order: something that was sold has not been refunded."""
    from checkout.models.lines import OrderLine

    return Exists(OrderLine.objects.filter(order=OuterRef("pk"), units_refunded__lt=F("quantity")))


def is_disputed() -> Exists:
    """Of an order: its customer's bank asks for the money back, and has not decided."""
    from checkout.models.disputes import Dispute

    return Exists(Dispute.objects.open().filter(payment__order=OuterRef("pk")))


def is_withdrawn_from() -> Exists:
    """Of an order: its shopper has withdrawn from a part of it, and has no money back yet."""
    from checkout.models.returns import ReturnRequest

    return Exists(ReturnRequest.objects.open().withdrawals().filter(order=OuterRef("pk")))
