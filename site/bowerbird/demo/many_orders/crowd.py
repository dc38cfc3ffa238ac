"""Who orders: as many people as are needed, each the same whenever they are asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bowerbird.demo.planning import email_of, known_people
from checkout.addresses import FIELDS

ORDERS_A_PERSON = 2.5
# Some come again and again: above 1, more of the orders are theirs.
FONDNESS = 1.6
_FAR = 7919  # a prime: neighbours in number are no neighbours in name


@dataclass(frozen=True)
class Person:
    email: str
    phone: str
    address: Mapping[str, str]  # by `checkout.addresses.FIELDS`

    @cached_property
    def address_as_json(self) -> str:
        return json.dumps(self.address)


class Crowd:
    """People by number. Their towns, and the parts of their names, are those of the demo shop."""

    def __init__(self, orders: int, countries: frozenset[str]) -> None:
        """`countries`: those that the shop delivers to."""
        self.size = max(1, int(orders / ORDERS_A_PERSON))
        known: list[dict[str, Any]] = known_people()["customers"]
        self.homes = [one for one in known if one["country"] in countries]
        names = [one["name"].rpartition(" ") for one in known]
        self._first = [name[0] or name[2] for name in names]
        self._last = [name[2] for name in names]

    def drawn(self, chance: float) -> int:
        """A person's number. `chance`: from 0 to 1."""
        return int(self.size * chance**FONDNESS)

    def home_of(self, number: int) -> int:
        """Which of `homes` is the person's, but for the number of the house."""
        return number * _FAR % len(self.homes)

    def person(self, number: int) -> Person:
        home = self.homes[self.home_of(number)]
        first = self._first[number % len(self._first)]
        last = self._last[number // len(self._first) % len(self._last)]
        namesake = number // (len(self._first) * len(self._last))
        name = f"{first} {last}"
        local, _, domain = email_of(name).partition("@")
        address = {field: str(home.get(field, "")) for field in FIELDS} | {
            "name": name,
            "line1": f"{number % 97 + 1} {home['line1'].lstrip('0123456789 ')}",
        }
        email = f"{local}{namesake or ''}@{domain}"
        return Person(email, home.get("phone", ""), address)
