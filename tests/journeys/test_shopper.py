"""A shopper buys, on every kind of device, and the money, the mail and the stock agree."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import DESKTOP, PHONE, OpenPage
from tests.journeys.shop import Shop

DEVICES = [
    pytest.param(PHONE, True, id="phone"),
    pytest.param(PHONE, False, id="phone-without-javascript"),
    pytest.param(DESKTOP, True, id="desktop"),
    pytest.param(DESKTOP, False, id="desktop-without-javascript"),
]


def product_with_choice(shop: Shop) -> tuple[str, str]:
    """The path of a product with several variants, and the SKU of one that is in stock."""
    found = shop.python(
        "from products.models import Variant;"
        "v = [v for v in Variant.objects.sellable().select_related('page', 'sku')"
        " if v.page.variants.count() > 1 and v.sku.available > 9][0];"
        "print(v.page.specific.url, v.sku_id)"
    )
    path, sku = found.split()
    return re.sub(r"^https?://[^/]+", "", path), sku


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def on_hand(shop: Shop, sku: str) -> int:
    code = f"from products.models import Sku; print(Sku.objects.get(code='{sku}').on_hand)"
    return int(shop.python(code))


@pytest.mark.parametrize(("device", "javascript"), DEVICES)
def test_shopper_buys_with_stripe(
    shop: Shop, open_page: OpenPage, device: Any, javascript: bool
) -> None:
    page = open_page(device, javascript=javascript)
    path, sku = product_with_choice(shop)
    before = on_hand(shop, sku)
    email = f"shopper-{device['width']}-{javascript}@example.com".lower()

    page.goto(f"{shop.url}{path}?sku={sku}")
    page.get_by_role("button", name="Add to basket").first.click()
    expect(page.get_by_role("link", name="Basket, 1 thing")).to_be_visible()
    steps.go_to_checkout(page, shop)
    steps.fill_address(page, email=email)
    steps.order_and_pay(page)

    expect(page.get_by_role("heading", level=1, name=re.compile("^Pay £"))).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    steps.expect_status(page, "paid")
    expect(page.get_by_text(re.compile(r"Invoice number: INV-\d{4}-\d{5}"))).to_be_visible()
    assert_invoice_opens(page)

    [message] = shop.wait_for_mail(email)
    [attachment] = message.iter_attachments()
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content().startswith(b"%PDF-")
    assert "Zoë Müller-Łukasz" in text_of(message)
    assert on_hand(shop, sku) == before - 1
    page.goto(f"{shop.url}/basket/")
    expect(page.get_by_role("link", name="Basket, empty")).to_be_visible()


def assert_invoice_opens(page: Page) -> None:
    href = page.locator('a[href$=".pdf"]').first.get_attribute("href")
    response = page.request.get(page.url.split("/checkout/")[0] + str(href))
    assert response.status == 200
    assert response.body().startswith(b"%PDF-")


def test_shopper_pays_later_and_the_bank_refuses(
    shop: Shop, open_page: OpenPage, stripe: Any
) -> None:
    page = open_page()
    path, sku = product_with_choice(shop)
    steps.add_to_basket(page, shop, f"{path}?sku={sku}")
    steps.go_to_checkout(page, shop)
    steps.fill_address(page, email="debit@example.com")
    steps.order_and_pay(page)
    page.get_by_role("button", name="Pay later by bank debit").click()
    steps.expect_status(page, "pending")

    stripe.settle(list(stripe.sessions)[-1], succeeded=False)
    stripe.wait_for_webhooks()
    page.wait_for_timeout(500)
    page.reload()
    steps.expect_status(page, "failed")
    page.get_by_role("button", name="Put these items back").click()
    expect(page.get_by_role("link", name="Basket, 1 thing")).to_be_visible()


@pytest.mark.parametrize(("press", "status"), [("Pay", "paid"), ("Let the payment fail", "failed")])
def test_demo_payment_ends_as_chosen(
    laptop: Shop, open_page: OpenPage, press: str, status: str
) -> None:
    page = open_page(PHONE)
    path, sku = product_with_choice(laptop)
    steps.add_to_basket(page, laptop, f"{path}?sku={sku}")
    steps.go_to_checkout(page, laptop)
    steps.fill_address(page, email="laptop@example.com")
    steps.order_and_pay(page)
    page.get_by_role("button", name=press, exact=True).click()
    steps.expect_status(page, status)


def test_basket_changes_without_reload(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page()
    path, sku = product_with_choice(laptop)
    page.goto(f"{laptop.url}{path}?sku={sku}")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Add to basket").first.click()
    expect(page.get_by_role("link", name="Basket, 1 thing")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True

    page.goto(f"{laptop.url}/basket/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="One more").click()
    expect(page.get_by_role("link", name="Basket, 2 things")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(page.get_by_role("link", name="Basket, empty")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True


def test_checkout_follows_the_country(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page()
    path, sku = product_with_choice(laptop)
    steps.add_to_basket(page, laptop, f"{path}?sku={sku}")
    steps.go_to_checkout(page, laptop)
    page.get_by_label("E-mail").fill("kept@example.com")
    page.get_by_label("Country").first.select_option("US")
    expect(page.get_by_label("State or province").first).to_be_visible()
    expect(page.get_by_label("ZIP code").first).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("kept@example.com")


def test_checkout_says_what_is_missing(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(PHONE, javascript=False)
    path, sku = product_with_choice(laptop)
    page.goto(f"{laptop.url}{path}?sku={sku}")
    page.get_by_role("button", name="Add to basket").first.click()
    steps.go_to_checkout(page, laptop)
    page.get_by_label("E-mail").fill("ada@example.com")
    steps.order_and_pay(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("need another look")
    expect(page.get_by_label("E-mail")).to_have_value("ada@example.com")
