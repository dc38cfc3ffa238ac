"""What may be sold, what a category shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import Locale, Page, PageViewRestriction

from content.tests.factories import default_site
from products.models import CategoryPage, ProductPage, Sku, Variant
from products.tests.factories import make_category, make_product, put_in_stock

pytestmark = pytest.mark.django_db

CODE = "FLOW-A3"


def restrict(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def change(page: ProductPage, **fields: object) -> None:
    ProductPage.objects.filter(pk=page.pk).update(**fields)


def retire(page: ProductPage) -> None:
    Sku.objects.filter(code=CODE).update(retired=True)


def sell_out(page: ProductPage) -> None:
    put_in_stock(CODE, 0)


def schedule_expiry(page: ProductPage, **later: int) -> None:
    change(page, expire_at=timezone.now() + timedelta(**later))


def restrict_something_else(page: ProductPage) -> None:
    restrict(make_product("Another", category=page.get_parent().specific))
    restrict(make_category("Next shelf"))


def translate(page: ProductPage) -> None:
    german = Locale.objects.create(language_code="de")
    page.copy_for_translation(german, copy_parents=True).save_revision().publish()


@pytest.mark.parametrize(
    ("happens", "may_be_sold"),
    [
        pytest.param(lambda page: None, True, id="live"),
        pytest.param(sell_out, True, id="sold out: the shopper is told"),
        pytest.param(lambda page: schedule_expiry(page, hours=1), True, id="expires in an hour"),
        pytest.param(restrict_something_else, True, id="another page is private"),
        pytest.param(translate, True, id="translated"),
        pytest.param(
            lambda page: page.create_alias(parent=make_category("Twin"), update_slug="twin"),
            True,
            id="has an alias",
        ),
        pytest.param(lambda page: page.save_revision(), True, id="has a draft"),
        pytest.param(lambda page: page.unpublish(), False, id="unpublished"),
        pytest.param(lambda page: change(page, expired=True), False, id="expired"),
        pytest.param(
            lambda page: schedule_expiry(page, seconds=-1), False, id="expired, not yet taken down"
        ),
        pytest.param(restrict, False, id="private"),
        pytest.param(lambda page: restrict(page.get_parent()), False, id="in a private category"),
        pytest.param(
            lambda page: restrict(default_site().root_page), False, id="in a private shop"
        ),
        pytest.param(retire, False, id="the SKU is retired"),
        pytest.param(lambda page: page.delete(), False, id="deleted"),
    ],
)
def test_sellable__is_what_is_live_public_and_not_expired(
    happens: Callable[[ProductPage], object], may_be_sold: bool
) -> None:
    page = make_product(sku=CODE)
    happens(page)
    codes = list(Variant.objects.sellable().values_list("sku_id", flat=True))
    assert (CODE in codes) is may_be_sold
    assert codes.count(CODE) <= 1


def test_sellable__leaves_out_the_rows_of_an_alias() -> None:
    """Were there any (an import, a script), stock would be on offer twice."""
    page = make_product(sku=CODE)
    mirror = page.create_alias(parent=make_category("Twin"), update_slug="twin")
    Variant.objects.bulk_create([Variant(page_id=mirror.pk, sku_id=CODE, price=1)])
    assert [variant.page_id for variant in Variant.objects.sellable()] == [page.pk]


def test_sellable__draft_product_is_not() -> None:
    make_product(sku=CODE, live=False)
    assert Variant.objects.filter(sku_id=CODE).exists()
    assert not Variant.objects.sellable().exists()


def test_sellable__deep_below_a_private_category() -> None:
    shelf = make_category("Shelf")
    inner = make_category("Inner", parent=make_category("Middle", parent=shelf))
    make_product(sku=CODE, category=inner)
    assert Variant.objects.sellable().count() == 1
    restrict(shelf)
    assert Variant.objects.sellable().count() == 0


def test_in_stock__are_those_with_units_left_or_back_orders() -> None:
    for code, on_hand in (("A", 3), ("B", 0), ("C", 0)):
        make_product(sku=code, on_hand=on_hand)
    Sku.objects.filter(code="C").update(backorders_allowed=True)
    make_product(sku="D", on_hand=2)
    Sku.objects.filter(code="D").update(reserved=2)
    codes = Variant.objects.in_stock().order_by("sku_id").values_list("sku_id", flat=True)
    assert list(codes) == ["A", "C"]


# --- Categories -----------------------------------------------------------------------------


def titles_in(category: CategoryPage) -> list[str]:
    page = CategoryPage.objects.get(pk=category.pk)
    return [card.title for card in page.get_context(RequestFactory().get("/"))["cards"]]


def test_category__shows_its_own_its_subcategories_and_whoever_names_it_once() -> None:
    prints, cards = make_category("Prints"), make_category("Cards")
    large = make_category("Large", parent=prints)
    make_product("Own", category=prints)
    make_product("Below", category=large)
    make_product("Elsewhere", category=cards)
    guest = make_product("Guest", category=cards)
    guest.categories = [prints]
    guest.save_revision().publish()
    everywhere = make_product("Everywhere", category=large)
    everywhere.categories = [prints, large, cards]
    everywhere.save_revision().publish()

    assert titles_in(prints) == ["Everywhere", "Guest", "Below", "Own"]  # the newest first
    assert titles_in(large) == ["Everywhere", "Below"]
    assert titles_in(cards) == ["Everywhere", "Guest", "Elsewhere"]


def test_category__shows_whoever_names_its_subcategory() -> None:
    prints, cards = make_category("Prints"), make_category("Cards")
    large = make_category("Large", parent=prints)
    guest = make_product("Guest", category=cards)
    guest.categories = [large]
    guest.save_revision().publish()
    assert titles_in(prints) == ["Guest"]


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda page: page.unpublish(), id="unpublished"),
        pytest.param(restrict, id="private"),
        pytest.param(lambda page: page.delete(), id="deleted"),
    ],
)
def test_category__does_not_show_what_the_public_may_not_see(
    happens: Callable[[ProductPage], object],
) -> None:
    prints = make_category("Prints")
    make_product("Seen", category=prints)
    happens(make_product("Unseen", category=prints))
    assert titles_in(prints) == ["Seen"]


def test_category__a_draft_that_names_it_is_not_shown_yet() -> None:
    prints = make_category("Prints")
    page = make_product("Flow", category=make_category("Cards"))
    draft = page.get_latest_revision_as_object()
    draft.categories = [prints]
    draft.save_revision()
    assert titles_in(prints) == []


def test_category__of_similar_path_shows_nothing_of_its_neighbour() -> None:
    """Paths are compared from their beginning; a sibling's never begins with another's."""
    shelves = [make_category(f"Shelf {n}") for n in range(12)]
    make_product("Only here", category=shelves[0])
    assert [titles_in(shelf) for shelf in shelves[1:]] == [[]] * 11


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        pytest.param("1", 1, id="the first"),
        pytest.param("2", 2, id="the second"),
        pytest.param("3", 2, id="beyond the last"),
        pytest.param("0", 2, id="zero"),
        pytest.param("-1", 2, id="negative"),
        pytest.param("abc", 1, id="a word"),
        pytest.param("", 1, id="nothing"),
        pytest.param("\x00", 1, id="NUL"),
        pytest.param("9" * 30, 2, id="astronomical"),
    ],
)
def test_category__paging_always_finds_a_page(
    asked: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("products.models.pages.PRODUCTS_A_PAGE", 2)
    prints = make_category("Prints")
    for title in ("One", "Two", "Three"):
        make_product(title, category=prints)
    context = prints.get_context(RequestFactory().get("/", {"page": asked}))
    page = context["products"]
    assert (page.number, page.paginator.count) == (number, 3)
    shown = {1: ["Three", "Two"], 2: ["One"]}
    assert [card.title for card in context["cards"]] == shown[number]


def test_category_page__lists_cards_and_public_subcategories(client: Client) -> None:
    prints = make_category("Prints")
    make_category("Large", parent=prints)
    restrict(make_category("Vault", parent=prints))
    make_category("Attic", parent=prints).unpublish()
    make_product("Satin Flow", category=prints)
    response = client.get("/prints/")
    assert response.status_code == 200
    assert [page.title for page in response.context["subcategories"]] == ["Large"]
    assert [card.title for card in response.context["cards"]] == ["Satin Flow"]
    body = response.content.decode()
    assert "Satin Flow" in body
    assert "Vault" not in body
    assert "Attic" not in body


def test_category__context_counts_every_product_once() -> None:
    prints = make_category("Prints")
    page = make_product("Flow", category=prints)
    page.categories = [prints]
    page.save_revision().publish()
    context = prints.get_context(RequestFactory().get("/prints/"))
    assert context["products"].paginator.count == 1
    assert [card.title for card in context["cards"]] == ["Flow"]
