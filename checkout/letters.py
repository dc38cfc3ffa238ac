"""The e-mails of an order: their standard words, and what is filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkout import sample_order
from checkout.models import EmailKind, OrderEmail
from content.letters import Contents, Letter, Text, get
from products.money import format_money

_OF_EVERY_ORDER: Mapping[str, Text] = {
    "number": _("the order’s number"),
    "name": _("the customer’s name"),
    "total": _("the order’s total"),
}


def letter_of(email: OrderEmail) -> Letter:
    """A second one about a parcel tells how to follow it, not that it left."""
    if email.kind == EmailKind.SENT and email.edition > 1:
        return get("order-tracking")
    return get(f"order-{email.kind}")


def contents_of(email: Any) -> Contents:
    """Of an OrderEmail, or of a sample that looks like one. Values in the active language."""
    order = email.order
    return Contents(
        template=f"checkout/emails/{email.kind}",
        values={
            "number": order.number,
            "name": order.billing_address.name,
            "total": format_money(order.total, order.currency),
            **_VALUES.get(email.kind, _nothing_more)(email),
        },
        context={
            "order": order,
            "url": order.public_url,
            "shipment": order.shipments.last() if email.kind == EmailKind.SENT else None,
            "refund": email.refund,
            "return_request": email.return_request,
        },
    )


def _nothing_more(email: Any) -> dict[str, Any]:
    return {}


def _of_invoice(email: Any) -> dict[str, Any]:
    return {"invoice": email.order.invoice.number}


def _of_delivery(email: Any) -> dict[str, Any]:
    order = email.order
    said = [order.shipping_method, order.shipping_estimate]
    return {"delivery": ", ".join(part for part in said if part)}


def _of_refund(email: Any) -> dict[str, Any]:
    refund = email.refund
    reason = render_to_string("checkout/emails/refund_reason.txt", {"refund": refund})
    return {
        "amount": format_money(refund.amount, refund.payment.currency),
        "reason": reason.strip(),
    }


def _of_withdrawal(email: Any) -> dict[str, Any]:
    request = email.return_request
    told = render_to_string("checkout/emails/withdrawal_next.txt", {"order": email.order})
    return {
        "moment": date_format(timezone.localtime(request.requested_at), "j F Y, H:i"),
        "next": told.strip(),
    }


_VALUES: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    EmailKind.CONFIRMED: _of_invoice,
    EmailKind.SENT: _of_delivery,
    EmailKind.REFUNDED: _of_refund,
    EmailKind.WITHDRAWAL: _of_withdrawal,
}


def _letter(
    kind: EmailKind,
    *,
    subject: Promise,
    heading: Promise,
    opening: Text,
    closing: Text = "",
    placeholders: Mapping[str, Text] | None = None,
    name: str = "",
    label: Text = "",
) -> Letter:
    return Letter(
        name=f"order-{name or kind.value}",
        label=label or kind.label,
        subject=subject,
        heading=heading,
        opening=opening,
        closing=closing,
        own_placeholders={**_OF_EVERY_ORDER, **(placeholders or {})},
        sample=lambda: contents_of(sample_order.email(kind)),
    )


_DELIVERY: Mapping[str, Text] = {"delivery": _("how it is delivered, and how long that takes")}

LETTERS = (
    _letter(
        EmailKind.RECEIVED,
        subject=_("We have your order {number} · {shop}"),
        heading=_("Thank you. We keep it all aside for you"),
        opening=_(
            "We have your order and pack it when your money has arrived. Please send it to this "
            "account, with the reference:"
        ),
    ),
    _letter(
        EmailKind.CONFIRMED,
        subject=_("Your order {number} is paid · {shop}"),
        heading=_("Thank you. It is yours"),
        opening=_(
            "We have your payment and pack your order next. The invoice {invoice} is attached."
        ),
        placeholders={"invoice": _("the invoice’s number")},
    ),
    _letter(
        EmailKind.SENT,
        subject=_("Your order {number} is on its way · {shop}"),
        heading=_("It is on its way to you"),
        opening=_("We have handed your order over ({delivery})."),
        placeholders=_DELIVERY,
    ),
    _letter(
        EmailKind.SENT,
        name="tracking",
        label=_("Order sent, told once more"),
        subject=_("How to follow your order {number} · {shop}"),
        heading=_("It is on its way to you"),
        opening=_("We have handed your order over ({delivery})."),
        placeholders=_DELIVERY,
    ),
    _letter(
        EmailKind.CANCELLED,
        subject=_("Your order {number} is cancelled · {shop}"),
        heading=_("Your order is cancelled"),
        opening=_("Nothing is sent, and there is nothing to pay."),
        closing=_(
            "If that was not what you wanted, you can put its items back in your basket on the "
            "order’s page."
        ),
    ),
    _letter(
        EmailKind.REFUNDED,
        subject=_("Money back for your order {number} · {shop}"),
        heading=_("Your money is on its way back"),
        opening="{reason}",
        closing=_("Banks take up to ten days to show it."),
        placeholders={
            "amount": _("the amount that goes back"),
            "reason": _("why it goes back, in a sentence"),
        },
    ),
    _letter(
        EmailKind.RETURN_REQUESTED,
        subject=_("We have your return request for order {number} · {shop}"),
        heading=_("We have your request"),
        opening=_(
            "Thank you. We look at it and answer by e-mail. Please keep the goods until then."
        ),
    ),
    _letter(
        EmailKind.RETURN_ACCEPTED,
        subject=_("How to send your goods back: order {number} · {shop}"),
        heading=_("Please send them back"),
        opening=_("This is how the goods come back to us:"),
        closing=_("We write to you as soon as they have arrived."),
    ),
    _letter(
        EmailKind.RETURN_REFUSED,
        subject=_("About your return of order {number} · {shop}"),
        heading=_("We cannot take it back"),
        opening=_("We have looked at your request, and are sorry:"),
        closing=_("If you see it differently, answer this e-mail."),
    ),
    _letter(
        EmailKind.RETURN_RECEIVED,
        subject=_("What you sent back has arrived: order {number} · {shop}"),
        heading=_("It has arrived"),
        opening=_(
            "What you sent back is here. We look at it, and write to you when your money is on "
            "its way."
        ),
    ),
    _letter(
        EmailKind.WITHDRAWAL,
        subject=_("You have withdrawn from order {number} · {shop}"),
        heading=_("We confirm your withdrawal"),
        opening=_("We received your withdrawal from the contract on {moment}."),
        closing="{next}",
        placeholders={
            "moment": _("the date and time of the withdrawal"),
            "next": _("what happens with the goods and the money"),
        },
    ),
    _letter(
        EmailKind.ORDER_LINK,
        subject=_("The way to your order {number} · {shop}"),
        heading=_("Here is your order"),
        opening=_(
            "You asked for the link to your order’s page. It shows how the order stands, and you "
            "may withdraw from the contract there."
        ),
        closing=_("If it was not you who asked, you need not do anything."),
    ),
)
