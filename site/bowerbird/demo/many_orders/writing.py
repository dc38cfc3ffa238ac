"""All rows of an order, as the shop's own functions would have left them by now.

What is written here is compared with an order that was placed the ordinary way, in the tests.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import asdict
from random import Random
from typing import Any

from django.conf import settings
from wagtail.models import Site

from bowerbird.demo.many_orders.baskets import Sold
from bowerbird.demo.many_orders.cases import Case
from bowerbird.demo.many_orders.crowd import Person
from bowerbird.demo.many_orders.likeness import lines_like, order_like, taxes_like
from bowerbird.demo.many_orders.papers import Paper, number
from bowerbird.demo.many_orders.sheets import Row, Sheet, moment
from bowerbird.demo.many_orders.stories import MINUTE
from checkout.carriers import Carrier
from checkout.documents.parties import Seller
from checkout.models import (
    CreditNote,
    CreditNoteLine,
    EmailKind,
    Invoice,
    Order,
    OrderAddress,
    OrderEmail,
    OrderEvent,
    OrderLine,
    OrderTax,
    Payment,
    Refund,
    Shipment,
    TaggedOrder,
)
from checkout.refund_shares import Part, Share
from checkout.status import RELEASED, RESERVED, OrderStatus
from content.letters import get
from content.models import ShopSettings

TAGGED = 0.02


class Desk:
    """Writes orders on sheets. What concerns several of them is settled by whoever has the desk:

    `moved` left the shelves (below zero) or came back: SKU code, units, order's number and when;
    `held` are units that are promised, by SKU code; `coupons` were used so often, by key.
    """

    def __init__(self, site: Site, tags: list[int], die: Random) -> None:
        self.site, self.tags, self.die = site, tags, die
        shop = ShopSettings.for_site(site)
        self._seller = json.dumps(asdict(Seller.of(shop)))
        self._subjects = {kind: _subject(kind, shop.name) for kind in EmailKind}
        self._orders, self._lines = Sheet(Order, keyed=True), Sheet(OrderLine, keyed=True)
        self._payments, self._refunds = Sheet(Payment, keyed=True), Sheet(Refund, keyed=True)
        self._invoices, self._notes = Sheet(Invoice, keyed=True), Sheet(CreditNote, keyed=True)
        self._addresses, self._taxes = Sheet(OrderAddress), Sheet(OrderTax)
        self._events, self._emails = Sheet(OrderEvent), Sheet(OrderEmail)
        self._shipments, self._credited = Sheet(Shipment), Sheet(CreditNoteLine)
        self._tagged = Sheet(TaggedOrder)
        self._likeness: dict[int, tuple[Row, list[Row], list[Row]]] = {}
        self.clear()

    def clear(self) -> None:
        self._billed: list[Paper] = []
        self._lowered: list[Paper] = []
        self.moved: list[tuple[str, int, str, int]] = []
        self.held: Counter[str] = Counter()
        self.coupons: Counter[int] = Counter()

    def write(self) -> None:
        """Number the papers, and have all rows in their tables."""
        number(self._billed, "INV", self._invoices, self._events, "invoice_issued")
        number(self._lowered, "CN", self._notes, self._events, "credit_note_issued")
        for sheet in vars(self).values():
            if isinstance(sheet, Sheet):
                sheet.write()

    def put(self, case: Case) -> None:
        self._place(case)
        if case.story.ended:
            self._end(case, case.story.ended)
        if case.story.paid:
            self._pay(case, case.story.paid)
        if case.story.sent:
            self._send(case, case.story.sent)
        if case.story.delivered:
            self._step(case, OrderStatus.SENT, OrderStatus.DELIVERED, case.story.delivered)
        if case.story.given_back:
            self._give_back(case, case.story.given_back)

    def _place(self, case: Case) -> None:
        story, sold, order_id = case.story, case.sold, case.keys.order
        self._order(case)
        for kind in OrderAddress.Kind:
            self._addresses.add(order_id=order_id, kind=kind.value, **case.person.address)
        self._event(case, "placed", story.placed, total=case.total)
        if story.by_bank:
            self._email(case, EmailKind.RECEIVED, story.placed)
        self._event(case, "payment_started", story.placed + 1, attempt=1, provider=case.provider)
        if self.tags and self.die.random() < TAGGED:
            self._tagged.add(content_object_id=order_id, tag_id=self.die.choice(self.tags))
        if story.status in RESERVED:
            self.held.update(sold.units)
        if sold.coupon and story.status not in RELEASED:
            self.coupons[sold.coupon.pk] += 1

    def _order(self, case: Case) -> None:
        keys, story = case.keys, case.story
        order, lines, taxes = self._alike(case.sold)
        window = settings.ORDER_TRANSFER_WINDOW if story.by_bank else settings.ORDER_PAYMENT_WINDOW
        token = base64.urlsafe_b64encode(self.die.randbytes(24)).decode()
        paid_at = moment(story.paid) if story.paid else None
        self._orders.add(
            order,
            id=keys.order,
            token=token,
            number=case.number,
            form_key=self.die.randbytes(16).hex(),
            status=story.status.value,
            email=case.person.email,
            phone=case.person.phone,
            payment_provider=case.provider,
            placed_at=moment(story.placed),
            expires_at=moment(story.placed + window),
            paid_at=paid_at,
            has_left=bool(story.sent),
            paid_total=case.total if paid_at else "0",
            refunded_total=str(case.refunded),
        )
        back = Counter({one.line: one.units for one in case.given_back if one.part == Part.GOODS})
        for place, (key, line) in enumerate(zip(keys.lines, lines, strict=True)):
            self._lines.add(line, id=key, order_id=keys.order, units_refunded=back[place])
        for tax in taxes:
            self._taxes.add(tax, order_id=keys.order)
        self._payments.add(
            id=keys.payment,
            order_id=keys.order,
            provider=case.provider,
            status=case.payment_status.value,
            amount=case.total,
            currency=case.sold.totals.currency,
            reference=None if story.by_bank else f"demo_{token}-1",
            redirect_url="" if story.by_bank else f"/checkout/{token}/demo/",
            created_at=moment(story.placed),
            checked_at=None if story.by_bank else paid_at,
            paid_at=paid_at,
        )

    def _end(self, case: Case, at: int) -> None:
        self._step(case, OrderStatus.PENDING, case.story.status, at)
        if case.story.status == OrderStatus.CANCELLED:
            self._email(case, EmailKind.CANCELLED, at)

    def _pay(self, case: Case, at: int) -> None:
        self._step(case, OrderStatus.PENDING, OrderStatus.PAID, at)
        paper = Paper(case.keys.order, case.keys.invoice, at, self._parties(case.person))
        self._billed.append(paper)
        self._email(case, EmailKind.CONFIRMED, at)
        self.moved += [(code, -units, case.number, at) for code, units in case.sold.units.items()]

    def _send(self, case: Case, at: int) -> None:
        carrier, tracking = self._parcel(case.person)
        facts = {"carrier": str(carrier.label), "tracking": tracking}
        self._step(case, OrderStatus.PAID, OrderStatus.SENT, at, **facts)
        parcel = {"carrier": carrier.value, "number": tracking, "sent_at": moment(at)}
        self._shipments.add(order_id=case.keys.order, **parcel)
        self._email(case, EmailKind.SENT, at)

    def _give_back(self, case: Case, at: int) -> None:
        """With a credit note. Goods that were given back whole are on the shelf again."""
        keys, made = case.keys, at + MINUTE
        parties = self._parties(case.person)
        self._lowered.append(Paper(keys.order, keys.credit_note, at, parties, keys.invoice))
        for share in case.given_back:
            self._credit(case, share)
        facts = {"amount": str(case.refunded), "reason": Refund.Reason.SHOP.value}
        by_hand = case.story.by_bank
        self._refunds.add(
            id=keys.refund,
            payment_id=keys.payment,
            credit_note_id=keys.credit_note,
            by_hand=by_hand,
            reference="by_hand" if by_hand else f"demo_refund_{keys.refund}",
            created_at=moment(at),
            made_at=moment(made),
            **facts,
        )
        self._event(case, "refund_due", at, **facts)
        self._event(case, "refunded", made, **facts)
        self._step(case, OrderStatus.DELIVERED, case.story.status, made)
        self._email(case, EmailKind.REFUNDED, made, refund_id=keys.refund)
        if case.story.status == OrderStatus.REFUNDED:
            self.moved += [
                (code, units, case.number, at) for code, units in case.sold.units.items()
            ]

    def _credit(self, case: Case, share: Share) -> None:
        self._credited.add(
            credit_note_id=case.keys.credit_note,
            part=share.part.value,
            line_id=None if share.line is None else case.keys.lines[share.line],
            units=share.units,
            rate=str(share.rate),
            net=str(share.amount.net),
            tax=str(share.amount.tax),
            gross=str(share.amount.gross),
        )

    def _alike(self, sold: Sold) -> tuple[Row, list[Row], list[Row]]:
        if id(sold) not in self._likeness:
            self._likeness[id(sold)] = (
                self._orders.row_of(order_like(sold, self.site)),
                [self._lines.row_of(line) for line in lines_like(sold)],
                [self._taxes.row_of(tax) for tax in taxes_like(sold)],
            )
        return self._likeness[id(sold)]

    def _step(
        self, case: Case, before: OrderStatus, after: OrderStatus, at: int, **facts: str
    ) -> None:
        self._event(case, "status", at, before=before.value, after=after.value, **facts)

    def _event(self, case: Case, what: str, at: int, **data: Any) -> None:
        order_id, said = case.keys.order, json.dumps(data)
        self._events.add(order_id=order_id, what=what, data=said, created_at=moment(at))

    def _email(self, case: Case, kind: EmailKind, at: int, refund_id: int | None = None) -> None:
        self._emails.add(
            order_id=case.keys.order,
            kind=kind.value,
            refund_id=refund_id,
            created_at=moment(at),
            sent_at=moment(at + 20),
            attempts=1,
            subject=self._subjects[kind].replace("{number}", case.number),
            sent_to=case.person.email,
        )

    def _parties(self, person: Person) -> str:
        address, email = person.address_as_json, json.dumps(person.email)
        return (
            f'{{"seller": {self._seller}, "buyer": {address}, "recipient": {address}, '
            f'"email": {email}}}'
        )

    def _parcel(self, person: Person) -> tuple[Carrier, str]:
        digits = f"{self.die.randrange(10**9):09}"
        if person.address["country"] != "GB":
            return Carrier.DHL, f"{digits}0"
        return Carrier.ROYAL_MAIL, f"QT{digits}GB"


def _subject(kind: EmailKind, shop: str) -> str:
    return str(get(f"order-{kind.value}").subject).replace("{shop}", shop)
