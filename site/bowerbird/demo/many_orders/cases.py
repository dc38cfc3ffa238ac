"""One order that is to be written: what was bought, by whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from bowerbird.demo.many_orders.baskets import Sold
from bowerbird.demo.many_orders.crowd import Person
from bowerbird.demo.many_orders.stories import Story
from bowerbird.demo.planning import LETTERS
from checkout.models import PaymentStatus
from checkout.payments.bank_transfer import BankTransfer
from checkout.payments.demo import Demo
from checkout.refund_shares import Share
from checkout.status import GIVEN_BACK, OrderStatus
from products.money import ZERO

# Prime, and no divisor of how many numbers there are: no number comes twice.
_STEP, _NUMBERS = 4_294_967_291, len(LETTERS) ** 8


@dataclass(frozen=True)
class Keys:
    """Those that a whole order may need; the database gives them to nobody else."""

    order: int
    lines: list[int]
    payment: int
    invoice: int
    credit_note: int
    refund: int


@dataclass
class Case:
    keys: Keys
    story: Story
    person: Person
    sold: Sold

    @cached_property
    def number(self) -> str:
        """As the shop's own look; another for each primary key."""
        rest, letters = self.keys.order * _STEP % _NUMBERS, ""
        for _place in range(8):
            rest, letter = divmod(rest, len(LETTERS))
            letters += LETTERS[letter]
        return f"{letters[:4]}-{letters[4:]}"

    @property
    def provider(self) -> str:
        return BankTransfer.name if self.story.by_bank else Demo.name

    @property
    def total(self) -> str:
        return str(self.sold.totals.total)

    @property
    def payment_status(self) -> PaymentStatus:
        if self.story.paid:
            return PaymentStatus.SUCCEEDED
        if self.story.by_bank:  # nobody can be asked how it ended
            return PaymentStatus.OPEN
        failed = self.story.status == OrderStatus.FAILED
        return PaymentStatus.FAILED if failed else PaymentStatus.EXPIRED

    @cached_property
    def given_back(self) -> list[Share]:
        if self.story.status not in GIVEN_BACK:
            return []
        whole = self.story.status == OrderStatus.REFUNDED
        return self.sold.all_given_back if whole else self.sold.part_given_back

    @property
    def refunded(self) -> Decimal:
        return sum((share.amount.gross for share in self.given_back), ZERO)
