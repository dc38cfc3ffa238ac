"""Seller, buyer and recipient in UN/CEFACT's syntax. The comments name the business terms."""

from __future__ import annotations

from checkout.documents.cii import Node, ram
from checkout.documents.parties import Address, Seller
from checkout.documents.vat import vat_identifier


def seller_party(seller: Seller, *, with_vat_number: bool) -> Node | None:
    trading_name = seller.name if seller.name != seller.legal_name else ""
    return ram(
        "SellerTradeParty",
        ram("Name", seller.legal_name),  # BT-27
        ram(
            "SpecifiedLegalOrganization",
            ram("ID", seller.company_number),  # BT-30
            ram("TradingBusinessName", trading_name),  # BT-28
        ),
        ram(
            "DefinedTradeContact",  # BG-6
            ram("PersonName", seller.name),
            ram("TelephoneUniversalCommunication", ram("CompleteNumber", seller.phone)),
            ram("EmailURIUniversalCommunication", ram("URIID", seller.email)),
        ),
        _seller_address(seller),
        _mailbox(seller.email),  # BT-34
        _vat_number(seller.vat_number if with_vat_number else "", seller.country),  # BT-31
    )


def buyer_party(buyer: Address, email: str, vat_number: str) -> Node | None:
    return ram(
        "BuyerTradeParty",
        ram("Name", buyer.company or buyer.name),  # BT-44
        ram("DefinedTradeContact", ram("PersonName", buyer.name if buyer.company else "")),
        _address(buyer),
        _mailbox(email),  # BT-49
        _vat_number(vat_number, buyer.country),  # BT-48
    )


def recipient_party(recipient: Address) -> Node | None:
    return ram(
        "ShipToTradeParty",
        ram("Name", recipient.company or recipient.name),  # BT-70
        _address(recipient),
    )


def _seller_address(seller: Seller) -> Node | None:
    """As the shop's settings have it, in lines; what is more than three is put on the third."""
    one, two, *rest = [*seller.address_lines, "", ""]
    return ram(
        "PostalTradeAddress",
        ram("LineOne", one),
        ram("LineTwo", two),
        ram("LineThree", ", ".join(filter(None, rest))),
        ram("CountryID", seller.country),  # BT-40
    )


def _address(address: Address) -> Node | None:
    return ram(
        "PostalTradeAddress",
        ram("PostcodeCode", address.postcode),
        ram("LineOne", address.line1),
        ram("LineTwo", address.line2),
        ram("CityName", address.city),
        ram("CountryID", address.country),  # BT-55, BT-80
        ram("CountrySubDivisionName", address.region),
    )


def _mailbox(address: str) -> Node | None:
    return ram("URIUniversalCommunication", ram("URIID", address, schemeID="EM"))


def _vat_number(number: str, country: str) -> Node | None:
    identifier = vat_identifier(number, country)
    return ram("SpecifiedTaxRegistration", ram("ID", identifier, schemeID="VA"))
