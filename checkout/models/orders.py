from __future__ import annotations

import re
import secrets
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from basket.models import Coupon
from checkout import status
from checkout.models.addresses import OrderAddress
from checkout.models.history import OrderEvent
from checkout.models.terms import TaxTreatment
from checkout.querysets import IN_THE_HOUSE, OrderQuerySet, has_units_left, is_withdrawn_from
from checkout.status import OrderStatus
from products import stock
from products.fields import MoneyField
from products.money import ZERO

# Without the letters and digits that are mistaken for each other.
_NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_token() -> str:
    """192 random bits: the address of an order is its only key."""
    return secrets.token_urlsafe(24)


def new_number() -> str:
    """ "7KQ3-M9XT": short enough for the telephone, and silent about how many orders there are."""
    letters = [secrets.choice(_NUMBER_ALPHABET) for _ in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def tidy_number(typed: str) -> str:
    """ "#7kq3 m9xt" and its beginning "7kq3m" as they are printed: "7KQ3-M9XT", "7KQ3-M"."""
    number = re.sub(r"[\s#]+", "", typed).upper()
    return f"{number[:4]}-{number[4:]}" if re.fullmatch(r"[A-Z0-9]{5,8}", number) else number


class Order(models.Model):
    """What somebody ordered. Amounts, addresses and lines never change after placement."""

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True, default=new_number)
    # From the checkout form: a second press of the button finds the order of the first.
    form_key = models.UUIDField(unique=True, editable=False)
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus, default=OrderStatus.PENDING
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
        verbose_name=_("account"),
    )
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    note = models.TextField(_("note from the customer"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=10)
    site = models.ForeignKey("wagtailcore.Site", on_delete=models.PROTECT, related_name="+")

    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices include tax"))
    tax_treatment = models.CharField(
        _("tax treatment"), max_length=16, choices=TaxTreatment, default=TaxTreatment.STANDARD
    )
    # The customer's, as given: only of a company that buys under reverse charge.
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    subtotal = MoneyField(_("goods"))
    discount = MoneyField(_("discount"))
    coupon = models.ForeignKey(
        Coupon, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    coupon_code = models.CharField(_("coupon"), max_length=32, blank=True)
    shipping = MoneyField(_("delivery"))
    shipping_method = models.CharField(_("delivery method"), max_length=100)
    shipping_estimate = models.CharField(_("delivery estimate"), max_length=100, blank=True)
    pick_up_instructions = models.TextField(_("collection"), max_length=500, blank=True)
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    total = MoneyField(_("total"))

    payment_provider = models.CharField(_("payment"), max_length=32)
    placed_at = models.DateTimeField(_("placed"), default=timezone.now, db_index=True)
    expires_at = models.DateTimeField(_("reserved until"), null=True)
    # Its goods have left the house, whatever became of them since.
    has_left = models.BooleanField(default=False, editable=False)
    paid_at = models.DateTimeField(_("paid on"), null=True, blank=True)
    # The sums of its payments that came in and of the refunds that went: see `tally`.
    paid_total = MoneyField(_("paid"), default=ZERO, editable=False)
    refunded_total = MoneyField(_("refunded"), default=ZERO, editable=False)

    tags = TaggableManager(through="checkout.TaggedOrder", blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="pending"), name="order_overdue"
            ),
            models.Index(fields=["status", "-placed_at"], name="order_by_status"),
            # The few that are paid and in the house, of however many there ever were.
            models.Index(fields=["placed_at"], condition=IN_THE_HOUSE, name="order_to_pack"),
            models.Index(fields=["payment_provider", "-placed_at"], name="order_by_payment"),
            models.Index(fields=["shipping_method", "-placed_at"], name="order_by_delivery"),
            models.Index(fields=["user", "-placed_at", "-id"], name="order_of_user"),
            models.Index(fields=["total"], name="order_by_total"),
            # As `iexact` asks for it: people write their addresses in many ways.
            models.Index(Upper("email"), name="order_by_email_in_capitals"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    subtotal__gte=0,
                    discount__gte=0,
                    shipping__gte=0,
                    net__gte=0,
                    tax__gte=0,
                    total__gte=0,
                ),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[s.value for s in sorted(status.SETTLED)])
                | Q(paid_at__isnull=False, paid_total__gte=F("total")),
                name="order_settled_means_paid",
            ),
            models.CheckConstraint(
                condition=Q(refunded_total__gte=0, refunded_total__lte=F("paid_total")),
                name="order_gives_back_what_came",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[s.value for s in sorted(status.GIVEN_BACK)])
                | Q(refunded_total__gt=0),
                name="order_refunded_means_money_went",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[s.value for s in sorted(status.HANDED_OVER)])
                | Q(has_left=True),
                name="order_handed_over_has_left",
            ),
            models.CheckConstraint(
                condition=Q(tax_treatment=TaxTreatment.STANDARD) | Q(tax=0),
                name="order_untaxed_has_no_tax",
            ),
            models.CheckConstraint(
                condition=~Q(tax_treatment=TaxTreatment.REVERSE_CHARGE) | ~Q(vat_number=""),
                name="order_reverse_charge_names_the_buyer",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("checkout:status", args=[self.token])

    @property
    def public_url(self) -> str:
        """With scheme and host, for e-mails and payment providers."""
        return settings.BASE_URL + self.get_absolute_url()

    @property
    def quantities(self) -> dict[str, int]:
        """Units by SKU code."""
        return {line.sku_id: line.quantity for line in self.lines.all()}

    @property
    def is_collected(self) -> bool:
        """By the customer, at the place that stands in its delivery address."""
        return bool(self.pick_up_instructions)

    @property
    def unit_count(self) -> int:
        return sum(self.quantities.values())

    @property
    def is_overdue(self) -> bool:
        return (
            self.status in status.RESERVED
            and self.expires_at is not None
            and self.expires_at <= timezone.now()
        )

    @property
    def public_status(self) -> str:
        """As the status page publishes it; other programs do not tell delivered from sent."""
        return OrderStatus.SENT if self.status == OrderStatus.DELIVERED else self.status

    @cached_property
    def delivery_address(self) -> OrderAddress:
        return self._address(OrderAddress.Kind.DELIVERY)

    @cached_property
    def billing_address(self) -> OrderAddress:
        return self._address(OrderAddress.Kind.BILLING)

    def _address(self, kind: str) -> OrderAddress:
        mine = [address for address in self.addresses.all() if address.kind == kind]
        return max(mine, key=lambda address: address.version)

    @property
    def earlier_addresses(self) -> list[OrderAddress]:
        """Where it was to go before staff sent it elsewhere, newest first."""
        current = self.delivery_address
        mine = [one for one in self.addresses.all() if one.kind == current.kind and one != current]
        return sorted(mine, key=lambda address: -address.version)

    @property
    def latest_payment(self) -> Any:
        return max(self.payments.all(), key=lambda payment: payment.attempt, default=None)

    @property
    def refunds(self) -> list[Any]:
        """Of all its payments, oldest first."""
        payments = self.payments.prefetch_related(
            "refunds__payment", "refunds__actor", "refunds__credit_note__order"
        )
        found = [refund for payment in payments for refund in payment.refunds.all()]
        return sorted(found, key=lambda refund: refund.pk)

    @property
    def is_to_go(self) -> bool:
        """Whether it may leave the house, as far as refunds and withdrawals are concerned."""
        return Order.objects.filter(has_units_left(), ~is_withdrawn_from(), pk=self.pk).exists()

    @property
    def is_being_refunded(self) -> bool:
        return Order.objects.being_refunded().filter(pk=self.pk).exists()

    @property
    def is_disputed(self) -> bool:
        return Order.objects.disputed().filter(pk=self.pk).exists()

    @property
    def disputes(self) -> list[Any]:
        """Of all its payments, newest first."""
        payments = self.payments.prefetch_related("disputes__payment")
        found = [dispute for payment in payments for dispute in payment.disputes.all()]
        return sorted(found, key=lambda dispute: dispute.opened_at, reverse=True)

    @property
    def was_handed_over(self) -> bool:
        """Whether its goods have left the house."""
        return self.has_left

    def transition_to(self, after: OrderStatus, *, actor: Any = None, **data: Any) -> None:
        """Move on, under the order's row lock, with what that means for stock and coupon.

        Raises TransitionNotAllowed, and OutOfStock where late money finds an empty shelf.
        """
        with transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=self.pk)
            locked.move_on(after, actor=actor, **data)
        self.status, self.paid_at = locked.status, locked.paid_at
        self.has_left = locked.has_left

    def move_on(self, after: OrderStatus, *, actor: Any = None, **data: Any) -> None:
        """What `transition_to` does, inside the caller's transaction, which holds the row of this
        very object; the caller lets an error roll it back.
        """
        before = OrderStatus(self.status)
        status.check(before, after)
        self._move_stock(before, after, actor)
        self.status = after
        if after == OrderStatus.PAID:
            self.paid_at = timezone.now()
        if after in status.HANDED_OVER:
            self.has_left = True
        self.save(update_fields=["status", "paid_at", "has_left"])
        self.record("status", actor=actor, before=before, after=after, **data)

    def step_back(self, after: OrderStatus, **data: Any) -> None:
        """Undo a step that a refund made, because the money came back; the stock stays as it is.

        Inside the caller's transaction, which holds the order's row.
        """
        before = self.status
        if after == before:
            return
        self.status = after
        self.save(update_fields=["status"])
        self.record("status", before=before, after=after, **data)

    def stood_before_refunds(self) -> str:
        """The last status that no refund brought about."""
        steps = self.events.filter(what="status").order_by("-created_at", "-pk")
        refunded = (OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED)
        reached = (step.data["after"] for step in steps)
        return next((after for after in reached if after not in refunded), OrderStatus.PENDING)

    def tally(self) -> None:
        """Add up anew what came in and what went back: whenever either changed, under the lock.

        The database refuses a settled order that is not paid for, and more back than ever came.
        """
        amounts, gone = {}, ZERO
        rows = self.payments.received().values_list(
            "pk", "amount", "refunds__amount", "refunds__made_at"
        )
        for payment, amount, given_back, made_at in rows:
            amounts[payment] = amount
            gone += given_back if made_at else ZERO
        self.paid_total, self.refunded_total = sum(amounts.values(), ZERO), gone
        self.save(update_fields=["paid_total", "refunded_total"])

    def record(self, what: str, *, actor: Any = None, **data: Any) -> OrderEvent:
        return OrderEvent.objects.create(order=self, what=what, actor=actor, data=data)

    def _move_stock(self, before: OrderStatus, after: OrderStatus, actor: Any) -> None:
        if after == OrderStatus.PAID:
            if before in status.RELEASED:
                stock.reserve(self.quantities)
                self._count_coupon(+1)
            stock.sell(self.quantities, reference=self.number, actor=actor)
        elif before in status.RESERVED and after in status.RELEASED:
            stock.release(self.quantities)
            self._count_coupon(-1)

    def _count_coupon(self, step: int) -> None:
        """A use that comes back late is honoured, though not counted above the coupon's limit."""
        within_limits = Q(max_uses__isnull=True) | Q(max_uses__gte=F("uses") + step)
        Coupon.objects.filter(within_limits, orders=self, uses__gte=-step).update(
            uses=F("uses") + step
        )
