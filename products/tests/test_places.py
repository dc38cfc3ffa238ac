"""Where products stand is always what it would be if it were worked out from the very beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product as every
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page

from content.tests.factories import default_site
from products import stock
from products.models import Brand, Place, ProductPage, Sku, Unplaced, Variant
from products.places import catch_up, note_everything
from products.tests.factories import (
    make_category,
    make_option,
    make_product,
    make_variant,
    put_in_stock,
)

pytestmark = pytest.mark.django_db


def places() -> set[tuple[Any, ...]]:
    """As readers find them."""
    catch_up()
    assert not Unplaced.objects.exists()
    columns = ("category__title", "page__title", "assortment__kinds", "brand_id", "published")
    return set(Place.objects.values_list(*columns, "price", "name", "buyable", "reduced"))


def from_the_beginning() -> set[tuple[Any, ...]]:
    Place.objects.all().delete()
    note_everything()
    return places()


def standing() -> set[tuple[str, str, str]]:
    """Category, product and price of every place."""
    return {(place[0], place[1], str(place[5].normalize())) for place in places()}


@pytest.fixture(scope="module")
def stocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Made once; what a test changes is rolled back to here.

    Flow, bare and in oak, in Prints; Ebb in Framed below it; Card in Paper, and also in Framed.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield _stock_a_shop()
        transaction.set_rollback(True)


@pytest.fixture
def shop(stocked: dict[str, Any], db: None) -> SimpleNamespace:
    anew = {name: type(thing)._default_manager.get(pk=thing.pk) for name, thing in stocked.items()}
    return SimpleNamespace(**anew)


def _stock_a_shop() -> dict[str, Any]:
    prints, paper = make_category("Prints"), make_category("Paper")
    framed = make_category("Framed", parent=prints)
    bare, oak = make_option("Frame", "None", "Oak")
    maker = Brand.objects.create(name="Press")
    variants = [make_variant("FLOW", "20", bare), make_variant("FLOW-OAK", "80", oak)]
    flow = make_product("Flow", category=prints, variants=variants, brand=maker)
    ebb = make_product("Ebb", category=framed, sku="EBB", price="30")
    card = make_product("Card", category=paper, sku="CARD", price="3")
    card.categories = [framed]
    card.save_revision().publish()
    catch_up()
    return {
        "prints": prints,
        "paper": paper,
        "framed": framed,
        "oak": oak,
        "maker": maker,
        "flow": flow,
        "ebb": ebb,
        "card": card,
    }


def publish(page: Page, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()


def translate(page: Page) -> ProductPage:
    german, _ = Locale.objects.get_or_create(language_code="de")
    translated: ProductPage = page.copy_for_translation(german, copy_parents=True)
    publish(translated, title="Fluss")
    return translated


BEFORE = {
    ("Prints", "Flow", "2E+1"),
    ("Prints", "Ebb", "3E+1"),
    ("Framed", "Ebb", "3E+1"),
    ("Paper", "Card", "3"),
    ("Framed", "Card", "3"),
    ("Prints", "Card", "3"),
}
OF_FLOW = {("Prints", "Flow", "2E+1")}
OF_EBB = {("Prints", "Ebb", "3E+1"), ("Framed", "Ebb", "3E+1")}

# What somebody does · the places that are gone then · those that are new
Change = Callable[[SimpleNamespace], Any]
CHANGES: dict[str, tuple[Change, set[tuple[str, str, str]], set[tuple[str, str, str]]]] = {
    "nothing": (lambda s: None, set(), set()),
    "title": (lambda s: publish(s.flow, title="Rise"), OF_FLOW, {("Prints", "Rise", "2E+1")}),
    "draft": (lambda s: s.flow.get_latest_revision_as_object().save_revision(), set(), set()),
    "price, by a query": (
        lambda s: Variant.objects.filter(sku="EBB").update(price=Decimal(31)),
        OF_EBB,
        {("Prints", "Ebb", "31"), ("Framed", "Ebb", "31")},
    ),
    "reduced": (lambda s: Variant.objects.filter(sku="EBB").update(compare_at=40), set(), set()),
    "translated, and unpublished itself": (
        lambda s: (translate(s.ebb), s.ebb.unpublish()),
        OF_EBB,
        {("Prints", "Fluss", "3E+1"), ("Framed", "Fluss", "3E+1")},
    ),
    "cheapest sold out": (
        lambda s: put_in_stock("FLOW", 0),
        OF_FLOW,
        {("Prints", "Flow", "8E+1")},
    ),
    "all sold out": (
        lambda s: (put_in_stock("FLOW", 0), put_in_stock("FLOW-OAK", 0)),
        set(),
        set(),
    ),
    "retired": (lambda s: stock.edit("FLOW", retired=True), OF_FLOW, {("Prints", "Flow", "8E+1")}),
    "variant gone": (
        lambda s: Variant.objects.filter(sku="FLOW").delete(),
        OF_FLOW,
        {("Prints", "Flow", "8E+1")},
    ),
    "unpublished": (lambda s: s.ebb.unpublish(), OF_EBB, set()),
    "unpublished as a plain page": (
        lambda s: Page.objects.get(pk=s.ebb.pk).unpublish(),
        OF_EBB,
        set(),
    ),
    "deleted": (lambda s: s.ebb.delete(), OF_EBB, set()),
    "moved": (
        lambda s: s.ebb.move(s.paper, pos="last-child"),
        OF_EBB,
        {("Paper", "Ebb", "3E+1")},
    ),
    "its category moved": (
        lambda s: s.framed.move(s.paper, pos="last-child"),
        {("Prints", "Ebb", "3E+1"), ("Prints", "Card", "3")},
        {("Paper", "Ebb", "3E+1")},
    ),
    "its category deleted": (
        lambda s: s.framed.delete(),
        OF_EBB | {("Framed", "Card", "3"), ("Prints", "Card", "3")},
        set(),
    ),
    "named in no category": (
        lambda s: publish(s.card, categories=[]),
        {("Framed", "Card", "3"), ("Prints", "Card", "3")},
        set(),
    ),
    "brand gone": (lambda s: s.maker.delete(), set(), set()),
    "option value gone": (lambda s: s.oak.delete(), set(), set()),
    "translated": (lambda s: translate(s.flow), set(), {("Prints", "Fluss", "2E+1")}),
    "translated, and its variants' page deleted": (
        lambda s: (translate(s.ebb), s.ebb.delete()),
        OF_EBB,
        set(),
    ),
    "translated, then repriced": (
        lambda s: (
            translate(s.flow),
            places(),
            Variant.objects.filter(sku="FLOW").update(price=Decimal(21)),
        ),
        OF_FLOW,
        {("Prints", "Flow", "21"), ("Prints", "Fluss", "21")},
    ),
    "repeated by an alias": (
        lambda s: s.flow.create_alias(parent=s.paper),
        set(),
        {("Paper", "Flow", "2E+1")},
    ),
}


@pytest.mark.parametrize(("change", "gone", "new"), CHANGES.values(), ids=CHANGES)
def test_places__after(
    shop: SimpleNamespace, change: Change, gone: set[Any], new: set[Any]
) -> None:
    assert standing() == BEFORE
    change(shop)
    assert standing() == BEFORE - gone | new
    assert places() == from_the_beginning()


def test_place__says_what_is_left_to_choose_from(shop: SimpleNamespace) -> None:
    oak = shop.oak.pk
    bare = Variant.objects.get(sku="FLOW").option_1_id
    put_in_stock("FLOW-OAK", 0)
    assert {place[2] for place in places() if place[1] == "Flow"} == {f"{bare}+ {oak}-"}


def test_places__of_those_that_come_in_the_same_choices_share_an_assortment(
    shop: SimpleNamespace,
) -> None:
    of = dict(Place.objects.values_list("page__title", "assortment"))
    assert of["Ebb"] == of["Card"] != of["Flow"]


def test_reader__finds_nothing_to_do_and_asks_once(
    shop: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        catch_up()


def test_what_is_noted__is_what_may_be_wrong_and_no_more(shop: SimpleNamespace) -> None:
    shop.flow.save_revision()
    stock.move("FLOW", -2, "sold")
    shop.flow.seo_title = "Flow, a print"
    shop.flow.save()
    assert not Unplaced.objects.exists()


def test_database__knows_what_can_be_bought(shop: SimpleNamespace) -> None:
    """The rule of the trigger is that of the model: it notes whenever its answer changes."""
    sku = Sku.objects.get(code="EBB")
    states = every([False, True], [False, True], [0, 2])
    for retired, backorders, reserved in states:
        stock.edit("EBB", retired=retired)
        catch_up()
        before = Sku.objects.get(code="EBB").availability.can_be_bought
        Sku.objects.filter(code="EBB").update(backorders_allowed=backorders, reserved=reserved)
        sku.refresh_from_db()
        after = sku.availability.can_be_bought
        assert Unplaced.objects.exists() == (before != after)
        catch_up()


def test_page_that_was_never_published_the_usual_way__is_the_oldest(shop: SimpleNamespace) -> None:
    old = ProductPage(title="Old", slug="old", first_published_at=None)
    old.variants = [make_variant("OLD")]
    shop.paper.add_child(instance=old)
    ProductPage.objects.filter(pk=old.pk).update(first_published_at=None)
    found = Place.objects.filter(category=shop.paper)
    catch_up()
    assert found.earliest("published").page_id == old.pk
    assert found.latest("published").published < timezone.now()


def test_front_page__is_no_category(shop: SimpleNamespace) -> None:
    assert default_site().root_page.pk not in Place.objects.values_list("category", flat=True)
