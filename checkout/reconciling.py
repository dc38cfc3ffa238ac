"""Comparing our books with Stripe's. What differs is reported; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from checkout import asking, discrepancies
from checkout.comparing import Difference, Entry, Key, What, differences
from checkout.models import Discrepancy, Dispute, Payment, Refund
from checkout.models.payments import ARRIVED
from checkout.payments import stripe_books
from checkout.payments.base import Outcome, SeenDispute, SeenRefund
from checkout.payments.stripe import Stripe
from checkout.payments.stripe_books import SeenSession

Seen = TypeVar("Seen", SeenRefund, SeenDispute)


@dataclass
class Books:
    """Both books, side by side. `keys`: everything that was looked at, moved or not."""

    keys: set[Key] = field(default_factory=set)
    ours: dict[Key, Entry] = field(default_factory=dict)
    theirs: dict[Key, Entry] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How much of each kind moved, in either book."""
        moved = self.ours.keys() | self.theirs.keys()
        return {what.value: sum(key.what == what for key in moved) for what in What}


@dataclass(frozen=True)
class Report:
    counts: dict[str, int]
    differences: list[Difference]


def reconcile(since: datetime, until: datetime) -> Report:
    """Compare what moved in that time, and whatever differed before. No network in transactions.

    Raises ProviderUnavailable and ProviderRefused: then nothing was reported or resolved.
    """
    books = Books()
    _read_theirs(books, since, until)
    keys = books.keys | _keys_of_ours(since, until) | discrepancies.open_keys()
    return _compare(books, keys)


def recheck(keys: Iterable[Key]) -> Report:
    """Compare these once more."""
    return _compare(Books(), set(keys))


def bring_up_to_date(discrepancy: Discrepancy, actor: Any = None) -> bool:
    """Ask Stripe about the payment and take its word; whether the books agree then.

    For a payment that the shop knows. Raises ProviderUnavailable and ProviderRefused.
    """
    payment = discrepancy.payment
    if payment is not None:
        asking.about_payment(payment)
        asking.about_refunds(payment)
        asking.about_disputes(payment)
        payment.order.record("books_brought_up_to_date", actor=actor)
    recheck([discrepancies.key_of(discrepancy)])
    discrepancy.refresh_from_db()
    return not discrepancy.is_open


# --- Reading both --------------------------------------------------------------------------------


def _read_theirs(books: Books, since: datetime, until: datetime) -> None:
    sessions = stripe_books.sessions_made(since, until)
    known = {one.observation.charge for one in sessions.values()}
    for charge in stripe_books.charges_made(since, until) - known:
        of_another_day = stripe_books.session_of(charge)
        if of_another_day:
            sessions[of_another_day.reference] = of_another_day
    for session in sessions.values():
        _note(books, Key(What.PAYMENT, session.reference), _payment_there(session))
    for refund in _of_our_charges(stripe_books.refunds_made(since, until)):
        _note(books, Key(What.REFUND, refund.reference), _refund_there(refund))
    for dispute in _of_our_charges(stripe_books.disputes_opened(since, until)):
        _note(books, Key(What.DISPUTE, dispute.reference), _dispute_there(dispute))


def _note(books: Books, key: Key, entry: Entry | None) -> None:
    books.keys.add(key)
    if entry:
        books.theirs[key] = entry


def _ask(books: Books, key: Key) -> None:
    """About one thing that was not in the lists."""
    if key.what == What.PAYMENT:
        session = stripe_books.session(key.reference)
        _note(books, key, _payment_there(session) if session else None)
    elif key.what == What.REFUND:
        refund = stripe_books.refund(key.reference)
        _note(books, key, _refund_there(refund) if refund else None)
    else:
        dispute = stripe_books.dispute(key.reference)
        _note(books, key, _dispute_there(dispute) if dispute else None)


def _compare(books: Books, keys: set[Key]) -> Report:
    for key in keys - books.keys:
        _ask(books, key)
    books.ours = _ours(keys)
    found = list(differences(books.ours, books.theirs))
    discrepancies.report(found, keys)
    return Report(books.counts(), found)


# --- Entries -------------------------------------------------------------------------------------


def _payment_there(session: SeenSession) -> Entry | None:
    seen = session.observation
    if seen.outcome != Outcome.PAID or not seen.amount:
        return None
    return Entry(seen.amount, seen.currency, "paid", seen.charge)


def _refund_there(refund: SeenRefund) -> Entry | None:
    return None if refund.failed else _entry(refund, "made")


def _dispute_there(dispute: SeenDispute) -> Entry:
    return _entry(dispute, dispute.state)


def _entry(seen: SeenRefund | SeenDispute, state: str) -> Entry:
    return Entry(seen.amount, seen.currency, state, seen.charge)


def _ours(keys: set[Key]) -> dict[Key, Entry]:
    """Those of them that the shop has as money that moved."""
    names = {what: [key.reference for key in keys if key.what == what] for what in What}
    payments = _payments().filter(reference__in=names[What.PAYMENT])
    refunds = _refunds().filter(reference__in=names[What.REFUND])
    disputes = Dispute.objects.filter(reference__in=names[What.DISPUTE]).select_related("payment")
    entries: dict[Key, Entry] = {}
    for payment in payments:
        if payment.came_in:
            currency = payment.received_currency or payment.currency
            key = Key(What.PAYMENT, str(payment.reference))
            entries[key] = Entry(payment.came_in, currency, "paid", payment.charge)
    for refund in refunds:
        parent = refund.payment
        key = Key(What.REFUND, refund.reference)
        entries[key] = Entry(refund.amount, parent.currency, "made", parent.charge)
    for dispute in disputes:
        key = Key(What.DISPUTE, dispute.reference)
        charge = dispute.payment.charge
        entries[key] = Entry(dispute.amount, dispute.currency, dispute.state, charge)
    return entries


def _payments() -> Any:
    return Payment.objects.filter(provider=Stripe.name, reference__isnull=False)


def _refunds() -> Any:
    """Made through Stripe, by us or at its dashboard: not by hand, and not what a bank took."""
    made = Refund.objects.filter(payment__provider=Stripe.name, made_at__isnull=False)
    others = {"reference__in": ["", "by_hand"]}
    return made.exclude(**others).exclude(reason=Refund.Reason.DISPUTE).select_related("payment")


def _of_our_charges(seen: Mapping[str, Seen]) -> list[Seen]:
    """The rest belongs to other shops that use the same account."""
    charges = {one.charge for one in seen.values()} - {""}
    ours = set(_payments().filter(charge__in=charges).values_list("charge", flat=True))
    return [one for one in seen.values() if one.charge in ours]


def _keys_of_ours(since: datetime, until: datetime) -> set[Key]:
    """What moved here in that time, for which Stripe is asked one by one if it did not list it."""
    when = (since, until)
    arrived = _payments().filter(status__in=ARRIVED, paid_at__range=when)
    refunds = _refunds().filter(made_at__range=when)
    disputes = Dispute.objects.filter(opened_at__range=when)
    return {
        Key(what, str(reference))
        for what, found in zip(What, (arrived, refunds, disputes), strict=True)
        for reference in found.values_list("reference", flat=True)
    }
