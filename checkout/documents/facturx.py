"""A bill as Factur-X / ZUGFeRD: the XML of EN 16931 in UN/CEFACT's syntax, to go into its PDF.

Pure: from a `Bill` to bytes. The comments name the standard's business terms; tests put the result
through the schema and the rules that come with the `factur-x` library.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum import iban

from checkout.documents.bill import Adjustment, Bill, BillLine, Means
from checkout.documents.cii import Node, day, document, number, qdt, ram, rsm, udt
from checkout.documents.cii_parties import buyer_party, recipient_party, seller_party
from checkout.documents.vat import OUTSIDE, VatCategory
from checkout.totals import TaxTotals
from products.money import exponent, smallest_unit

FILE_NAME = "factur-x.xml"
PROFILE = "urn:cen.eu:en16931:2017"

_PIECES = "C62"
_DISCOUNT = "95"  # UNTDID 5189
_DELIVERY = "DL"  # UNTDID 7161


class NotExpressible(Exception):
    """The standard has no words for this bill; `why` is for staff."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def to_xml(bill: Bill) -> bytes:
    """Raises NotExpressible."""
    _check(bill)
    root = rsm(
        "CrossIndustryInvoice",
        rsm(
            "ExchangedDocumentContext",
            ram("GuidelineSpecifiedDocumentContextParameter", ram("ID", PROFILE)),
        ),
        rsm(
            "ExchangedDocument",
            ram("ID", bill.number),  # BT-1
            ram("TypeCode", bill.kind.value),  # BT-3
            ram("IssueDateTime", day(bill.issued_on)),  # BT-2
        ),
        rsm(
            "SupplyChainTradeTransaction",
            *(_line(bill, place, line) for place, line in enumerate(bill.lines, 1)),
            _agreement(bill),
            _delivery(bill),
            _settlement(bill),
        ),
    )
    return document(root)


def _check(bill: Bill) -> None:
    if exponent(bill.currency) > 2:
        raise NotExpressible(f"EN 16931 has two decimal places, {bill.currency} has more.")
    if bill.tax and not bill.parties.seller.vat_number:
        raise NotExpressible("VAT is charged, and the shop's settings have no VAT number.")
    if not bill.parties.seller.country:
        raise NotExpressible("The shop's settings have no country.")


def _line(bill: Bill, place: int, line: BillLine) -> Node | None:
    price, units = line.price
    return ram(
        "IncludedSupplyChainTradeLineItem",
        ram("AssociatedDocumentLineDocument", ram("LineID", str(place))),  # BT-126
        ram(
            "SpecifiedTradeProduct",
            ram("SellerAssignedID", line.sku),  # BT-155
            ram("Name", line.title),  # BT-153
            ram("Description", line.options),  # BT-154
        ),
        ram(
            "SpecifiedLineTradeAgreement",
            ram(
                "NetPriceProductTradePrice",
                ram("ChargeAmount", number(price)),  # BT-146
                ram("BasisQuantity", str(units), unitCode=_PIECES),  # BT-149
            ),
        ),
        ram(
            "SpecifiedLineTradeDelivery",
            ram("BilledQuantity", str(line.quantity), unitCode=_PIECES),  # BT-129
        ),
        ram(
            "SpecifiedLineTradeSettlement",
            _rate("ApplicableTradeTax", bill.category_at(line.rate), line.rate),  # BT-151, 152
            ram(
                "SpecifiedTradeSettlementLineMonetarySummation",
                ram("LineTotalAmount", _amount(bill, line.net)),  # BT-131
            ),
        ),
    )


def _agreement(bill: Bill) -> Node | None:
    # BR-O-02: no VAT number where nothing is subject to VAT.
    is_taxed = any(bill.category_at(tax.rate) != OUTSIDE for tax in bill.taxes)
    return ram(
        "ApplicableHeaderTradeAgreement",
        seller_party(bill.parties.seller, with_vat_number=is_taxed),
        buyer_party(
            bill.parties.buyer, bill.parties.email, bill.buyer_vat_number if is_taxed else ""
        ),
        ram("SellerOrderReferencedDocument", ram("IssuerAssignedID", bill.order_number)),  # BT-14
    )


def _delivery(bill: Bill) -> Node | None:
    return ram(
        "ApplicableHeaderTradeDelivery",
        recipient_party(bill.parties.recipient),
        ram(
            "ActualDeliverySupplyChainEvent",
            ram("OccurrenceDateTime", day(bill.supplied_on)),  # BT-72
        ),
    )


def _settlement(bill: Bill) -> Node | None:
    return ram(
        "ApplicableHeaderTradeSettlement",
        ram("PaymentReference", bill.order_number),  # BT-83
        ram("InvoiceCurrencyCode", bill.currency),  # BT-5
        _payment(bill),
        *(_tax(bill, tax) for tax in bill.taxes),
        *(
            _adjustment(bill, one, "false", _DISCOUNT, bill.discount_label or _("Discount"))
            for one in bill.allowances
        ),
        *(
            _adjustment(bill, one, "true", _DELIVERY, bill.delivery_label or _("Delivery"))
            for one in bill.charges
        ),
        ram("SpecifiedTradePaymentTerms", ram("Description", bill.terms)),  # BT-20
        _sums(bill),
        _corrects(bill),
    )


def _payment(bill: Bill) -> Node | None:
    seller, by_transfer = bill.parties.seller, bill.means == Means.TRANSFER
    account = re.sub(r"\s", "", seller.bank_iban) if by_transfer else ""
    holder = ram("AccountName", seller.bank_account_holder) if account else None
    is_iban = iban.is_valid(account)
    return ram(
        "SpecifiedTradeSettlementPaymentMeans",
        ram("TypeCode", bill.means.value),  # BT-81
        ram(
            "PayeePartyCreditorFinancialAccount",
            ram("IBANID", account) if is_iban else None,  # BT-84
            holder,  # BT-85
            None if is_iban else ram("ProprietaryID", account),  # BT-84
        ),
    )


def _tax(bill: Bill, tax: TaxTotals) -> Node | None:
    category = bill.category_at(tax.rate)
    return ram(
        "ApplicableTradeTax",
        ram("CalculatedAmount", _amount(bill, tax.amount.tax)),  # BT-117
        ram("TypeCode", "VAT"),
        ram("ExemptionReason", str(category.note)),  # BT-120
        ram("BasisAmount", _amount(bill, tax.amount.net)),  # BT-116
        ram("CategoryCode", category.code),  # BT-118
        ram("ExemptionReasonCode", category.reason_code),  # BT-121
        _percent(category, tax.rate),  # BT-119
    )


def _adjustment(bill: Bill, one: Adjustment, is_charge: str, code: str, reason: str) -> Node | None:
    return ram(
        "SpecifiedTradeAllowanceCharge",
        ram("ChargeIndicator", udt("Indicator", is_charge)),
        ram("ActualAmount", _amount(bill, one.amount)),  # BT-92, BT-99
        ram("ReasonCode", code),  # BT-98, BT-105
        ram("Reason", reason),  # BT-97, BT-104
        _rate("CategoryTradeTax", bill.category_at(one.rate), one.rate),
    )


def _sums(bill: Bill) -> Node | None:
    allowances = sum((one.amount for one in bill.allowances), Decimal(0))
    charges = sum((one.amount for one in bill.charges), Decimal(0))
    lines = sum((line.net for line in bill.lines), Decimal(0))
    return ram(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        ram("LineTotalAmount", _amount(bill, lines)),  # BT-106
        ram("ChargeTotalAmount", _amount(bill, charges)),  # BT-108
        ram("AllowanceTotalAmount", _amount(bill, allowances)),  # BT-107
        ram("TaxBasisTotalAmount", _amount(bill, bill.net)),  # BT-109
        ram("TaxTotalAmount", _amount(bill, bill.tax), currencyID=bill.currency),  # BT-110
        ram("GrandTotalAmount", _amount(bill, bill.total)),  # BT-112
        ram("TotalPrepaidAmount", _amount(bill, bill.paid)),  # BT-113
        ram("DuePayableAmount", _amount(bill, bill.total - bill.paid)),  # BT-115
    )


def _corrects(bill: Bill) -> Node | None:
    """BG-3."""
    if bill.corrects is None:
        return None
    return ram(
        "InvoiceReferencedDocument",
        ram("IssuerAssignedID", bill.corrects.number),
        ram("FormattedIssueDateTime", day(bill.corrects.issued_on, qdt)),
    )


def _rate(tag: str, category: VatCategory, rate: Decimal) -> Node | None:
    return ram(
        tag,
        ram("TypeCode", "VAT"),
        ram("CategoryCode", category.code),
        _percent(category, rate),
    )


def _percent(category: VatCategory, rate: Decimal) -> Node | None:
    return ram("RateApplicablePercent", number(rate)) if category.bears_rate else None


def _amount(bill: Bill, amount: Decimal) -> str:
    return str(amount.quantize(smallest_unit(bill.currency)))
