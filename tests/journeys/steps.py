"""What a person does, by the roles and names that a screen reader would say too."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.shop import PASSWORD, Shop

NAME = "Zoë Müller-Łukasz"


def add_to_basket(page: Page, shop: Shop, path: str) -> None:
    page.goto(shop.url + path)
    page.get_by_role("button", name="Add to basket").first.click()
    expect(page.get_by_role("link", name=re.compile(r"Basket, \d+ thing"))).to_be_visible()


def go_to_checkout(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/basket/")
    page.get_by_role("link", name="Checkout").click()
    expect(page.get_by_role("heading", level=1, name="Checkout")).to_be_visible()


def fill_address(page: Page, *, email: str, name: str = NAME) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Full name").first.fill(name)
    page.get_by_label("Street and number").first.fill("12 St James’s Square")
    page.get_by_label("Postcode").first.fill("SW1Y 4JH")
    page.get_by_label("Town or city").first.fill("London")


def order_and_pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Order and pay")).click()


def sign_in(page: Page, shop: Shop, who: str, *, password: str = PASSWORD) -> None:
    email = who if "@" in who else f"{who}@bower.example"
    page.goto(f"{shop.url}/account/login/")
    fill_sign_in(page, email, password)


def fill_sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def expect_status(page: Page, status: str) -> None:
    expect(page.locator(f'[data-order-status="{status}"]')).to_be_visible()


def order_by(page: Page, shop: Shop, path: str, way: str, *, email: str, name: str = NAME) -> None:
    """From a product's page to where its payment begins, by the way to pay of this name."""
    add_to_basket(page, shop, path)
    go_to_checkout(page, shop)
    fill_address(page, email=email, name=name)
    page.get_by_role("radio", name=re.compile(f"^{way}")).check()
    order_and_pay(page)


def sign_out(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{shop.url}/")


# --- Wagtail's admin ------------------------------------------------------------------------------


def enter_admin(page: Page, shop: Shop, who: str) -> None:
    """Through the admin's own address, which leads to the shop's door and back."""
    page.goto(f"{shop.url}/admin/")
    expect(page).to_have_url(re.compile(r"/account/login/\?next="))
    fill_sign_in(page, f"{who}@bower.example", PASSWORD)
    expect(page).to_have_url(f"{shop.url}/admin/")


def wait_for_autosave(page: Page) -> None:
    """A slow one that ends after the button's would put what it saw in front."""
    page.wait_for_timeout(700)  # it begins half a second after the last key
    expect(page.locator("[data-w-autosave-state-value='saving']")).to_have_count(0)


def publish(page: Page, label: str = "Publish") -> None:
    """From the menu beside “Save draft”. Wagtail says so once it is done."""
    wait_for_autosave(page)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("publish"))).to_be_visible()
