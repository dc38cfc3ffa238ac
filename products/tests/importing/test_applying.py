"""What a record comes to: made once, changed where the file changes, else left alone."""

from __future__ import annotations

import logging
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from accounts.models import User
from accounts.tests.factories import make_user
from products import stock
from products.importing.apply import Importer
from products.importing.records import Note, Rejected
from products.models import (
    Brand,
    CategoryPage,
    ImportedProduct,
    MovementReason,
    OptionType,
    OptionValue,
    ProductPage,
    Sku,
    StockMovement,
    Variant,
)
from products.tests.factories import make_category, make_option, make_product, make_variant
from products.tests.importing.records import (
    bring,
    bring_one,
    page_called,
    prices,
    record,
    variant,
    whole_shop,
)

pytestmark = pytest.mark.django_db


def sized(sku: str, size: str, price: str = "24.00", **fields: Any) -> Any:
    return variant(sku, price, options={"Size": size}, **fields)


def outcome(one: Any, **options: Any) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    result = bring_one(one, **options)
    return result.outcome.value, result.changes, result.notes


# --- New --------------------------------------------------------------------------------------


def test_new__everything_stands_where_it_belongs() -> None:
    result = bring_one(
        record(
            "flow",
            sized("FLOW-A4", "A4", "24.00", compare_at=Decimal("30.00"), weight=120),
            sized("FLOW-A3", "A3", "34.00", barcode="4006381333931", backorders=True),
            title="Satin Flow",
            slug="satin-flow",
            summary="Blue lines.",
            body="<p>Hello <b>you</b>.</p><h2>How</h2>"
            "<blockquote><p>So.</p><p>— Me</p></blockquote>",
            brand="Bower",
            tags=("Blue", "lines"),
            categories=(("Prints", "Animals"), ("Sale",)),
            tax_class="reduced",
            seo_title="Flow",
            seo_description="A print.",
            manufacturer="Bower\nBristol",
        )
    )
    page = page_called("Satin Flow")
    assert (result.outcome, result.page_id) == ("created", page.pk)
    assert page.live
    assert page.live_revision == page.latest_revision
    assert not page.has_unpublished_changes
    assert page.url == "/prints/animals/satin-flow/"
    assert [category.title for category in page.categories.all()] == ["Sale"]
    assert (page.brand.name, page.tax_class.code) == ("Bower", "reduced")
    assert sorted(tag.name for tag in page.tags.all()) == ["Blue", "lines"]
    assert (page.seo_title, page.search_description) == ("Flow", "A print.")
    assert [(block.block_type, str(block.value.source)) for block in page.body[:1]] == [
        ("text", "<p>Hello <b>you</b>.</p>")
    ]
    assert page.body[1].value == "How"
    assert (page.body[2].value["text"], page.body[2].value["attribution"]) == ("So.", "Me")
    first, second = page.offers()
    assert (str(first), first.price, first.compare_at) == ("FLOW-A4 Size: A4", 24, 30)
    assert (first.sku.weight, second.sku.barcode) == (120, "4006381333931")
    assert second.sku.backorders_allowed


def test_new__unpublished_is_a_draft() -> None:
    bring_one(record(published=False))
    page = page_called("Flow")
    assert (page.live, page.has_unpublished_changes) == (False, True)
    assert prices(page.get_latest_revision_as_object()) == {"FLOW": 24}


def test_new__without_category_is_visible_under_imported() -> None:
    bring_one(record())
    parent = page_called("Flow").get_parent()
    assert (parent.title, parent.live, parent.specific_class) == ("Imported", True, CategoryPage)


def test_new__categories_are_found_by_title_and_made_once() -> None:
    make_category("Prints")
    bring(
        record("a", categories=(("prints",),)),
        record("b", categories=(("PRINTS ", "Small"),)),
        record("c", categories=(("Prints", "small"),)),
    )
    titles = CategoryPage.objects.order_by("path").values_list("title", "live")
    assert list(titles) == [("Prints", True), ("Small", True)]


def test_new__below_a_category() -> None:
    shelf = make_category("From the old shop")
    bring(record("a"), record("b", categories=(("Pots",),)), below=shelf)
    assert page_called("A").get_parent().pk == shelf.pk
    assert page_called("B").get_parent().get_parent().pk == shelf.pk


@pytest.mark.parametrize(("title", "slug"), [("Search", "search-2"), ("Flow", "flow-2")])
def test_new__slugs_avoid_siblings_and_the_shops_own(title: str, slug: str) -> None:
    make_category("Flow")
    bring_one(record(categories=((title, "Inner"),)))
    made = CategoryPage.objects.get(title="Inner").get_parent()
    assert made.slug == (slug if title == "Search" else "flow")
    bring_one(record("other", categories=((title, "Inner"),), slug="flow"))
    assert page_called("Other").slug == "flow-2"


def test_new__words_are_found_whatever_their_case() -> None:
    Brand.objects.create(name="Bower")
    Tag.objects.create(name="Blue")
    make_option("Size", "A3")
    bring_one(
        record("flow", variant("F", options={"SIZE": "a3"}), brand="bower", tags=("BLUE", "blue"))
    )
    assert list(Brand.objects.values_list("name", flat=True)) == ["Bower"]
    assert list(Tag.objects.values_list("name", flat=True)) == ["Blue"]
    assert list(OptionType.objects.values_list("name", flat=True)) == ["Size"]
    assert list(OptionValue.objects.values_list("name", flat=True)) == ["A3"]


def test_new__an_unknown_tax_class_is_told_and_taxed_as_standard() -> None:
    result = bring_one(record(tax_class="books-only"))
    assert result.notes == (
        "There is no tax class “books-only”: it is taxed at the standard rate.",
    )
    assert page_called("Flow").tax_class.code == "standard"


def test_new__stock_comes_once_as_a_movement(django_user_model: type[User]) -> None:
    user = make_user("manager@example.com")
    bring_one(record("flow", variant("FLOW", on_hand=7)), user=user, reference="import 9")
    movement = StockMovement.objects.get()
    assert (movement.delta, movement.balance, movement.reason) == (7, 7, MovementReason.IMPORTED)
    assert (movement.reference, movement.actor) == ("import 9", user)


def test_new__a_sku_that_was_here_keeps_its_stock() -> None:
    Sku.objects.create(code="FLOW")
    stock.move("FLOW", 3, MovementReason.RECEIVED)
    bring_one(record("flow", variant("FLOW", on_hand=50)))
    assert Sku.objects.get(code="FLOW").on_hand == 3
    assert StockMovement.objects.count() == 1


def test_new__skus_are_made_and_found_again() -> None:
    file = record("flow", sized("", "A4"), sized("", "A3"))
    bring_one(file)
    assert list(prices(page_called("Flow"))) == ["FLOW-A4", "FLOW-A3"]
    dearer = record("flow", sized("", "A4"), sized("", "A3", "30.00"))
    assert outcome(dearer)[:2] == ("changed", ("FLOW-A3: price £24.00 → £30.00",))
    assert prices(page_called("Flow")) == {"FLOW-A4": 24, "FLOW-A3": 30}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (record(title=" "), "It has no title."),
        (replace(record(), variants=()), "It has no variant with a price."),
        (record("flow", variant("A B")), "“A B” is not a SKU: it has spaces or signs."),
        (record("flow", variant("A", "1.005")), "“1.005” is not a price."),
        (
            record("flow", sized("A", "A4"), sized("B", "a4")),
            "Two of its variants have the same options: shoppers could not choose.",
        ),
        (record(brand="B" * 101), f"“{'B' * 40}…” is longer than 100 characters."),
        (
            record("flow", variant("A", compare_at=Decimal("24.00"))),
            "The compare-at price must be above the price, or empty.",
        ),
    ],
)
def test_skipped__with_its_reason_and_nothing_written(one: Any, reason: str) -> None:
    before = whole_shop()
    assert outcome(one) == ("skipped", (), (reason,))
    assert whole_shop() == before


def test_skipped__rows_that_the_reader_rejected() -> None:
    result = Importer("shopify").bring(Rejected((4, 5), "Bowl", "No price."))
    assert (result.rows, result.title, result.notes) == ("4–5", "Bowl", ("No price.",))


def test_skipped__a_sku_that_other_pages_sell() -> None:
    make_product("Here", sku="ONE")
    make_product("There", sku="TWO")
    before = whole_shop()
    reason = "“Here” has the SKU ONE. A SKU belongs to one product."
    assert outcome(record("flow", sized("ONE", "A4"), sized("TWO", "A3")))[2] == (reason,)
    assert whole_shop() == before


def test_skipped__a_retired_sku() -> None:
    Sku.objects.create(code="FLOW", retired=True)
    assert outcome(record())[2] == ("The SKU FLOW is retired.",)
    assert not ProductPage.objects.exists()


def test_skipped__one_sku_in_two_products_of_a_file() -> None:
    first, second = bring(record("a", variant("X")), record("b", variant("X")))
    assert first.outcome == "created"
    assert second.notes == ("The SKU X belongs to another product of the file.",)


def test_all_or_nothing__what_fails_in_the_middle_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the shelf fell down")

    file = record("flow", variant("FLOW", on_hand=3), categories=(("New",),), brand="Bower")
    importer, before = Importer("shopify"), whole_shop()
    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr(stock, "move", fail)
        assert importer.bring(file).notes == (
            "It broke something here. The log of the shop says what.",
        )
    assert whole_shop() == before
    assert not Brand.objects.exists()
    assert importer.bring(file).outcome == "created"
    assert page_called("Flow").get_parent().title == "New"


# --- The same again ---------------------------------------------------------------------------


def test_again__writes_nothing() -> None:
    file = record("flow", sized("A", "A4", on_hand=3), sized("", "A3"), tags=("x",), brand="B")
    bring_one(file)
    before = whole_shop()
    assert outcome(file) == ("unchanged", (), ())
    assert whole_shop() == before


def test_again__is_known_by_its_digest_in_one_query() -> None:
    files = [record(f"p{number}") for number in range(20)]
    bring(*files)
    importer = Importer("shopify")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(importer.same_again(files)) == 20
    assert len(queries) == 1


def test_again__stock_is_not_moved_and_a_difference_is_told() -> None:
    bring_one(record("flow", variant("FLOW", on_hand=7)))
    stock.move("FLOW", -2, MovementReason.DAMAGED)
    before = stock_rows()
    assert outcome(record("flow", variant("FLOW", on_hand=9))) == (
        "unchanged",
        (),
        ("The file says 9 of FLOW, here are 5: stock stays.",),
    )
    assert stock_rows() == before


def stock_rows() -> list[Any]:
    return list(StockMovement.objects.values()) + list(Sku.objects.values())


# --- Changed ----------------------------------------------------------------------------------


def test_changed__only_what_the_file_changes() -> None:
    bring_one(record(summary="Old", brand="Bower"))
    page = page_called("Flow")
    page.summary = "Written by an editor"
    page.save_revision().publish()
    assert outcome(record(summary="Old", brand="Other"))[:2] == ("changed", ("brand",))
    page.refresh_from_db()
    assert (page.summary, page.brand.name) == ("Written by an editor", "Other")


def test_changed__price_is_published_with_a_revision() -> None:
    bring_one(record())
    bring_one(record("flow", variant("FLOW", "30.00")))
    page = page_called("Flow")
    assert prices(page) == {"FLOW": 30}
    assert prices(page.live_revision.as_object()) == {"FLOW": 30}
    assert page.revisions.count() == 2


def test_changed__a_price_that_editors_changed_stays_unless_the_file_changes_it() -> None:
    bring_one(record())
    row = Variant.objects.get()
    row.price = Decimal("26.00")
    row.save()
    page_called("Flow").save_revision().publish()
    assert outcome(record(title="Flow 2"))[:2] == ("changed", ("title",))
    assert prices(page_called("Flow 2")) == {"FLOW": 26}
    bring_one(record("flow", variant("FLOW", "28.00"), title="Flow 2"))
    assert prices(page_called("Flow 2")) == {"FLOW": 28}


def test_changed__a_draft_that_waits_stays_on_top() -> None:
    bring_one(record(summary="Old"))
    page = page_called("Flow")
    page.title = "An editor's new title"
    page.save_revision()
    bring_one(record("flow", variant("FLOW", "30.00"), title="The file's title", summary="Old"))
    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()
    assert (page.title, prices(page)) == ("The file's title", {"FLOW": 30})
    assert (draft.title, prices(draft)) == ("An editor's new title", {"FLOW": 30})
    assert page.has_unpublished_changes


def test_changed__a_draft_page_stays_a_draft() -> None:
    bring_one(record(published=False))
    bring_one(record("flow", variant("FLOW", "30.00"), published=False))
    page = page_called("Flow")
    assert (page.live, prices(page)) == (False, {"FLOW": 30})
    assert prices(page.get_latest_revision_as_object()) == {"FLOW": 30}


@pytest.mark.parametrize("published", [True, False])
def test_changed__published_or_not(published: bool) -> None:
    bring_one(record(published=not published))
    assert outcome(record(published=published))[:2] == ("changed", ("published or not",))
    assert page_called("Flow").live is published


def test_changed__a_page_that_was_taken_down_here_stays_down() -> None:
    bring_one(record())
    page_called("Flow").unpublish()
    bring_one(record(summary="New"))
    page = page_called("Flow")
    assert (page.live, page.get_latest_revision_as_object().summary) == (False, "New")


def test_changed__moves_to_another_category_with_its_address() -> None:
    bring_one(record(categories=(("Prints",),)))
    bring_one(record(categories=(("Cards",), ("Prints",))))
    page = page_called("Flow")
    assert page.url == "/cards/flow/"
    assert [category.title for category in page.categories.all()] == ["Prints"]


def test_changed__variants_are_added_and_never_deleted() -> None:
    bring_one(record("flow", sized("A", "A4"), sized("B", "A3")))
    result = outcome(record("flow", sized("A", "A4"), sized("C", "A2", on_hand=4)))
    assert result == (
        "changed",
        ("new variant C Size: A2",),
        ("B is no longer in the file, and stays here.",),
    )
    assert list(prices(page_called("Flow"))) == ["A", "B", "C"]
    assert Sku.objects.get(code="C").on_hand == 4


def test_changed__a_variant_that_editors_took_away_stays_away() -> None:
    bring_one(record("flow", sized("A", "A4"), sized("B", "A3")))
    page = page_called("Flow")
    page.variants = [row for row in page.variants.all() if row.sku_id == "A"]
    page.save_revision().publish()
    bring_one(record("flow", sized("A", "A4"), sized("B", "A3", "99.00")))
    assert prices(page_called("Flow")) == {"A": 24}


def test_changed__facts_of_the_sku() -> None:
    bring_one(record("flow", variant("FLOW", weight=100, on_hand=3)))
    assert outcome(record("flow", variant("FLOW", weight=200, on_hand=3)))[1] == ("FLOW: weight",)
    sku = Sku.objects.get()
    assert (sku.weight, sku.on_hand) == (200, 3)


def test_changed__a_sku_is_not_renamed() -> None:
    bring_one(record("flow", sized("OLD", "A4"), sized("B", "A3")))
    result = outcome(record("flow", sized("NEW", "A4", "30.00"), sized("B", "A3")))
    assert "The file calls OLD NEW now; here it keeps its SKU." in result[2]
    assert prices(page_called("Flow")) == {"OLD": 30, "B": 24}


def test_changed__blocks_that_files_cannot_hold_stay() -> None:
    bring_one(record(body="<p>Old.</p>"))
    page = page_called("Flow")
    page.body.append(("faq", {"heading": "Asked", "questions": []}))
    page.save_revision().publish()
    bring_one(record(body="<p>New.</p>"))
    page.refresh_from_db()
    assert [block.block_type for block in page.body] == ["text", "faq"]
    assert str(page.body[0].value.source) == "<p>New.</p>"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"locked": True}, "The page is locked or scheduled. Import it again afterwards."),
    ],
)
def test_changed__a_locked_page_is_left_alone(state: dict[str, Any], reason: str) -> None:
    bring_one(record())
    ProductPage.objects.update(**state)
    before = whole_shop()
    assert outcome(record(title="New")) == ("skipped", (), (reason,))
    assert whole_shop() == before


# --- Which page -------------------------------------------------------------------------------


def test_match__by_sku_keeps_what_the_file_leaves_empty() -> None:
    page = make_product("Satin Flow", sku="FLOW", price="24.00", summary="Ours")
    result = bring_one(
        record("flow", variant("FLOW", "30.00"), title="Flow", categories=(("Elsewhere",),))
    )
    assert (result.outcome, result.page_id) == ("changed", page.pk)
    assert result.changes == ("title", "FLOW: price £24.00 → £30.00")
    page.refresh_from_db()
    assert (page.summary, page.get_parent().title) == ("Ours", "Prints")
    assert Sku.objects.get(code="FLOW").on_hand == 10


def test_match__two_shops_may_lead_to_one_page() -> None:
    bring_one(record())
    assert bring_one(record(), kind="woocommerce").outcome == "unchanged"
    assert ProductPage.objects.count() == 1
    assert ImportedProduct.objects.count() == 2


def test_match__a_product_that_was_renamed_there_is_known_by_its_sku() -> None:
    bring_one(record("flow", variant("FLOW")))
    assert outcome(record("new-handle", variant("FLOW"), title="Flow"))[0] == "unchanged"
    assert ImportedProduct.objects.get().key == "new-handle"


def test_match__a_page_that_was_deleted_here_stays_away() -> None:
    bring_one(record("flow", variant("FLOW", on_hand=3)))
    page_called("Flow").delete()
    assert outcome(record()) == ("skipped", (), ("It came in before and was deleted here.",))
    assert bring_one(record("flow", variant("FLOW", on_hand=3)), recreate=True).outcome == "created"
    assert prices(page_called("Flow")) == {"FLOW": 24}
    assert Sku.objects.get().on_hand == 3


# --- A dry run --------------------------------------------------------------------------------


def test_plan__says_what_bring_does_and_writes_nothing() -> None:
    make_product("Here", sku="HERE", price="24.00")
    files = [
        record("a", sized("", "A4"), categories=(("New",),), notes=(Note(2, "Cut."),)),
        record("b", variant("HERE", "30.00"), title="Here"),
        record("c", variant("X Y")),
        record("a2", sized("", "A3")),
    ]
    before = whole_shop()
    planner = Importer("shopify")
    planned = [planner.plan(file) for file in files]
    assert whole_shop() == before
    assert [(p.outcome, p.changes, p.notes) for p in planned] == [
        (b.outcome, b.changes, b.notes) for b in bring(*files)
    ]


def test_titles__are_never_mark_up(client: Any) -> None:
    bring_one(record(title="<script>alert(1)</script>", brand="<b>x</b>"))
    page = page_called("<script>alert(1)</script>")
    assert b"<script>alert(1)" not in client.get(page.url).content
    assert make_variant("X").sku_id == "X"


def test_notes__what_is_true_of_several_rows_is_said_once() -> None:
    notes = (Note(2, "Not counted."), Note(3, "Not counted."), Note(3, "Weighs nothing."))
    assert outcome(record(notes=notes))[2] == ("Not counted.", "Weighs nothing.")
