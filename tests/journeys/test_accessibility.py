"""Every page of the shop for everybody: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import DESKTOP, PHONE, OpenPage
from tests.journeys.looking import errors_of, statuses_of, what_axe_says
from tests.journeys.shop import Shop

SMALLEST = {"width": 320, "height": 640}
CHOICES, SOLD_OUT, SIMPLE = (
    f"/{path}/" for path in ("prints/tidal-drift", "prints/murmuration", "notebooks/pocket-pair")
)
LONG_TITLE = "/prints/every-quarter-circle/"

# The page is ready to be looked at: its name, and the status that it should come with.
State = tuple[str, int]


@pytest.fixture(scope="session")
def lost_page(laptop: Shop) -> str:
    """What a shopper gets for an address that leads nowhere; the laptop's shop shows a trace."""
    return laptop.python(
        "from django.conf import settings; from django.test import Client;"
        "settings.DEBUG = False; response = Client().get('/nowhere/');"
        "assert response.status_code == 404; print(response.content.decode())"
    )


def every_page(page: Page, shop: Shop, lost_page: str) -> Iterator[State]:
    """Walks through the shop and stops wherever something is to be seen."""
    for walk in (
        pages_to_read(page, shop, lost_page),
        pages_of_an_order(page, shop),
        pages_of_an_account(page, shop),
    ):
        for state in walk:
            page.wait_for_load_state("load")  # with its styles
            yield state


def pages_to_read(page: Page, shop: Shop, lost_page: str) -> Iterator[State]:
    for path in (
        "/",
        "/a-little-blue/",
        "/write-to-somebody/",
        "/journal/",
        "/journal/?topic=making",
        "/journal/patterns-nobody-drew/",
        "/withdrawal/",
        "/prints/",
        CHOICES,
        SOLD_OUT,
        SIMPLE,
        LONG_TITLE,
        "/search/",
        "/search/?q=blue",
        "/search/?q=zzzzzz",
        "/basket/",
    ):
        page.goto(shop.url + path)
        yield path, 200
    page.goto(f"{shop.url}/search/")
    page.locator("main").get_by_role("searchbox").press_sequentially("co")
    expect(page.get_by_role("link", name="Coin Toss")).to_be_visible()
    yield "what the search suggests", 200
    menu = page.get_by_role("button", name="Menu", exact=True)
    if menu.is_visible():
        menu.click()
        expect(page.get_by_role("button", name="Close the menu")).to_be_visible()
        yield "the menu", 200
    page.route("**/nowhere/", lambda route: route.fulfill(status=404, body=lost_page))
    page.goto(f"{shop.url}/nowhere/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("carried this one off")
    yield "the missing page", 404


def pages_of_an_order(page: Page, shop: Shop) -> Iterator[State]:
    for path in (CHOICES, SIMPLE, LONG_TITLE, "/cards/coin-toss-card/"):
        steps.add_to_basket(page, shop, path)
    yield "what the basket says of a thing put in", 200
    page.goto(f"{shop.url}/basket/")
    yield "the basket with lines", 200
    steps.go_to_checkout(page, shop)
    yield "the fresh checkout", 200
    if page.evaluate("innerWidth < 600"):  # wider, it is always open
        page.locator("#checkout-summary summary").click()
        yield "the checkout with its summary opened", 200
    steps.order_and_pay(page)
    expect(page.get_by_role("alert")).to_be_visible()
    yield "the checkout with errors", 422
    steps.fill_address(page, email="seen@example.com")
    page.get_by_role("radio", name=re.compile("^Bank transfer")).check()
    steps.order_and_pay(page)
    steps.expect_status(page, "pending")
    yield "a pending order", 200

    for press, status in (("Pay", "paid"), ("Let the payment fail", "failed")):
        steps.order_by(page, shop, CHOICES, "Demo", email="seen@example.com")
        pay = page.get_by_role("button", name=press, exact=True)
        expect(pay).to_be_visible()
        if status == "paid":
            yield "the demo payment", 200
        pay.click()
        steps.expect_status(page, status)
        yield f"a {status} order", 200


def pages_of_an_account(page: Page, shop: Shop) -> Iterator[State]:
    for path in ("login", "signup", "password/reset"):
        page.goto(f"{shop.url}/account/{path}/")
        yield f"/account/{path}/", 200
    page.goto(f"{shop.url}/account/login/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-in with errors", 200
    steps.sign_in(page, shop, "shopper")
    page.goto(f"{shop.url}/account/")
    expect(page.get_by_role("heading", level=1, name=re.compile("^Hello"))).to_be_visible()
    yield "the account", 200
    for path in ("email", "password/change"):
        page.goto(f"{shop.url}/account/{path}/")
        yield f"/account/{path}/", 200
    page.goto(f"{shop.url}/account/")


@pytest.mark.parametrize(
    ("size", "theme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone-light", "desktop-dark"]
)
def test_axe_finds_nothing(
    laptop: Shop, open_page: OpenPage, lost_page: str, size: Any, theme: Literal["light", "dark"]
) -> None:
    """Every page in every state. The most looked at in both themes: test_look.py."""
    # Axe tries out styles, which our policy forbids; the other journeys keep to it.
    page = open_page(size, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)
    found = [
        (name, *violation)
        for name, _status in every_page(page, laptop, lost_page)
        for violation in what_axe_says(page)
    ]
    assert found == []


def test_every_page_fits_a_small_phone(laptop: Shop, open_page: OpenPage, lost_page: str) -> None:
    """No scrolling sideways, one heading of the first level, the right status, a quiet console."""
    page = open_page(SMALLEST, reduced_motion="reduce")
    errors = errors_of(page)
    statuses = statuses_of(page)
    troubles: list[tuple[str, Any]] = []
    for name, expected in every_page(page, laptop, lost_page):
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > SMALLEST["width"]:
            troubles.append((name, f"is {width} px wide"))
        if (headings := page.locator("h1").count()) != 1:
            troubles.append((name, f"has {headings} headings of the first level"))
        if statuses[-1] != expected:
            troubles.append((name, f"came with status {statuses[-1]}"))
    assert troubles == []
    # Chromium reports a document's own status, too: the two that are meant to have one.
    assert [error for error in errors if not error.endswith(("/nowhere/", "/checkout/"))] == []
