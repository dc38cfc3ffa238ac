"""What visitors do in our shop, request by request as a browser does it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bench.shop import PASSWORD
from bench.targets import OURS, UNCACHED, Step, Target, in_turn, page
from bench.visitor import Visitor, path_of

ADDRESS = {
    "email": "ada@example.com",
    "delivery_country": "GB",
    "delivery_name": "Ada Lovelace",
    "delivery_line1": "12 St James's Square",
    "delivery_city": "London",
    "delivery_postcode": "SW1Y 4JH",
    "billing_same": "on",
    "payment": "bank_transfer",
}
CARD, A_PAGE = '<article class="card"', 24  # products of a category
HIDDEN = re.compile(r'name="(key|seen_total)"[^>]*value="([^"]*)"')
METHOD = re.compile(r'name="method"[^>]*value="(\d+)"')


class OurShop:
    """`pages` as printed by `bench.our_pages`."""

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages = pages
        self.products = pages["products"]

    def targets(self) -> list[Target]:
        return [
            *self._pages(),
            *self._basket(),
            *self._orders(),
            *self._search(),
            *self._admin(),
        ]

    def _pages(self) -> list[Target]:
        steps = {
            "product": self.product(),
            "category": page(path_of(self.pages["category"]["path"]), CARD, A_PAGE),
        }
        for name in ("landing", "article"):
            steps[name] = page(path_of(self.pages[name]["path"]), self.pages[name]["title"])
        found = []
        for name, step in steps.items():
            found += [
                Target(f"{name}, cached", "pages", OURS, step),
                Target(f"{name}, not cached", "pages", UNCACHED, step),
            ]
        whose = {"with a basket": self.fill, "signed in": self.sign_in}
        for words, ready in whose.items():
            for name in ("product", "category"):
                found.append(Target(f"{name}, {words}", "pages", OURS, steps[name], ready))
        return found

    def _basket(self) -> list[Target]:
        return [
            Target("add to basket", "basket", OURS, self.add, once=True),
            Target("basket of 3 lines", "basket", OURS, self.basket, self.fill),
        ]

    def _orders(self) -> list[Target]:
        order, whole = "place order of 2 lines", "basket to thank-you page"
        invoice = path_of(self.pages["invoice"])
        return [
            Target(order, "orders", OURS, self.place, self.fill_in, once=True, works_on=True),
            Target(whole, "orders", OURS, self.check_out, self.fill_two, once=True, works_on=True),
            Target("invoice, made before", "orders", OURS, lambda one: _pdf(one, invoice)),
        ]

    def _search(self) -> list[Target]:
        word = self.products[0]["title"].split()[0]
        begun = f"/search/suggestions/?q={word[:4].lower()}"
        return [
            Target("search", "search", OURS, page(f"/search/?q={word}", word)),
            Target("search suggestions", "search", OURS, page(begun, '"url"')),
        ]

    def _admin(self) -> list[Target]:
        """Listings that grow with the shop, as a manager sees them."""
        places = {"stock": "/admin/stock/", "prices": "/admin/prices/", "orders": "/admin/orders/"}
        return [
            Target(f"admin: {name}", "admin", OURS, page(path, "</html>"), self.sign_in_manager)
            for name, path in places.items()
        ]

    # --- Steps ----------------------------------------------------------------------------------

    def product(self) -> Step:
        return in_turn(
            [path_of(one["path"]) for one in self.products],
            [one["title"] for one in self.products],
        )

    def put_in(self, visitor: Visitor, number: int) -> None:
        product = self.products[number]
        fields = {"quantity": "1", "sku": product["sku"]}
        visitor.post(f"/basket/add/{product['id']}/", fields, "/basket/")

    def add(self, visitor: Visitor) -> None:
        """The first thing that somebody puts in."""
        self.put_in(visitor, 0)

    def fill(self, visitor: Visitor) -> None:
        for number in range(3):
            self.put_in(visitor, number)

    def fill_two(self, visitor: Visitor) -> None:
        for number in range(2):
            self.put_in(visitor, number)

    def basket(self, visitor: Visitor) -> None:
        visitor.get("/basket/", '<article class="line"', times=3)

    def fill_in(self, visitor: Visitor) -> None:
        self.fill_two(visitor)
        self.look_at_form(visitor)

    def look_at_form(self, visitor: Visitor) -> None:
        text = visitor.get("/checkout/", self.products[1]["title"]).text
        method = METHOD.search(text)
        visitor.notes["form"] = {
            **ADDRESS,
            **dict(HIDDEN.findall(text)),
            "method": method[1] if method else "",
        }

    def place(self, visitor: Visitor) -> None:
        answer = visitor.post("/checkout/", visitor.notes["form"], "/checkout/")
        visitor.notes["order"] = path_of(answer.header("location"))

    def check_out(self, visitor: Visitor) -> None:
        """The basket, the form, the button, the order's page."""
        visitor.get("/basket/", self.products[1]["title"])
        self.look_at_form(visitor)
        self.place(visitor)
        visitor.get(visitor.notes["order"], 'data-order-status="pending"')

    def sign_in(self, visitor: Visitor) -> None:
        _sign_in(visitor, "shopper")

    def sign_in_manager(self, visitor: Visitor) -> None:
        _sign_in(visitor, "manager")


def _sign_in(visitor: Visitor, who: str) -> None:
    visitor.get("/account/login/", "Sign in")
    fields = {"login": f"{who}@bower.example", "password": PASSWORD}
    visitor.post("/account/login/", fields, "/account/")


def _pdf(visitor: Visitor, path: str) -> None:
    visitor.get(path, "%PDF-")
