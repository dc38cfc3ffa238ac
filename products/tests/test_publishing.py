"""Products are pages; stock is not: whatever is done to a page, its stock stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.db.models import ProtectedError
from django.test import RequestFactory
from wagtail.models import Locale, Page

from checkout.models import Order, OrderLine
from checkout.status import OrderStatus
from checkout.tests.factories import advance, make_order
from content.tests.factories import default_site
from products import stock
from products.cards import cards_for
from products.models import MovementReason, ProductPage, Sku, StockMovement, Variant
from products.offers import offer_context
from products.tests.factories import make_category, make_product, make_variant

pytestmark = pytest.mark.django_db

CODE = "FLOW-A3"
NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def page() -> ProductPage:
    return make_product("Satin Flow", sku=CODE, price="24.00", on_hand=10)


@pytest.fixture
def german() -> Locale:
    return Locale.objects.create(language_code="de")


def stock_now() -> tuple[list[tuple], list[tuple]]:
    """Every SKU with its units, and the whole ledger."""
    skus = Sku.objects.order_by("code").values_list("code", "on_hand", "reserved")
    ledger = StockMovement.objects.order_by("pk").values_list("sku__code", "delta", "balance")
    return list(skus), list(ledger)


def draft_with_price(page: ProductPage, price: str) -> ProductPage:
    """The latest draft with another price, saved as a revision; nothing is published."""
    draft = page.get_latest_revision_as_object()
    variants = list(draft.variants.all())
    variants[0].price = Decimal(price)
    draft.variants = variants
    draft.save_revision()
    return draft


def publish_price(page: ProductPage, price: str) -> None:
    draft_with_price(page, price).latest_revision.publish()


def live_price(code: str = CODE) -> Decimal:
    return Variant.objects.get(sku_id=code).price


def again(page: Page) -> ProductPage:
    return ProductPage.objects.get(pk=page.pk)


def in_german(page: ProductPage, german: Locale) -> ProductPage:
    """Its translation, published; the pages above it are aliases."""
    translation = page.copy_for_translation(german, copy_parents=True)
    translation.save_revision().publish()
    return again(translation)


# --- What editors do, and stock does not mind -----------------------------------------------


def publish_an_older_draft(page: ProductPage) -> None:
    older = draft_with_price(page, "19.00").latest_revision
    publish_price(page, "29.00")
    older.publish()
    assert live_price() == Decimal("19.00")


def revert_to_the_first_revision(page: ProductPage) -> None:
    publish_price(page, "29.00")
    first = page.revisions.order_by("created_at", "pk").first()
    assert first is not None
    first.as_object().save_revision().publish()
    assert live_price() == Decimal("24.00")


def copy(page: ProductPage) -> None:
    twin = page.copy(update_attrs={"slug": "twin", "title": "Twin"}, keep_live=True)
    twin.get_latest_revision().publish()
    assert again(twin).live


def copy_without_its_history(page: ProductPage) -> None:
    twin = page.copy(
        update_attrs={"slug": "twin", "title": "Twin"}, copy_revisions=False, keep_live=False
    )
    twin.save_revision().publish()
    assert again(twin).live


def move(page: ProductPage) -> None:
    shelf = make_category("Another shelf")
    page.move(shelf, pos="last-child")
    assert again(page).get_parent().pk == shelf.pk


def unpublish(page: ProductPage) -> None:
    page.unpublish()
    assert not again(page).live


def unpublish_and_publish_again(page: ProductPage) -> None:
    page.unpublish()
    again(page).get_latest_revision().publish()
    assert again(page).live


def publish_at_a_set_time(page: ProductPage) -> None:
    draft = draft_with_price(page, "31.00")
    draft.go_live_at = NOON
    draft.save_revision(approved_go_live_at=NOON)
    with time_machine.travel(NOON - timedelta(minutes=1), tick=False):
        call_command("publish_scheduled", verbosity=0)
        assert live_price() == Decimal("24.00")
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        call_command("publish_scheduled", verbosity=0)
    assert live_price() == Decimal("31.00")


def expire_at_a_set_time(page: ProductPage) -> None:
    draft = page.get_latest_revision_as_object()
    draft.expire_at = NOON
    draft.save_revision().publish()
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        call_command("publish_scheduled", verbosity=0)
    assert again(page).expired


def alias(page: ProductPage) -> None:
    mirror = page.create_alias(parent=make_category("Another shelf"), update_slug="mirror")
    publish_price(page, "33.00")
    assert again(mirror).live


def translate(page: ProductPage) -> None:
    in_german(page, Locale.objects.create(language_code="de"))


def take_the_variant_out_and_put_it_back(page: ProductPage) -> None:
    draft = page.get_latest_revision_as_object()
    draft.variants = [make_variant("FLOW-A4", "14.00")]
    draft.save_revision().publish()
    assert not Variant.objects.filter(sku_id=CODE).exists()
    draft = page.get_latest_revision_as_object()
    draft.variants = [make_variant(CODE, "24.00")]
    draft.save_revision().publish()
    Sku.objects.get(code="FLOW-A4")  # came into being, with nothing on hand


ACTIONS = [
    publish_an_older_draft,
    revert_to_the_first_revision,
    copy,
    copy_without_its_history,
    move,
    unpublish,
    unpublish_and_publish_again,
    publish_at_a_set_time,
    expire_at_a_set_time,
    alias,
    translate,
    take_the_variant_out_and_put_it_back,
]


@pytest.mark.parametrize("act", ACTIONS, ids=lambda act: act.__name__.replace("_", " "))
def test_stock__stays_whatever_is_done_to_the_page(
    page: ProductPage, act: Callable[[ProductPage], None]
) -> None:
    draft_with_price(page, "22.00")  # a draft that remembers the shop with ten units
    page.get_latest_revision_as_object().save_revision()
    draft_with_price(page, "24.00")
    sold = make_order({CODE: 3})
    advance(sold, OrderStatus.PAID)
    waiting = make_order({CODE: 2})
    stock.move(CODE, -1, MovementReason.DAMAGED)
    before = stock_now()
    assert before == (
        [(CODE, 6, 2)],
        [(CODE, 10, 10), (CODE, -3, 7), (CODE, -1, 6)],
    )

    act(page)

    skus, ledger = stock_now()
    assert ([row for row in skus if row[0] == CODE], ledger) == before
    assert [row[1:] for row in skus if row[0] != CODE] in ([], [(0, 0)])
    for order, quantity in ((sold, 3), (waiting, 2)):
        line = OrderLine.objects.select_related("sku", "product", "revision").get(order=order)
        assert (line.sku_id, line.sku.code, line.quantity) == (CODE, CODE, quantity)
        assert line.product.pk == page.pk
        as_sold = line.revision.as_object()
        assert [(v.sku_id, v.price) for v in as_sold.variants.all()] == [(CODE, Decimal("24.00"))]


def test_order__can_be_paid_after_its_product_was_unpublished(page: ProductPage) -> None:
    order = make_order({CODE: 2})
    page.unpublish()
    advance(order, OrderStatus.PAID)
    assert stock_now() == ([(CODE, 8, 0)], [(CODE, 10, 10), (CODE, -2, 8)])


def test_delete__of_a_page_that_an_order_names_is_refused(page: ProductPage) -> None:
    order = make_order({CODE: 2})
    with pytest.raises(ProtectedError), transaction.atomic():
        page.delete()
    assert again(page).live
    assert Order.objects.get().lines.get().product.pk == page.pk
    assert Order.objects.get().lines.get().revision == order.lines.get().revision
    assert live_price() == Decimal("24.00")


# --- Prices are content ---------------------------------------------------------------------


def test_price__of_a_draft_is_not_the_shop_s(page: ProductPage) -> None:
    draft = draft_with_price(page, "30.00")
    assert live_price() == Decimal("24.00")
    assert [card.price for card in cards_for([again(page)])] == [Decimal("24.00")]
    offers = offer_context(again(page), RequestFactory().get("/"))["offers"]
    assert [offer.price for offer in offers] == [Decimal("24.00")]
    # Its preview shows what the editor typed.
    assert [variant.price for variant in draft.offers()] == [Decimal("30.00")]


def test_price__changes_everywhere_when_the_page_is_published(page: ProductPage) -> None:
    draft_with_price(page, "30.00").latest_revision.publish()
    assert live_price() == Decimal("30.00")
    assert [card.price for card in cards_for([again(page)])] == [Decimal("30.00")]
    offers = offer_context(again(page), RequestFactory().get("/"))["offers"]
    assert [offer.price for offer in offers] == [Decimal("30.00")]


def test_draft__of_a_new_variant_makes_no_sku(page: ProductPage) -> None:
    draft = page.get_latest_revision_as_object()
    draft.variants = [*draft.variants.all(), make_variant("FLOW-A2", "44.00")]
    draft.save_revision()
    assert list(Sku.objects.values_list("code", flat=True)) == [CODE]
    draft.latest_revision.publish()
    assert list(Sku.objects.values_list("code", "on_hand")) == [("FLOW-A2", 0), (CODE, 10)]


def test_variant__put_back_is_another_row_of_the_same_sku(page: ProductPage) -> None:
    first = Variant.objects.get(sku_id=CODE)
    take_the_variant_out_and_put_it_back(page)
    second = Variant.objects.get(sku_id=CODE)
    assert second.pk != first.pk
    assert second.sku == first.sku
    assert second.sku.on_hand == 10


def test_revision__that_names_a_retired_sku_can_be_restored(page: ProductPage) -> None:
    first = page.get_latest_revision()
    draft = page.get_latest_revision_as_object()
    draft.variants = [make_variant("FLOW-A4", "14.00")]
    draft.save_revision().publish()
    Sku.objects.filter(code=CODE).update(retired=True)
    first.publish()
    assert Variant.objects.get(page=page).sku_id == CODE
    assert Sku.objects.get(code=CODE).retired
    assert not Variant.objects.sellable().exists()


# --- Copies, aliases, translations ----------------------------------------------------------


@pytest.mark.parametrize("copy_revisions", [True, False], ids=["with history", "without history"])
@pytest.mark.parametrize("keep_live", [True, False], ids=["live", "as a draft"])
def test_copy__comes_without_variants(
    page: ProductPage, copy_revisions: bool, keep_live: bool
) -> None:
    draft_with_price(page, "30.00")
    twin = page.copy(
        update_attrs={"slug": "twin"}, copy_revisions=copy_revisions, keep_live=keep_live
    )
    assert not Variant.objects.filter(page=twin).exists()
    for revision in twin.revisions.order_by("created_at", "pk"):
        restored = revision.as_object()
        restored.slug = "twin"  # a copied history keeps the slug of the original
        restored.save_revision().publish()
        assert not Variant.objects.filter(page=twin).exists()
    assert Variant.objects.get().page_id == page.pk
    assert live_price() == Decimal("24.00")


def test_copy__of_a_whole_category_comes_without_variants(page: ProductPage) -> None:
    shelf = page.get_parent().specific
    shelf.copy(recursive=True, update_attrs={"slug": "shelf-again"}, keep_live=True)
    assert ProductPage.objects.count() == 2
    assert Variant.objects.get().page_id == page.pk


def test_copy__cannot_be_sold_and_leaves_no_card(page: ProductPage) -> None:
    twin = page.copy(update_attrs={"slug": "twin"}, keep_live=True)
    assert cards_for([again(twin)]) == []
    assert again(twin).offers() == []


def test_alias__comes_without_variants_and_shows_the_source_s(page: ProductPage) -> None:
    mirror = page.create_alias(parent=make_category("Another shelf"), update_slug="mirror")
    assert Variant.objects.get().page_id == page.pk
    publish_price(page, "33.00")
    assert Variant.objects.get().page_id == page.pk
    assert again(mirror).source.pk == page.pk
    assert [(v.sku_id, v.price) for v in again(mirror).offers()] == [(CODE, Decimal("33.00"))]
    assert [card.price for card in cards_for([again(mirror)])] == [Decimal("33.00")]


def test_alias__of_an_alias_shows_the_first_page_s_offers(page: ProductPage) -> None:
    mirror = page.create_alias(parent=make_category("One"), update_slug="one")
    mirror = again(mirror).create_alias(parent=make_category("Two"), update_slug="two")
    assert [v.sku_id for v in again(mirror).offers()] == [CODE]
    assert Variant.objects.count() == 1


def test_translation__comes_without_variants_and_shows_the_source_s(
    page: ProductPage, german: Locale
) -> None:
    translation = in_german(page, german)
    assert translation.live
    assert Variant.objects.get().page_id == page.pk
    translation.title = "Satinfluss"
    translation.save_revision().publish()
    assert Variant.objects.get().page_id == page.pk
    assert translation.source.pk == page.pk
    publish_price(page, "33.00")
    assert [(v.sku_id, v.price) for v in again(translation).offers()] == [(CODE, Decimal("33.00"))]


def test_translation__as_alias_comes_without_variants(page: ProductPage, german: Locale) -> None:
    mirror = page.copy_for_translation(german, copy_parents=True, alias=True)
    publish_price(page, "33.00")
    assert Variant.objects.get().page_id == page.pk
    assert [v.price for v in again(mirror).offers()] == [Decimal("33.00")]


def test_translation__written_first_in_another_language_is_its_own_source(
    german: Locale,
) -> None:
    home = default_site().root_page.specific.copy_for_translation(german)
    shelf = make_category("Drucke", parent=home, locale=german)
    page = make_product("Fluss", sku="FLUSS", category=shelf, locale=german)
    assert page.source.pk == page.pk
    assert [v.sku_id for v in page.offers()] == ["FLUSS"]
    assert [card.price for card in cards_for([page])] == [Decimal("24.00")]
