"""The parameters each call takes. Every key is one that the `stripe` library knows too.

Keys that Stripe takes but the stand-in does not honour are left out, so that they are refused
(`parameter_unknown`) instead of being accepted and doing nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from .fields import (
    Currency,
    Email,
    Field,
    Flag,
    Fraction,
    Hash,
    ListOf,
    Metadata,
    Moment,
    Text,
    Url,
    Whole,
)
from .words import words

LOCALES = words(
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl"
    " pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
EXPAND = ListOf(Text())
COUNTRY = Text(2)
TAX_BEHAVIOR = Text(choices=("exclusive", "inclusive", "unspecified"))

ADDRESS = Hash(
    {key: Text() for key in ("city", "line1", "line2", "postal_code", "state")}
    | {"country": COUNTRY},
    required=("line1",),
)
SHIPPING = Hash(
    {
        "address": ADDRESS,
        "carrier": Text(),
        "name": Text(),
        "phone": Text(),
        "tracking_number": Text(),
    },
    required=("address", "name"),
)
PRODUCT_DATA = Hash(
    {
        "name": Text(),
        "description": Text(),
        "images": ListOf(Url(), most=8),
        "metadata": Metadata(),
        "tax_code": Text(),
        "unit_label": Text(),
    },
    required=("name",),
)
PRICE_DATA = Hash(
    {
        "currency": Currency(),
        "product": Text(),
        "product_data": PRODUCT_DATA,
        "tax_behavior": TAX_BEHAVIOR,
        "unit_amount": Whole(least=0),
        "unit_amount_decimal": Fraction(),
    },
    required=("currency",),
)
LINE_ITEM = Hash(
    {
        "price": Text(),
        "price_data": PRICE_DATA,
        "quantity": Whole(least=0, most=999_999),
        "metadata": Metadata(),
    }
)
SHIPPING_RATE_DATA = Hash(
    {
        "display_name": Text(100),
        "fixed_amount": Hash(
            {"amount": Whole(least=0), "currency": Currency()}, required=("amount", "currency")
        ),
        "metadata": Metadata(),
        "tax_behavior": TAX_BEHAVIOR,
        "tax_code": Text(),
        "type": Text(choices=("fixed_amount",)),
    },
    required=("display_name",),
)
PAYMENT_INTENT_DATA = Hash(
    {
        "capture_method": Text(choices=("automatic", "automatic_async")),
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": Email(),
        "shipping": SHIPPING,
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22),
        "transfer_group": Text(),
    }
)
SESSION_CREATE = Hash(
    {
        "adaptive_pricing": Hash({"enabled": Flag()}),
        "allow_promotion_codes": Flag(),
        "allowed_payment_method_types": ListOf(Text()),
        "automatic_tax": Hash({"enabled": Flag()}, required=("enabled",)),
        "billing_address_collection": Text(choices=("auto", "required")),
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "currency": Currency(),
        "customer_creation": Text(choices=("always", "if_required")),
        "customer_email": Email(800),
        "custom_text": Hash(
            {
                place: Hash({"message": Text(1200)}, required=("message",))
                for place in ("after_submit", "shipping_address", "submit")
            }
        ),
        "discounts": ListOf(Hash({"coupon": Text(), "promotion_code": Text()}), most=1),
        "excluded_payment_method_types": ListOf(Text()),
        "expand": EXPAND,
        "expires_at": Whole(),
        "line_items": ListOf(LINE_ITEM, most=100),
        "locale": Text(choices=LOCALES),
        "metadata": Metadata(),
        "mode": Text(choices=("payment", "setup", "subscription")),
        "origin_context": Text(choices=("mobile_app", "web")),
        "payment_intent_data": PAYMENT_INTENT_DATA,
        "phone_number_collection": Hash({"enabled": Flag()}, required=("enabled",)),
        "shipping_address_collection": Hash(
            {"allowed_countries": ListOf(COUNTRY, most=300)}, required=("allowed_countries",)
        ),
        "shipping_options": ListOf(
            Hash({"shipping_rate": Text(), "shipping_rate_data": SHIPPING_RATE_DATA}), most=5
        ),
        "submit_type": Text(choices=("auto", "book", "donate", "pay")),
        "success_url": Url(),
        "ui_mode": Text(choices=("elements", "embedded_page", "form", "hosted_page")),
    },
    required=("line_items", "mode", "success_url"),
)

PAGE: Mapping[str, Field] = {
    "ending_before": Text(),
    "expand": EXPAND,
    "limit": Whole(least=1, most=100),
    "starting_after": Text(),
}
RETRIEVE = Hash({"expand": EXPAND})
LINE_ITEM_LIST = Hash(PAGE)
SESSION_LIST = Hash(
    {
        **PAGE,
        "created": Moment(),
        "payment_intent": Text(),
        "status": Text(choices=("complete", "expired", "open")),
    }
)
REFUND_CREATE = Hash(
    {
        "amount": Whole(least=1),
        "charge": Text(),
        "expand": EXPAND,
        "metadata": Metadata(),
        "payment_intent": Text(),
        "reason": Text(choices=("duplicate", "fraudulent", "requested_by_customer")),
    }
)
REFUND_LIST = Hash({**PAGE, "charge": Text(), "created": Moment(), "payment_intent": Text()})
CHARGE_LIST = Hash({**PAGE, "created": Moment(), "payment_intent": Text()})
DISPUTE_LIST = Hash({**PAGE, "charge": Text(), "created": Moment(), "payment_intent": Text()})
EVENT_LIST = Hash(
    {
        **PAGE,
        "created": Moment(),
        "delivery_success": Flag(),
        "type": Text(),
        "types": ListOf(Text(), most=20),
    }
)
COUPON_CREATE = Hash(
    {
        "amount_off": Whole(least=1),
        "currency": Currency(),
        "duration": Text(choices=("forever", "once")),
        "expand": EXPAND,
        "id": Text(200),
        "metadata": Metadata(),
        "name": Text(40),
        "percent_off": Fraction(),
    }
)
