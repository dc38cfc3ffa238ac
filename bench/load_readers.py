"""Readers and shoppers who look at every page they get, and say what should not be on it."""

from __future__ import annotations

import random
import re
from collections import Counter
from decimal import Decimal
from threading import Event, Lock

from accounts.tests.factories import PASSWORD
from bench.load_writers import QUOTE, STORY, Shop, Ware
from bench.visitor import Answer, Visitor, WrongAnswer

PRICE = re.compile(r"£(\d),(\d{3}\.\d\d)")
WORDS = re.compile(r"Edition (\d)-\d+\.")
STATE = re.compile(r"data-stock-label>([^<]+)<")
BADGE = re.compile(r"Basket, (?:empty|(\d+) things?)")
MOST_SHOWN = 20
MOST_HELD = 15  # units, below what a line may hold


class Looking:
    """What all of them have seen so far; of what was wrong, each kind once."""

    def __init__(self, shop: Shop, port: int) -> None:
        self.shop, self.port = shop, port
        self.reads: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.violations = 0
        self._lock = Lock()

    # --- Who looks ------------------------------------------------------------------------

    def warm(self) -> None:
        """Each worker has answered before anybody looks: a connection stays with one."""
        for path in 3 * self._paths():
            Visitor(self.port).ask("GET", path)

    def read_for_ever(self, units: int, over: Event) -> None:
        """With so many units in the basket all the time."""
        visitor = Visitor(self.port)
        while units and not over.is_set() and not self._add(visitor, units):
            visitor = Visitor(self.port)  # whether the basket holds them nobody knows
        while not over.is_set():
            self._look(visitor, units)

    def shop_for_ever(self, number: int, over: Event) -> None:
        """A basket, signing in with it, more in the basket; somebody else the next time.

        Ends early where an answer is lost: what the account holds is not known any more.
        """
        held = 0  # by the account
        while not over.is_set():
            visitor, units = Visitor(self.port), random.randint(1, 4)
            if not self._add(visitor, units):
                return
            self._look(visitor, units)
            if not self._sign_in(visitor, number):
                return
            held = max(held, units)
            self._look(visitor, held)
            if held < MOST_HELD:
                if not self._add(visitor, 2):
                    return
                held += 2
            for _ in range(3):
                self._look(visitor, held)
            self.reads["sign-ins"] += 1

    def _sign_in(self, visitor: Visitor, number: int) -> bool:
        email = self.shop.people[number].email
        return self._post(visitor, "/account/login/", login=email, password=PASSWORD)

    def _add(self, visitor: Visitor, units: int) -> bool:
        return self._post(visitor, f"/basket/add/{self.shop.never.pk}/", quantity=str(units))

    def _post(self, visitor: Visitor, path: str, **fields: str) -> bool:
        try:
            visitor.post(path, fields)
        except WrongAnswer as error:
            self._complain(str(error))
        except OSError:
            self.reads["unanswered"] += 1
        else:
            return True
        return False

    # --- What they look at ----------------------------------------------------------------

    def _look(self, visitor: Visitor, units: int) -> None:
        shop = self.shop
        of_wares = {ware.path: ware for ware in shop.wares.values()}
        path = random.choice(self._paths())
        asked = {
            "price": {number: ware.price.now() for number, ware in shop.wares.items()},
            "state": {number: ware.state.now() for number, ware in shop.wares.items()},
            "words": {number: words.now() for number, words in shop.words.items()},
        }
        answer = self._ask(visitor, path)
        if answer is None:
            return
        self.reads["reads"] += 1
        if answer.status != 200:
            self._complain(f"{path}: status {answer.status}")
            return
        text = answer.text
        self._check_prices(path, text, asked["price"])
        self._check_words(path, text, asked["words"])
        self._check_badge(path, text, units)
        if path in of_wares:
            self._check_ware(of_wares[path], text, asked["state"])
        if path == shop.category:
            found = {int(number) for number, _ in PRICE.findall(text)}
            self._must(found >= set(shop.wares), f"{path}: lost a card, has {sorted(found)}")
        if path == shop.story.path:
            self._check_blocks(path, text)

    def _ask(self, visitor: Visitor, path: str) -> Answer | None:
        for _ in range(2):  # a server may hang up on who was slow to ask
            try:
                return visitor.ask("GET", path)
            except (OSError, WrongAnswer):
                visitor.rest()
        self.reads["unanswered"] += 1
        return None

    def _paths(self) -> list[str]:
        wares = [ware.path for ware in self.shop.wares.values()]
        return [*wares, self.shop.category, self.shop.story.path, "/"]

    def _check_prices(self, path: str, text: str, asked: dict[int, int]) -> None:
        for thousand, rest in PRICE.findall(text):
            number, price = int(thousand), Decimal(thousand + rest)
            known = self.shop.wares[number].price
            self._must(known.allows(price, asked[number]), f"{path}: £{price} is an old price")

    def _check_words(self, path: str, text: str, asked: dict[int, int]) -> None:
        for found in WORDS.finditer(text):
            number = int(found[1])
            fresh = self.shop.words[number].allows(found[0], asked[number])
            self._must(fresh, f"{path}: “{found[0]}” is old")

    def _check_badge(self, path: str, text: str, units: int) -> None:
        badges = [int(one or 0) for one in BADGE.findall(text)]
        self._must(badges == [units], f"{path}: the badge says {badges}, not {units}")

    def _check_ware(self, ware: Ware, text: str, asked: dict[int, int]) -> None:
        state = STATE.search(text)
        fresh = bool(state) and ware.state.allows(state[1], asked[ware.number])  # type: ignore[index]
        self._must(fresh, f"{ware.path}: “{state and state[1]}” is an old state")
        own = {int(number) for number, _ in PRICE.findall(text)}
        self._must(ware.number in own, f"{ware.path}: has lost its price")
        self._check_blocks(ware.path, text)

    def _check_blocks(self, path: str, text: str) -> None:
        whole = STORY in text and QUOTE in text and WORDS.search(text) is not None
        self._must(whole, f"{path}: has lost a block")

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self._complain(otherwise)

    def _complain(self, what: str) -> None:
        with self._lock:
            self.violations += 1
            if what not in self.wrong and len(self.wrong) < MOST_SHOWN:
                self.wrong.append(what)
