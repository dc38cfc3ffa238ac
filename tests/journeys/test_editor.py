"""An editor brings a product into the shop: drafted, looked at, published, repriced, scheduled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.shop import Shop


@pytest.fixture
def editor(shop: Shop, open_page: OpenPage) -> Page:
    page = open_page()
    steps.enter_admin(page, shop, "editor")
    return page


def start_product(page: Page, shop: Shop, category: str, title: str, summary: str) -> None:
    """From the category's listing to the form of a product below it, named by its title."""
    number = shop.python(
        "from products.models import CategoryPage;"
        f"print(CategoryPage.objects.get(slug='{category}').pk)"
    )
    page.goto(f"{shop.url}/admin/pages/{number}/")
    page.get_by_role("link", name="Add child page").click()
    page.get_by_role("link", name="Product", exact=True).click()
    page.wait_for_load_state("load")
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_role("textbox", name="Summary").fill(summary)
    expect(page.locator("#id_slug")).to_have_value(title.lower().replace(" ", "-"))


def variant(page: Page, number: int) -> Locator:
    return page.get_by_role("region", name=f"Variant {number}", exact=True)


def add_picture(page: Page, title: str, alt: str) -> None:
    """From the library, with words of its own for those who cannot see it."""
    page.get_by_role("button", name="Add picture").click()
    entry = page.get_by_role("region", name="Picture 1", exact=True)
    entry.get_by_role("button", name="Choose an image").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search term").fill(title.removesuffix(".webp"))
    dialog.get_by_role("link", name=re.compile(re.escape(title))).click()
    expect(dialog).to_be_hidden()
    entry.get_by_label("Description for those who cannot see it").fill(alt)


def save_draft(page: Page) -> None:
    """By the button: what the editor saves by itself is not taken for it."""
    steps.wait_for_autosave(page)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.request.is_navigation_request()
    ):
        page.get_by_role("button", name="Save draft").click()
    expect_saved(page)


def expect_saved(page: Page) -> None:
    expect(
        page.get_by_role("status").filter(has_text=re.compile(r"created\.|updated\."))
    ).to_be_visible()


def edit(page: Page, shop: Shop, slug: str) -> None:
    number = shop.python(
        f"from products.models import ProductPage; print(ProductPage.objects.get(slug='{slug}').pk)"
    )
    page.goto(f"{shop.url}/admin/pages/{number}/edit/")


def status_of(page: Page, address: str) -> int:
    return page.request.get(address).status


def test_editor_drafts_previews_publishes_and_reprices(
    shop: Shop, editor: Page, open_page: OpenPage
) -> None:
    shopper = open_page()
    address = f"{shop.url}/cards/woven-light/"
    start_product(editor, shop, "cards", "Woven Light", "Two threads, one card.")
    editor.get_by_role("button", name="Add variant").click()
    for number, (pack, price) in enumerate((("Single", "4.20"), ("Set of 6", "21.50")), start=1):
        row = variant(editor, number)
        row.get_by_label("Price", exact=False).first.fill(price)
        row.get_by_label("Option 1").select_option(label=pack)
    add_picture(editor, "murmuration.webp", "Two threads that cross, seen from above")

    assert_preview_shows(editor, "£4.20", "£21.50")
    save_draft(editor)
    assert status_of(shopper, address) == 404

    edit(editor, shop, "woven-light")
    expect(variant(editor, 1).get_by_label("SKU")).to_have_value("WOVEN-LIGHT-SINGLE")
    expect(variant(editor, 2).get_by_label("SKU")).to_have_value("WOVEN-LIGHT-SET-OF-6")
    steps.publish(editor)
    shopper.goto(f"{shop.url}/cards/")
    shopper.get_by_role("link", name="Woven Light").click()
    expect(shopper).to_have_url(address)
    expect(shopper.locator(".product__label")).to_contain_text("£4.20")
    expect(
        shopper.get_by_role("img", name="Two threads that cross, seen from above")
    ).to_be_visible()
    expect(shopper.get_by_text("This one is sold out.")).to_be_visible()
    expect(shopper.get_by_role("button", name="Add to basket")).to_have_count(0)

    edit(editor, shop, "woven-light")
    variant(editor, 1).get_by_label("Price", exact=False).first.fill("5.70")
    save_draft(editor)
    shopper.reload()
    expect(shopper.locator(".product__label")).to_contain_text("£4.20")
    steps.publish(editor)
    shopper.reload()
    expect(shopper.locator(".product__label")).to_contain_text("£5.70")


def assert_preview_shows(page: Page, *prices: str) -> None:
    """Beside the form, of what is typed and not published."""
    page.get_by_role("button", name="Toggle preview").click()
    preview = page.locator("iframe[title='Preview']").last.content_frame  # the one it is renewed by
    for price in prices:
        expect(preview.get_by_text(price).first).to_be_visible()
    page.get_by_role("button", name="Toggle preview").click()


def test_scheduled_product_appears_when_its_time_has_come(
    shop: Shop, editor: Page, open_page: OpenPage
) -> None:
    shopper = open_page()
    address = f"{shop.url}/cards/next-week/"
    start_product(editor, shop, "cards", "Next Week", "Not yet.")
    variant(editor, 1).get_by_label("Price", exact=False).first.fill("7.00")
    save_draft(editor)

    in_a_week = datetime.now(UTC) + timedelta(days=7)
    editor.get_by_role("button", name="Toggle status").click()
    editor.get_by_role("button", name="Set schedule").click()
    dialog = editor.get_by_role("dialog", name="Set publishing schedule")
    go_live = dialog.get_by_role("textbox", name="Go live date/time")
    go_live.fill(f"{in_a_week:%Y-%m-%d %H:%M}")
    # The calendar lies over the button; from the keyboard it is in nobody's way.
    dialog.get_by_role("button", name="Save schedule").press("Enter")
    expect_saved(editor)
    steps.publish(editor, "Schedule to publish")
    assert status_of(shopper, address) == 404
    shop.manage("catch_up")
    assert status_of(shopper, address) == 404

    let_its_time_come(shop, "next-week")
    shop.manage("catch_up")
    shopper.goto(address)
    expect(shopper.get_by_role("heading", level=1, name="Next Week")).to_be_visible()
    expect(shopper.locator(".product__label")).to_contain_text("£7.00")


def let_its_time_come(shop: Shop, slug: str) -> None:
    """As if the days until then had gone by: in both places that Wagtail looks at."""
    shop.python(
        "from datetime import timedelta; from django.utils import timezone;"
        "from products.models import ProductPage;"
        "past = timezone.now() - timedelta(minutes=1);"
        f"page = ProductPage.objects.get(slug='{slug}');"
        "revision = page.scheduled_revision;"
        "revision.content['go_live_at'] = past.isoformat();"
        "revision.approved_go_live_at = past;"
        "revision.save();"
        "page.go_live_at = past;"
        "page.save(update_fields=['go_live_at'])"
    )
