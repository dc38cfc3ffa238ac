"""Numbers as people write them: 1234.5, 1,234.50, 1.234,50, 1 234,50, 1'234.50.

"1,234" alone may be either a thousand or little more than one. So a file decides once, by all its
numbers, which mark stands before the fraction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from products.importing.files.currencies import may_mean

_WRITTEN = re.compile(
    r"(?P<before>\D*?)"
    r"(?P<digits>(?:(?<![^\W\d_])[.,])?[0-9](?:[0-9.,' ]*[0-9])?)"  # ".5", but not of "Fr.5"
    r"(?:[.,]-{0,2})?"  # "12,-" is twelve
    r"(?P<after>\D*)"
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([., '])[0-9]{3}(?:\1[0-9]{3})*")
_LAKHS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_UNDECIDED = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_PLAIN = str.maketrans("’‘´`−–—", "''''---")


class Unreadable(ValueError):
    """A cell that says nothing we understand. The message quotes it, for the merchant."""


@dataclass(frozen=True)
class Written:
    """A number's cell, in parts: what stands before the digits, the digits, what follows."""

    cell: str
    before: str
    digits: str
    after: str

    @property
    def negative(self) -> bool:
        return "-" in self.before or self.before.startswith("(") or self.after.startswith("-")

    @property
    def undecided(self) -> bool:
        return bool(_UNDECIDED.fullmatch(self.digits))


@dataclass(frozen=True)
class Numbers:
    """`decimal` is the mark before the fraction: "." or ",". Empty: no number of the file tells.

    `mixed`: the numbers of the file contradict each other, so an undecided one cannot be read.
    """

    decimal: str = ""
    mixed: bool = False

    @classmethod
    def of(cls, cells: Iterable[str], currency: str) -> Numbers:
        """Cells that cannot be prices in `currency` tell nothing."""
        marks = {mark for cell in set(cells) if (mark := _evidence(cell, currency))}
        return cls(mixed=True) if len(marks) > 1 else cls(next(iter(marks), ""))

    def parse(self, written: Written, *, thousandths: bool = False) -> Decimal:
        """`thousandths`: where nothing tells, three digits after a mark are a fraction."""
        if not written.undecided:
            return _decided(written)
        mark = written.digits[-4]
        if self.mixed:
            message = _("“%(cell)s” can be read in two ways: the file writes its numbers in both.")
            raise Unreadable(message % {"cell": written.cell})
        is_fraction = mark == self.decimal if self.decimal else thousandths
        return Decimal(written.digits.replace(mark, "." if is_fraction else ""))


def written(cell: str) -> Written:
    """Raises Unreadable where there is no number, or more than one."""
    text = unicodedata.normalize("NFKC", cell.replace("´", "'")).translate(_PLAIN)
    match = _WRITTEN.fullmatch(" ".join(text.split()))
    if match is None:
        raise Unreadable(_("“%(cell)s” is not a number.") % {"cell": cell})
    return Written(cell, match["before"].strip(), match["digits"], match["after"].strip())


def _decided(number: Written) -> Decimal:
    whole, fraction = _split(number.digits)
    if whole and not (whole.isdigit() or _THOUSANDS.fullmatch(whole) or _LAKHS.fullmatch(whole)):
        raise Unreadable(_("“%(cell)s” is not a number.") % {"cell": number.cell})
    plain = re.sub("[^0-9]", "", whole)
    return Decimal(f"{plain}.{fraction}" if fraction else plain)


def _split(digits: str) -> tuple[str, str]:
    """The digits before the fraction, still with their marks, and those after."""
    if _THOUSANDS.fullmatch(digits):
        return digits, ""
    last = max(digits.rfind("."), digits.rfind(","))
    return (digits[:last], digits[last + 1 :]) if last >= 0 else (digits, "")


def _evidence(cell: str, currency: str) -> str:
    """The mark that must stand before a fraction if the cell is to make sense, if it tells."""
    try:
        number = written(cell)
    except Unreadable:
        return ""
    marks = re.findall("[.,]", number.digits)
    readable = may_mean(number.before, currency) and may_mean(number.after, currency)
    if not marks or number.undecided or not readable:
        return ""
    if _THOUSANDS.fullmatch(number.digits):
        return "," if marks[0] == "." else "."
    return marks[-1]
