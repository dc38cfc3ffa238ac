"""Credit notes are made as invoices are: the same look, and the same facts for machines."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import facturx
import pytest
from pypdf import PdfReader

from checkout import credit_notes, refunding, settling
from checkout.models import CreditNote, Order
from checkout.refund_shares import Wish
from checkout.tests.e_invoice_rules import broken_rules
from checkout.tests.factories import make_order
from content.tests.factories import set_up_shop
from products.models import TaxClass
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def credit_note() -> CreditNote:
    """Two of three at 9.99 and delivery of 4.00 (20 %, and 5 % by its share), and 1.01 off."""
    set_up_shop(company="Bower Ltd", vat_number="GB123456789", address="1 Bird Lane\nLondon")
    make_product("Tides", sku="TIDES", price="5.00", tax_class=TaxClass.objects.get(code="reduced"))
    make_product("Waves", sku="WAVES", price="9.99")
    order = make_order({"WAVES": 3, "TIDES": 1})
    settling.mark_paid_by_hand(order, None)
    units = {order.lines.get(sku_id="WAVES").pk: 2}
    wish = Wish(units, delivery=D("4.00"), goodwill=D("1.01"))
    return refunding.refund(Order.objects.get(), wish, D("24.99"), note="Torn on the way")


def test_facts__hold_to_the_rules_and_name_the_invoice(credit_note: CreditNote) -> None:
    content = credit_notes.render_pdf(credit_note)
    name, xml = facturx.get_xml_from_pdf(content)

    assert name == "factur-x.xml"
    assert broken_rules(xml) == []
    for said in (
        "<ram:TypeCode>381</ram:TypeCode>",
        "<ram:GrandTotalAmount>24.99</ram:GrandTotalAmount>",
        "<ram:DuePayableAmount>24.99</ram:DuePayableAmount>",
        f"<ram:IssuerAssignedID>{credit_note.invoice.number}</ram:IssuerAssignedID>",
        '<ram:BilledQuantity unitCode="C62">2</ram:BilledQuantity>',
        "<ram:Name>Delivery</ram:Name>",
        "<ram:Name>Price reduction</ram:Name>",
    ):
        assert said in xml.decode(), said
    [page] = PdfReader(BytesIO(content)).pages
    text = " ".join(page.extract_text().split())
    for said in (credit_note.number, "Credited", "£24.99", "Torn on the way", "Bower Ltd"):
        assert said in text, said


def test_facts__of_all_that_can_be_given_back(credit_note: CreditNote) -> None:
    """Whatever is left then, in many small parts: each holds to the rules by itself."""
    order = credit_note.order
    for amount in ("0.01", "0.03", "1.11"):
        note = refunding.refund(order, Wish(goodwill=D(amount)), D(amount))

        _, xml = facturx.get_xml_from_pdf(credit_notes.render_pdf(note))

        assert broken_rules(xml) == []
        assert f"<ram:GrandTotalAmount>{amount}</ram:GrandTotalAmount>" in xml.decode()


def test_file__is_kept_with_its_hash(credit_note: CreditNote) -> None:
    content = credit_notes.content(credit_note)

    kept = CreditNote.objects.get()
    assert len(kept.sha256) == 64
    assert str(kept.pdf.name).startswith("credit-notes/")
    assert credit_notes.content(kept) == content
