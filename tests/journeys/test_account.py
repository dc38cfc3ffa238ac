"""A shopper with an account: opened, ordered with, left, found again; and whom it lets in where."""

from __future__ import annotations

import re
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.shop import Shop

PRODUCT = "/prints/tidal-drift/"
PASSWORD = "eleven-quiet-ridges"


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def sign_up(page: Page, shop: Shop, email: str) -> None:
    """With the code that comes by mail, as only its reader can."""
    page.goto(f"{shop.url}/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Open an account").click()
    expect(page.get_by_role("heading", level=1, name="Enter the code")).to_be_visible()
    [message] = shop.wait_for_mail(email)
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", text_of(message), re.MULTILINE)
    assert code, text_of(message)
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Confirm").click()
    expect_account(page, shop, email)


def expect_account(page: Page, shop: Shop, email: str) -> None:
    """Signed in, and led home."""
    expect(page).to_have_url(f"{shop.url}/account/")
    expect(page.get_by_role("heading", level=1, name=f"Hello, {email}")).to_be_visible()


def test_new_account_keeps_its_orders(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    email = "ada@example.com"
    sign_up(page, laptop, email)
    expect(page.get_by_text("No orders yet")).to_be_visible()

    steps.order_by(page, laptop, PRODUCT, "Demo", email=email)
    page.get_by_role("button", name="Pay", exact=True).click()
    steps.expect_status(page, "paid")
    of_the_order = page.url
    page.goto(f"{laptop.url}/account/")
    orders = page.get_by_role("region", name="Your orders")
    expect(orders).to_contain_text("Tidal Drift")
    orders.get_by_role("link", name=re.compile("^Order ")).click()
    expect(page).to_have_url(of_the_order)

    steps.sign_out(page, laptop)
    page.goto(f"{laptop.url}/account/")
    expect(page).to_have_url(re.compile("/account/login/"))


def test_basket_waits_on_another_device(laptop: Shop, open_page: OpenPage) -> None:
    phone, desktop = open_page(PHONE), open_page()
    email = "grace@example.com"
    sign_up(phone, laptop, email)
    steps.add_to_basket(phone, laptop, PRODUCT)
    steps.sign_out(phone, laptop)
    expect(phone.get_by_role("link", name="Basket, empty")).to_be_visible()

    steps.sign_in(desktop, laptop, email, password=PASSWORD)
    expect_account(desktop, laptop, email)
    desktop.goto(f"{laptop.url}/basket/")
    expect(desktop.get_by_role("link", name="Basket, 1 thing")).to_be_visible()
    expect(desktop.get_by_role("link", name="Tidal Drift").first).to_be_visible()


def test_forgotten_password_is_chosen_anew(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page()
    email = "mary@example.com"
    sign_up(page, laptop, email)
    steps.sign_out(page, laptop)

    page.goto(f"{laptop.url}/account/login/")
    page.get_by_role("link", name=re.compile("Forgot")).click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("a link to choose a new password is on its way")).to_be_visible()
    [_code, message] = laptop.wait_for_mail(email, count=2)
    link = re.search(rf"{re.escape(laptop.url)}/account/password/reset/key/\S+", text_of(message))
    assert link, text_of(message)
    page.goto(link[0])
    for field in page.locator("main input[type=password]").all():
        field.fill("twelve-loud-valleys")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", level=1, name="Choose a new password")).to_be_hidden()

    steps.sign_in(page, laptop, email, password="twelve-loud-valleys")
    expect_account(page, laptop, email)
    page.goto(link[0])
    expect(page.get_by_role("heading", level=1, name="This link no longer works")).to_be_visible()


def test_wrong_password_is_refused(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    steps.sign_in(page, laptop, "shopper", password="not-this-one")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("Email")).to_have_value("shopper@bower.example")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_shopper_stays_before_the_counter(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page()
    steps.sign_in(page, laptop, "shopper")
    expect(page).to_have_url(f"{laptop.url}/account/")
    for path in ("/admin/", "/admin/orders/", "/admin/login/?next=/admin/"):
        response = page.goto(laptop.url + path)
        assert response is not None
        assert response.status == 403
    expect(page.get_by_role("heading", level=1)).to_be_visible()
