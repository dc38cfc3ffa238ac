"""What a category shows, narrowed and put in order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Locale

from content.tests.factories import default_site
from products.facets import Facets, facets_of
from products.models import Brand, CategoryPage, OptionType, OptionValue, ProductPage
from products.places import catch_up
from products.shelf import Shelf
from products.tests.factories import (
    make_category,
    make_option,
    make_product,
    make_variant,
    put_in_stock,
)
from products.wanted import Wanted

# Queries, where nothing is kept between requests.
MOST_OF_A_SHELF = 12
MOST_OF_A_PAGE = 26

pytestmark = pytest.mark.django_db


@pytest.fixture
def sizes() -> list[OptionValue]:
    return make_option("Size", "A4", "A3")


@pytest.fixture
def frames() -> list[OptionValue]:
    return make_option("Frame", "Unframed", "Oak")


@pytest.fixture
def prints(sizes: list[OptionValue], frames: list[OptionValue]) -> CategoryPage:
    """Flow: A4 bare, A3 in oak · Moon: A4 in oak · Tide: A3 bare, sold out · Card: no options."""
    a4, a3 = sizes
    bare, oak = frames
    category = make_category("Prints")
    press, havre = (Brand.objects.create(name=name) for name in ("Press", "Havre"))
    flow = [make_variant("FLOW-A4", "20", a4, bare), make_variant("FLOW-A3", "80", a3, oak)]
    make_product("Flow", category=category, brand=press, variants=flow)
    moon = [make_variant("MOON-A4", "50", a4, oak)]
    make_product("Moon", category=category, brand=press, variants=moon)
    tide = [make_variant("TIDE-A3", "30", a3, bare)]
    make_product("Tide", category=category, brand=havre, variants=tide, on_hand=0)
    make_product("Card", category=category, sku="CARD", price="3")
    return category


def shelf_of(category: CategoryPage, query: str = "") -> Shelf:
    return Shelf(category, Wanted.read(QueryDict(query)))


def titles(category: CategoryPage, query: str = "") -> list[str]:
    shelf = shelf_of(category, query)
    pages = ProductPage.objects.in_bulk(shelf[: len(shelf)])
    return [pages[pk].title for pk in shelf[: len(shelf)]]


def counts(facets: Facets) -> dict[str, dict[str, int]]:
    return {f.label: {value.label: value.count for value in f.values} for f in facets.facets}


def address(facets: Facets, label: str) -> str:
    return next(v.address for f in facets.facets for v in f.values if v.label == label)


# --- what is found ----------------------------------------------------------------------------


def test_shelf__newest_first(prints: CategoryPage) -> None:
    assert titles(prints) == ["Card", "Tide", "Moon", "Flow"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("price", ["Card", "Flow", "Tide", "Moon"]),
        ("-price", ["Moon", "Tide", "Flow", "Card"]),
        ("name", ["Card", "Flow", "Moon", "Tide"]),
        ("DROP TABLE", ["Card", "Tide", "Moon", "Flow"]),
    ],
)
def test_shelf__in_order(prints: CategoryPage, sort: str, expected: list[str]) -> None:
    assert titles(prints, f"sort={sort}") == expected


def test_price_order__goes_by_what_can_be_bought(prints: CategoryPage) -> None:
    put_in_stock("FLOW-A4", 0)  # what is left of Flow costs 80
    assert titles(prints, "sort=price") == ["Card", "Tide", "Moon", "Flow"]


def test_options__widen_within_one_and_narrow_across(
    prints: CategoryPage, sizes: list[OptionValue], frames: list[OptionValue]
) -> None:
    (a4, a3), (bare, oak) = sizes, frames
    assert titles(prints, f"option={a4.pk}") == ["Moon", "Flow"]
    assert titles(prints, f"option={a4.pk}&option={a3.pk}") == ["Tide", "Moon", "Flow"]
    assert titles(prints, f"option={a3.pk}&option={oak.pk}") == ["Flow"]
    # Flow has A4 and has oak, but no A4 in oak.
    assert titles(prints, f"option={a4.pk}&option={oak.pk}") == ["Moon"]
    assert titles(prints, f"option={a4.pk}&option={bare.pk}") == ["Flow"]


def test_in_stock__asks_the_variant_that_is_wanted(
    prints: CategoryPage, sizes: list[OptionValue]
) -> None:
    put_in_stock("FLOW-A3", 0)
    assert titles(prints, "stock=in") == ["Card", "Moon", "Flow"]
    assert titles(prints, f"stock=in&option={sizes[1].pk}") == []


@pytest.mark.parametrize(
    "query", ["option=999999", "option=abc", "option=-1", f"brand={'9' * 40}", "brand=", "stock=x"]
)
def test_nonsense__is_left_out(prints: CategoryPage, query: str) -> None:
    assert len(titles(prints, query)) == 4
    assert shelf_of(prints, query).wanted == Wanted()


def test_product_without_variants__does_not_stand_there(prints: CategoryPage) -> None:
    ProductPage.objects.get(title="Moon").variants.all().delete()
    assert titles(prints) == ["Card", "Tide", "Flow"]


def test_translations__are_narrowed_by_the_variants_of_their_source(
    prints: CategoryPage, sizes: list[OptionValue]
) -> None:
    german = Locale.objects.create(language_code="de")
    for product in ProductPage.objects.all():
        product.copy_for_translation(german, copy_parents=True).save_revision().publish()
    translated = prints.get_translation(german)
    assert titles(translated, f"option={sizes[0].pk}") == ["Moon", "Flow"]


@pytest.mark.parametrize("sort", ["newest", "price", "-price", "name"])
def test_long_shelf__is_read_from_its_landmarks(
    monkeypatch: pytest.MonkeyPatch, prints: CategoryPage, sort: str
) -> None:
    for number in range(8):
        make_product(f"Same {number}", category=prints, price=str(5 + number // 4))
    whole = shelf_of(prints, f"sort={sort}")[:100]
    monkeypatch.setattr("products.shelf.STRIDE", 3)
    shelf = shelf_of(prints, f"sort={sort}")
    assert [shelf[begin : begin + 2] for begin in range(0, 12, 2)] == [
        whole[begin : begin + 2] for begin in range(0, 12, 2)
    ]
    assert len(set(whole)) == len(shelf) == 12


def test_names__are_compared_without_accents(prints: CategoryPage) -> None:
    make_product("Élan", category=prints)
    assert titles(prints, "sort=name") == ["Card", "Élan", "Flow", "Moon", "Tide"]


# --- facets -----------------------------------------------------------------------------------


def test_facets__say_how_many_one_would_see(prints: CategoryPage) -> None:
    assert counts(facets_of(shelf_of(prints))) == {
        "Frame": {"Unframed": 2, "Oak": 2},
        "Size": {"A4": 2, "A3": 2},
        "Maker": {"Havre": 1, "Press": 2},
        "Availability": {"In stock only": 3},
    }


def test_facets__count_with_the_other_choices(
    prints: CategoryPage, frames: list[OptionValue]
) -> None:
    facets = facets_of(shelf_of(prints, f"option={frames[1].pk}"))
    assert counts(facets) == {
        "Frame": {"Unframed": 2, "Oak": 2},
        "Size": {"A4": 1, "A3": 1},
    }
    assert [value.label for value in facets.chosen] == ["Oak"]


def test_facet_links__add_and_take_off(
    prints: CategoryPage, sizes: list[OptionValue], frames: list[OptionValue]
) -> None:
    (a4, _a3), (_bare, oak) = sizes, frames
    facets = facets_of(shelf_of(prints, f"option={oak.pk}&sort=name"))
    both = "&".join(f"option={pk}" for pk in sorted([a4.pk, oak.pk]))
    assert address(facets, "A4") == f"?{both}&sort=name"
    assert address(facets, "Oak") == "?sort=name"
    assert facets.everything == "?sort=name"


def test_facet_of_one_value__is_not_shown() -> None:
    category = make_category("Cards")
    for number in range(2):
        make_product(f"Card {number}", category=category, sku=f"CARD-{number}")
    assert facets_of(shelf_of(category)).facets == []


def test_facets__in_the_readers_language(prints: CategoryPage, sizes: list[OptionValue]) -> None:
    german = Locale.objects.create(language_code="de")
    size = OptionType.objects.get(name="Size").copy_for_translation(german)
    size.name = "Größe"
    size.save()
    for product in ProductPage.objects.all():
        product.copy_for_translation(german, copy_parents=True).save_revision().publish()
    with translation.override("de"):
        facets = facets_of(shelf_of(prints.get_translation(german)))
    assert "Größe" in counts(facets)


# --- the page ---------------------------------------------------------------------------------


def test_page__narrowed(client: Client, prints: CategoryPage, sizes: list[OptionValue]) -> None:
    html = client.get(f"{prints.url}?option={sizes[0].pk}").text
    assert "2 things" in html
    assert ">Moon</a>" in html
    assert ">Tide</a>" not in html
    assert 'content="noindex, follow"' in html
    assert f'href="{prints.full_url}"' in html


def test_page__that_nothing_fits(client: Client, prints: CategoryPage) -> None:
    press = Brand.objects.get(name="Press")
    tide = OptionValue.objects.get(name="A3")
    put_in_stock("FLOW-A3", 0)
    html = client.get(f"{prints.url}?brand={press.pk}&option={tide.pk}&stock=in").text
    assert "Nothing here is all of that at once" in html
    assert 'href="?"' in html


def test_page__paging_keeps_the_choice(client: Client, sizes: list[OptionValue]) -> None:
    category = make_category("Many", default_site().root_page)
    for number in range(26):
        variants = [make_variant(f"M-{number}", "5", sizes[number % 2])]
        make_product(f"Many {number}", category=category, variants=variants)
    both = f"option={sizes[0].pk}&option={sizes[1].pk}"
    html = client.get(f"{category.url}?{both}").text
    assert f"?{both}&amp;page=2".replace("&option", "&amp;option") in html


# --- its cost ---------------------------------------------------------------------------------


def make_many(category: CategoryPage, numbers: range) -> None:
    sizes = make_option("Format", "S", "M", "L")
    maker = Brand.objects.create(name="Many & Co")
    for number in numbers:
        variants = [make_variant(f"N-{number}-{size.pk}", "5", size) for size in sizes]
        make_product(f"Number {number}", category=category, variants=variants, brand=maker)


def test_shelf__asks_no_more_when_it_is_longer(prints: CategoryPage) -> None:
    asked = []
    for numbers in (range(2), range(2, 6)):
        make_many(prints, numbers)
        catch_up()
        with CaptureQueriesContext(connection) as queries:
            shelf = shelf_of(prints, "stock=in&sort=price")
            assert shelf[0:24]
            facets_of(shelf)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= MOST_OF_A_SHELF


def test_page__of_24_cards_asks_little_where_nothing_is_kept(
    client: Client, prints: CategoryPage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(prints, range(22))
    client.get(prints.url)
    with django_assert_max_num_queries(MOST_OF_A_PAGE):
        assert client.get(prints.url).text.count("<article") == 24
