"""What a Checkout Session costs: lines, one coupon, the first shipping option."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from .answer import ApiError, JsonObject, ParameterError, missing, no_such
from .coupons import discount_of
from .ids import new_id
from .money import check_total


@dataclass
class Priced:
    """Whole minor units. `subtotal` is the items alone, before discount and shipping."""

    currency: str
    lines: list[JsonObject]
    coupon: str | None = None
    discount: int = 0
    shipping_options: list[JsonObject] = field(default_factory=list)

    @property
    def subtotal(self) -> int:
        return sum(line["amount_subtotal"] for line in self.lines)

    @property
    def shipping(self) -> int:
        options = self.shipping_options
        return int(options[0]["shipping_amount"]) if options else 0

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping

    @property
    def shipping_cost(self) -> JsonObject | None:
        if not self.shipping_options:
            return None
        return {
            "amount_subtotal": self.shipping,
            "amount_tax": 0,
            "amount_total": self.shipping,
            "shipping_rate": self.shipping_options[0]["shipping_rate"],
        }


def price(params: JsonObject, coupons: dict[str, JsonObject], now: int) -> Priced:
    lines = [
        line_of(item, f"line_items[{place}]", now)
        for place, item in enumerate(params["line_items"])
    ]
    if not lines:
        raise missing("line_items")
    priced = Priced(one_currency(params, lines), lines)
    for place, option in enumerate(params.get("shipping_options", [])):
        name = f"shipping_options[{place}]"
        priced.shipping_options.append(shipping_option(option, name, priced.currency))
    for reduction in params.get("discounts", []):
        apply(priced, reduction, coupons)
    check_total(priced.total, priced.currency)
    return priced


def line_of(item: JsonObject, param: str, now: int) -> JsonObject:
    if "price" in item:
        raise no_such("price", item["price"], f"{param}[price]", status=400)
    if "price_data" not in item:
        raise missing(f"{param}[price_data]")
    if not item.get("quantity"):
        raise ParameterError(
            f"Quantity is required. Add `quantity` to `{param}`",
            code="parameter_missing",
            param=f"{param}[quantity]",
        )
    data = item["price_data"]
    amount = whole(unit_amount(data, f"{param}[price_data]") * item["quantity"])
    return {
        "id": new_id("li_1", 23),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": data["currency"],
        "description": product_name(data, f"{param}[price_data]"),
        "metadata": item.get("metadata", {}),
        "price": price_of(data, now),
        "quantity": item["quantity"],
    }


def unit_amount(data: JsonObject, param: str) -> Decimal:
    given = [key for key in ("unit_amount", "unit_amount_decimal") if key in data]
    if not given:
        raise missing(f"{param}[unit_amount]")
    if len(given) > 1:
        raise ParameterError(
            "You may only specify one of these parameters: unit_amount, unit_amount_decimal."
        )
    return Decimal(data[given[0]])


def whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def product_name(data: JsonObject, param: str) -> str:
    if "product" in data:
        raise no_such("product", data["product"], f"{param}[product]", status=400)
    if "product_data" not in data:
        raise missing(f"{param}[product_data]")
    return str(data["product_data"]["name"])


def price_of(data: JsonObject, now: int) -> JsonObject:
    exact = unit_amount(data, "price_data")
    return {
        "id": new_id("price_1", 23),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": data["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod_", 14),
        "recurring": None,
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": int(exact) if exact == exact.to_integral_value() else None,
        "unit_amount_decimal": format(exact, "f"),
    }


def one_currency(params: JsonObject, lines: list[JsonObject]) -> str:
    found = list(dict.fromkeys(line["currency"] for line in lines))
    if "currency" in params:
        found = list(dict.fromkeys([params["currency"], *found]))
    if len(found) > 1:
        raise ApiError(
            "You cannot combine currencies on a single Checkout Session. Found both "
            f"{found[0]} and {found[1]}."
        )
    return str(found[0])


def shipping_option(option: JsonObject, param: str, currency: str) -> JsonObject:
    if "shipping_rate" in option:
        identifier = option["shipping_rate"]
        raise no_such("shipping rate", identifier, f"{param}[shipping_rate]", status=400)
    fixed = option.get("shipping_rate_data", {}).get("fixed_amount")
    if fixed is None:
        raise missing(f"{param}[shipping_rate_data][fixed_amount]")
    if fixed["currency"] != currency:
        raise ApiError(
            "You cannot combine currencies on a single Checkout Session. Found both "
            f"{currency} and {fixed['currency']}."
        )
    return {"shipping_amount": fixed["amount"], "shipping_rate": new_id("shr_1", 23)}


def apply(priced: Priced, reduction: JsonObject, coupons: dict[str, JsonObject]) -> None:
    """Take a coupon off the items, never the shipping, and share it over the lines."""
    if "promotion_code" in reduction:
        code = reduction["promotion_code"]
        raise no_such("promotion code", code, "discounts[0][promotion_code]", status=400)
    if "coupon" not in reduction:
        raise missing("discounts[0][coupon]")
    coupon = coupons.get(reduction["coupon"])
    if coupon is None:
        raise no_such("coupon", reduction["coupon"], "discounts[0][coupon]", status=400)
    priced.coupon = coupon["id"]
    priced.discount = discount_of(coupon, priced.subtotal, priced.currency)
    share(priced.discount, priced.lines)


def share(discount: int, lines: list[JsonObject]) -> None:
    """In proportion; what rounding leaves goes to the last line that can bear it."""
    left, subtotal = discount, sum(line["amount_subtotal"] for line in lines)
    for line in lines:
        part = discount * line["amount_subtotal"] // subtotal if subtotal else 0
        left -= part
        line["amount_discount"] = part
    for line in reversed(lines):
        more = min(left, line["amount_subtotal"] - line["amount_discount"])
        line["amount_discount"] += more
        left -= more
        line["amount_total"] = line["amount_subtotal"] - line["amount_discount"]
