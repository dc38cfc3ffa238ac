"""A merchant moves in with another shop's file: looks first, brings it in, and sends it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.shop import Shop

# As Shopify writes it: two rows a product, no SKUs, HTML, a picture that is not to be had, a gift
# card. The address of the picture is this machine's own, which no file may make the shop ask.
HEADER = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,"
    "Image Src,Image Alt Text,Gift Card"
)
POT = (
    'clay-pot,"Clay pot <b>for Größe</b>","<p>Thrown by <strong>hand</strong>.</p>",Töpferei Süß,'
    'Pots,"clay, garden",true,Size,Small,,3,deny,9.99,,http://127.0.0.1:9/pot.jpg,A pot,false\n'
    "clay-pot,,,,,,,,Large,,0,deny,15.99,19.99,,,"
)
CARD = "gift,Gift card,,,,,true,Title,10,,,continue,10.00,,,,true"


@pytest.fixture
def manager(shop: Shop, open_page: OpenPage) -> Page:
    page = open_page()
    steps.enter_admin(page, shop, "manager")
    return page


def upload(page: Page, shop: Shop, file: Path) -> None:
    """To the preview of what would happen."""
    page.goto(f"{shop.url}/admin/")
    page.get_by_role("link", name="Import and export").click()
    page.get_by_role("link", name="Import products").first.click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible(timeout=60_000)


def row(page: Page, title: str) -> str:
    return " ".join(page.get_by_role("row").filter(has_text=title).inner_text().split())


def counts(page: Page) -> str:
    return " ".join(page.get_by_role("navigation", name="By outcome").inner_text().split())


def test_merchant_moves_in_and_sends_the_file_again(
    shop: Shop, manager: Page, open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "products_export.csv"
    file.write_text("\n".join((HEADER, POT, CARD)), encoding="utf-8-sig")
    address = f"{shop.url}/pots/clay-pot/"
    shopper = open_page(PHONE, javascript=False)

    upload(manager, shop, file)
    assert "Gift card" in row(manager, "Gift card")
    assert shopper.request.get(address).status == 404
    manager.get_by_role("button", name="Import 1 product").click()
    report = manager.get_by_role("table")
    expect(report).to_contain_text("Without the picture", timeout=60_000)
    assert re.search(r"1 (new|created)", counts(manager), re.IGNORECASE)

    shopper.goto(address)
    expect(shopper.get_by_role("heading", level=1)).to_have_text("Clay pot for Größe")
    expect(shopper.get_by_text("Only 3 left").first).to_be_visible()
    expect(shopper.get_by_role("radio", name=re.compile("Large.*Sold out"))).to_be_attached()
    shopper.get_by_role("button", name="Add to basket").first.click()
    shopper.goto(f"{shop.url}/basket/")
    expect(shopper.get_by_role("main").get_by_text("£9.99").first).to_be_visible()

    upload(manager, shop, file)
    assert "Unchanged" in row(manager, "Clay pot")
    file.write_text("\n".join((HEADER, POT.replace("9.99,,", "8.50,,"), CARD)), encoding="utf-8")
    upload(manager, shop, file)
    manager.get_by_role("button", name="Import 1 product").click()
    expect(report).to_contain_text("8.50", timeout=60_000)
    shopper.goto(address)
    expect(shopper.locator(".product__label")).to_contain_text("£8.50")
