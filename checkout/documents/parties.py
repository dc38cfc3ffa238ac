"""Who a document names: seller, buyer and recipient, written down as they are at issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Self

from django_countries.fields import Country

from checkout.addresses import address_lines
from checkout.models import Order
from content.models import Picture, ShopSettings


class _Kept:
    """Made from what a document keeps; what was not known in its time is empty."""

    @classmethod
    def kept(cls, data: Mapping[str, Any]) -> Self:
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(frozen=True)
class Seller(_Kept):
    """The shop, as its settings were. `address` has no country; `logo_id` is a picture's."""

    name: str = ""
    company: str = ""
    address: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    vat_number: str = ""
    company_number: str = ""
    bank_account_holder: str = ""
    bank_iban: str = ""
    bank_bic: str = ""
    logo_id: int | None = None

    @classmethod
    def of(cls, shop: ShopSettings) -> Self:
        known = {field.name: getattr(shop, field.name) for field in fields(cls)}
        return cls(**known | {"country": str(shop.country or "")})

    @property
    def legal_name(self) -> str:
        return self.company or self.name

    @property
    def address_lines(self) -> list[str]:
        return [line.strip() for line in self.address.splitlines() if line.strip()]

    @property
    def country_name(self) -> str:
        return str(Country(self.country).name)

    @cached_property
    def logo(self) -> Picture | None:
        return Picture.objects.filter(pk=self.logo_id).first() if self.logo_id else None


@dataclass(frozen=True)
class Address(_Kept):
    """Of the buyer or of the recipient: `checkout.addresses.FIELDS`, the country as its code."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def lines(self) -> list[str]:
        return address_lines(asdict(self))


@dataclass(frozen=True)
class Parties:
    """`email`: the buyer's, at which they are written to."""

    seller: Seller
    buyer: Address
    recipient: Address
    email: str = ""

    @classmethod
    def of(cls, order: Order) -> Self:
        return cls(
            seller=Seller.of(ShopSettings.for_site(order.site)),
            buyer=Address.kept(order.billing_address.as_dict()),
            recipient=Address.kept(order.delivery_address.as_dict()),
            email=order.email,
        )

    @classmethod
    def kept(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            seller=Seller.kept(data.get("seller", {})),
            buyer=Address.kept(data.get("buyer", {})),
            recipient=Address.kept(data.get("recipient", {})),
            email=data.get("email", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
