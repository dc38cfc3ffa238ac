"""What a basket remembers: for each SKU how many, and at which price it was added. Nothing more.

Stored as JSON with strings for amounts and times, in the session and beside the account:

    {"lines": {"FLOW-A3": {"quantity": 2, "price": "24.00",
                           "added_at": "2026-11-21T10:00:00+00:00"}},
     "coupon": "SPRING"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class HeldLine:
    """`price` is a unit's, in the shop's currency, as it stood at `added_at`."""

    quantity: int
    price: Decimal
    added_at: datetime


@dataclass
class Contents:
    lines: dict[str, HeldLine] = field(default_factory=dict)
    coupon: str = ""

    def __bool__(self) -> bool:
        return bool(self.lines)

    @classmethod
    def from_json(cls, raw: Any) -> Contents:
        """Whatever cannot be read (an older version's shape, say) is left out, never an error."""
        if not isinstance(raw, Mapping):
            return cls()
        lines = raw.get("lines")
        readable = {
            code: line
            for code, entry in (lines.items() if isinstance(lines, Mapping) else ())
            if (line := _read_line(entry)) is not None
        }
        coupon = raw.get("coupon")
        return cls(readable, coupon if isinstance(coupon, str) else "")

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": {
                code: {
                    "quantity": line.quantity,
                    "price": str(line.price),
                    "added_at": line.added_at.isoformat(),
                }
                for code, line in self.lines.items()
            },
            "coupon": self.coupon,
        }

    def merged_with(self, other: Contents) -> Contents:
        """With another's lines: the larger quantity wins, and this one's coupon if it has one."""
        lines = dict(other.lines)
        for code, line in self.lines.items():
            theirs = lines.get(code)
            quantity = max(line.quantity, theirs.quantity if theirs else 0)
            lines[code] = replace(line, quantity=quantity)
        return Contents(lines, self.coupon or other.coupon)


def _read_line(entry: Any) -> HeldLine | None:
    try:
        line = HeldLine(
            quantity=int(entry["quantity"]),
            price=Decimal(entry["price"]),
            added_at=datetime.fromisoformat(entry["added_at"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, InvalidOperation):
        return None
    makes_sense = (
        line.quantity > 0 and line.price.is_finite() and line.price >= 0 and line.added_at.tzinfo
    )
    return line if makes_sense else None
