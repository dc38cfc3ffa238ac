"""Two books, ours and a provider's, and where they do not say the same. Pure: nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from checkout.models import Discrepancy
from products.money import round_money


class What(Enum):
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"


class Key(NamedTuple):
    """What it is, and the provider's name for it."""

    what: What
    reference: str


@dataclass(frozen=True)
class Entry:
    """Money that moved, or that somebody asks for, as one of the books has it."""

    amount: Decimal
    currency: str
    state: str
    charge: str = ""

    def __str__(self) -> str:
        exact = round_money(self.amount, self.currency)
        amount = exact if exact == self.amount else self.amount.normalize()
        return f"{amount:f} {self.currency}, {self.state}"

    def agrees(self, other: Entry) -> bool:
        return (self.amount, self.currency, self.state) == (
            other.amount,
            other.currency,
            other.state,
        )


Book = Mapping[Key, Entry]


@dataclass(frozen=True)
class Difference:
    key: Key
    kind: Discrepancy.Kind
    ours: Entry | None
    theirs: Entry | None

    @property
    def charge(self) -> str:
        known = self.theirs or self.ours
        return known.charge if known else ""


def differences(ours: Book, theirs: Book) -> Iterator[Difference]:
    """One for each thing of which the books do not say the same, in order of its key."""
    for key in sorted(ours.keys() | theirs.keys(), key=lambda key: (key.what.value, key.reference)):
        here, there = ours.get(key), theirs.get(key)
        if here and there and here.agrees(there):
            continue
        how = "differs" if here and there else "not_there" if here else "not_here"
        yield Difference(key, Discrepancy.Kind(f"{key.what.value}_{how}"), here, there)
