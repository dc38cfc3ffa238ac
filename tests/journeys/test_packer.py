"""Who packs: money by bank transfer comes in, the order goes out, and the shelf is one less."""

from __future__ import annotations

import re
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.shop import Shop

SKU = "CARD-COIN-6"
PRODUCT = f"/cards/coin-toss-card/?sku={SKU}"
TRACKING_PAGE = "https://www.royalmail.com/track-your-item#/tracking-results/AB123456789GB"


def test_transfer_arrives_and_the_order_is_sent(laptop: Shop, open_page: OpenPage) -> None:
    shopper, packer = open_page(PHONE), open_page()
    steps.order_by(shopper, laptop, PRODUCT, "Bank transfer", email="transfer@example.com")
    steps.expect_status(shopper, "pending")
    number = number_of(shopper)
    expect(shopper.get_by_role("definition").filter(has_text=number)).to_be_visible()

    steps.enter_admin(packer, laptop, "fulfilment")
    find_order(packer, number)
    expect(packer.get_by_role("link", name="Mark as sent")).to_have_count(0)
    packer.get_by_role("link", name="Mark as paid").click()
    expect(packer.get_by_text("Has the money arrived?")).to_be_visible()
    packer.get_by_role("button", name="Mark as paid").click()
    expect_message(packer, f"Order {number} is paid.")

    assert_invoice(packer)
    assert_sold_page(packer)
    shopper.reload()
    steps.expect_status(shopper, "paid")
    send_with_tracking(packer, number)
    shopper.reload()
    steps.expect_status(shopper, "sent")
    expect(shopper.get_by_role("heading", level=1)).to_contain_text("on its way")
    expect(shopper.get_by_role("link", name="Follow the parcel")).to_have_attribute(
        "href", TRACKING_PAGE
    )
    messages = laptop.wait_for_mail("transfer@example.com", count=3)
    subjects = [str(message["Subject"]) for message in messages]
    assert subjects[0].startswith(f"We have your order {number}")
    assert subjects[1].startswith(f"Your order {number} is paid")
    assert subjects[2].startswith(f"Your order {number} is on its way")
    for kind in ("plain", "html"):
        assert TRACKING_PAGE in text_of(messages[2], kind)

    assert_movement(packer, number)


def test_manager_gives_the_money_back(laptop: Shop, open_page: OpenPage) -> None:
    """Found by the customer's name; a packer may not, a manager may, and the goods come back."""
    shopper, packer, manager = open_page(PHONE), open_page(), open_page()
    name = "Grace Hopper-Refund"
    steps.order_by(shopper, laptop, PRODUCT, "Demo payment", email="refund@example.com", name=name)
    shopper.get_by_role("button", name="Pay", exact=True).click()
    steps.expect_status(shopper, "paid")
    number = number_of(shopper)

    steps.enter_admin(packer, laptop, "fulfilment")
    find_in(packer, "Orders", name, opens=number)
    expect(packer.get_by_role("link", name="Refund in full")).to_have_count(0)

    steps.enter_admin(manager, laptop, "manager")
    find_in(manager, "Orders", name, opens=number)
    manager.get_by_role("link", name="Refund in full").click()
    expect(manager.get_by_text("no money moves")).to_be_visible()
    expect(manager.get_by_label("Put the goods back on the shelf")).to_be_checked()
    manager.get_by_label("Reason").fill("The corner was bent.")
    manager.get_by_role("button", name="Refund in full").click()
    expect_message(manager, f"The money of order {number} goes back")
    expect(manager.get_by_role("link", name="Mark as sent")).to_have_count(0)

    shopper.reload()
    steps.expect_status(shopper, "refunded")
    message = laptop.wait_for_mail("refund@example.com", count=2)[-1]
    assert str(message["Subject"]).startswith(f"Money back for your order {number}")
    assert "The corner was bent." in text_of(message, "plain")
    assert_returned(manager, number)


def number_of(page: Page) -> str:
    text = page.get_by_text(re.compile(r"^Order \S+$")).first.inner_text()
    return text.split()[1]


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def send_with_tracking(page: Page, number: str) -> None:
    page.get_by_role("link", name="Mark as sent").click()
    page.get_by_label("Carrier", exact=True).select_option("Royal Mail")
    page.get_by_label("Tracking number").fill("AB 1234 5678 9GB")
    page.get_by_role("button", name="Mark as sent").click()
    expect_message(page, f"Order {number} is sent.")
    expect(page.get_by_role("link", name="Follow the parcel")).to_have_attribute(
        "href", TRACKING_PAGE
    )


def find_in(page: Page, listing: str, words: str, *, opens: str = "") -> None:
    """In the listing of this name, the only row that the words find; opened."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=listing).click()
    page.get_by_role("textbox", name="Search term").fill(words)
    rows = page.locator("#listing-results tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name=opens or words).click()


def find_order(page: Page, number: str) -> None:
    find_in(page, "Orders", number)
    expect(page.get_by_role("heading", level=1, name=number)).to_be_visible()


def expect_message(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def assert_invoice(page: Page) -> None:
    href = page.get_by_role("link", name=re.compile("^Invoice INV-")).get_attribute("href")
    response = page.request.get(page.url.split("/admin/")[0] + str(href))
    assert response.status == 200
    assert response.body().startswith(b"%PDF-")


def assert_sold_page(page: Page) -> None:
    """In a tab of its own: the product as the shopper saw it."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name=re.compile("^As sold")).click()
    sold = opened.value
    expect(sold.get_by_role("heading", level=1, name="Coin Toss")).to_be_visible()
    expect(sold.locator("main")).to_contain_text("£16.00")
    sold.close()


def assert_movement(page: Page, number: str) -> None:
    find_in(page, "Stock", SKU)
    movement = page.get_by_role("row").filter(has_text=number)
    expect(movement).to_contain_text("-1")
    expect(movement).to_contain_text("Sold")


def assert_returned(page: Page, number: str) -> None:
    find_in(page, "Stock", SKU)
    movements = page.get_by_role("row").filter(has_text=number)
    expect(movements.filter(has_text="Returned")).to_contain_text("+1")
