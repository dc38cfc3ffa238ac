"""django-oscar beside us: its environment, its shop, and what visitors do there.

The flow of the checkout is Oscar's own, with what it needs least: guests, one way of delivery that
costs nothing, no payment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.shop import PASSWORD, ROOT
from bench.targets import OSCAR, Target, in_turn, page
from bench.visitor import Visitor

REQUIREMENTS = ROOT / "bench/oscar_shop/requirements.txt"
ENVIRONMENT = ROOT / "var/bench/oscar"
CATEGORY = 250  # products in the category that is looked at, as in ours
A_PAGE = 20
TOKEN = "b" * 32  # of its form protection: the same in cookie and form
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "line4": "London",
    "postcode": "SW1Y 4JH",
}


def python() -> Path:
    """Of an environment that holds exactly the requirements: made once, then used again."""
    found, stamp = ENVIRONMENT / "bin/python", ENVIRONMENT / "installed"
    wanted = REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        print("Installing django-oscar into var/bench/oscar (a minute, first time only)…")
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted)
    return found


def settings(folder: Path, database: str, cache: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    return {
        "DJANGO_SETTINGS_MODULE": "bench.oscar_shop.settings",
        "DATABASE_URL": database,
        "REDIS_URL": cache,
        "OSCAR_FOLDER": str(folder),
        "PYTHONPATH": str(ROOT),
    }


def filled(environment: Mapping[str, str], products: int) -> OscarShop:
    done = subprocess.run(
        [python(), "-m", "bench.oscar_shop.fill", str(products), str(min(products, CATEGORY))],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return OscarShop(json.loads(done.stdout))


class OscarShop:
    """`pages` as printed by `bench.oscar_shop.fill`."""

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages = pages
        self.products = pages["products"]

    def targets(self) -> list[Target]:
        product = in_turn(
            [one["path"] for one in self.products], [one["title"] for one in self.products]
        )

        def first_look(visitor: Visitor) -> None:
            """Without what it shows below: the products that somebody has seen before."""
            visitor.cookies.pop("oscar_history", None)
            product(visitor)

        # It is a search: with a back end that finds nothing it would be empty.
        category = page(self.pages["category"], '<article class="product_pod"', A_PAGE)
        return [
            Target("Oscar: product", "pages", OSCAR, first_look),
            Target("Oscar: product, after others", "pages", OSCAR, product),
            Target("Oscar: product, signed in", "pages", OSCAR, product, self.sign_in),
            Target("Oscar: category", "pages", OSCAR, category),
            Target("Oscar: add to basket", "basket", OSCAR, self.add, self.come, once=True),
            Target("Oscar: basket of 3 lines", "basket", OSCAR, self.basket, self.fill),
            Target(
                "Oscar: place order of 2 lines", "orders", OSCAR, self.place, self.fill_in, True
            ),
            Target(
                "Oscar: basket to thank-you page",
                "orders",
                OSCAR,
                self.check_out,
                self.fill_two,
                True,
            ),
            Target("Oscar: search", "search", OSCAR, page("/search/?q=tidal", "Tidal print")),
        ]

    # --- Steps ----------------------------------------------------------------------------------

    def come(self, visitor: Visitor) -> None:
        visitor.cookies["csrftoken"] = TOKEN

    def put_in(self, visitor: Visitor, number: int) -> None:
        self.send(visitor, f"/basket/add/{self.products[number]['id']}/", {"quantity": "1"})

    def add(self, visitor: Visitor) -> None:
        """The first thing that somebody puts in."""
        self.put_in(visitor, 0)

    def fill(self, visitor: Visitor) -> None:
        self.come(visitor)
        for number in range(3):
            self.put_in(visitor, number)

    def fill_two(self, visitor: Visitor) -> None:
        self.come(visitor)
        for number in range(2):
            self.put_in(visitor, number)

    def basket(self, visitor: Visitor) -> None:
        visitor.get("/basket/", '<div class="basket-items">', times=3)

    def fill_in(self, visitor: Visitor) -> None:
        self.fill_two(visitor)
        self.say_who(visitor)
        visitor.get("/checkout/preview/", "Place order")

    def say_who(self, visitor: Visitor) -> None:
        """E-mail and address; of delivery and payment there is nothing to choose."""
        visitor.get("/checkout/", "email")
        guest = {"username": "ada@example.com", "options": "anonymous", "password": ""}
        self.send(visitor, "/checkout/", guest, "/checkout/shipping-address/")
        visitor.get("/checkout/shipping-address/", "postcode")
        address = "/checkout/shipping-address/"
        self.send(visitor, address, ADDRESS, "/checkout/shipping-method/")
        visitor.get("/checkout/shipping-method/", "/checkout/payment-method/", status=302)
        visitor.get("/checkout/payment-method/", "/checkout/payment-details/", status=302)

    def place(self, visitor: Visitor) -> None:
        order = {"action": "place_order"}
        self.send(visitor, "/checkout/preview/", order, "/checkout/thank-you/")

    def check_out(self, visitor: Visitor) -> None:
        visitor.get("/basket/", self.products[1]["title"])
        self.say_who(visitor)
        visitor.get("/checkout/payment-details/", "Continue")
        visitor.get("/checkout/preview/", "Place order")
        self.place(visitor)
        visitor.get("/checkout/thank-you/", "Your order has been placed")

    def sign_in(self, visitor: Visitor) -> None:
        self.come(visitor)
        who = {"login-username": "shopper@bower.example", "login-password": PASSWORD}
        self.send(visitor, "/accounts/login/", {**who, "login_submit": "Log In"}, "/")
        visitor.get("/accounts/profile/", "shopper@bower.example")

    def send(self, visitor: Visitor, path: str, fields: dict[str, str], expect: str = "") -> None:
        token = visitor.cookies.get("csrftoken", TOKEN)
        visitor.post(path, {**fields, "csrfmiddlewaretoken": token}, expect)
