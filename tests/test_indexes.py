"""What shoppers ask for all day goes by indexes, as PostgreSQL itself says.

The tables of a test are small, so PostgreSQL is told that reading a whole table costs very much,
and sorting too: where it does so nevertheless, there is no index that serves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from basket.basket import sellable_variants
from products.models import CategoryPage
from products.places import catch_up
from products.shelf import Shelf
from products.tests.factories import make_category, make_option, make_product, make_variant
from products.wanted import Wanted
from search.find import find_products
from search.suggest import openings
from search.words import ALL_WORDS, TITLE, some_with

pytestmark = [pytest.mark.django_db, pytest.mark.indexed]

# What grows with the shop. Of the other tables there are as many rows as there are categories.
LARGE = {
    "content_picture",
    "content_rendition",
    "products_opening",
    "products_place",
    "products_productpage",
    "products_productpage_categories",
    "products_productpicture",
    "products_sku",
    "products_variant",
    "wagtailcore_page",
    "wagtailsearch_indexentry",
}


@pytest.fixture(autouse=True)
def _postgres() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL explains itself best")


@pytest.fixture
def category() -> CategoryPage:
    category = make_category("Prints")
    for number, size in enumerate(make_option("Size", "A4", "A3")):
        variants = [make_variant(f"SATIN-{number}", "20", size)]
        make_product(f"Satin {number}", category=category, variants=variants, summary="Of silk.")
    catch_up()
    return category


def plan_of(statement: str) -> list[dict[str, Any]]:
    """The nodes of its plan."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.replace('%', '%%')}", [])
        (found,) = cursor.fetchone()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    return list(_nodes(explained["Plan"]))


def plan(query: QuerySet[Any]) -> list[dict[str, Any]]:
    with CaptureQueriesContext(connection) as asked:
        list(query)
    return plan_of(asked[-1]["sql"])


def indexes(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def read_in_whole(act: Callable[[], Any]) -> set[tuple[str, str]]:
    """The large tables that are, and by which statements."""
    with CaptureQueriesContext(connection) as asked:
        act()
    statements = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    return {
        (node["Relation Name"], statement)
        for statement in statements
        for node in plan_of(statement)
        if node.get("Relation Name") in LARGE and _is_whole(node)
    }


def _is_whole(node: dict[str, Any]) -> bool:
    by_index = node["Node Type"] in {"Index Scan", "Index Only Scan"}
    return node["Node Type"] == "Seq Scan" or (by_index and "Index Cond" not in node)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "place_by_published"),
        (Wanted(sort="price"), "place_by_price"),
        (Wanted(sort="-price"), "place_by_price"),
        (Wanted(sort="name"), "place_by_name"),
    ],
)
def test_shelf__is_read_in_order(category: CategoryPage, wanted: Wanted, index: str) -> None:
    nodes = plan(Shelf(category, wanted).in_order().values("page_id")[:24])
    assert indexes(nodes) == {index}
    assert not [node for node in nodes if "Sort" in node["Node Type"]]


def test_shelf__is_counted_from_an_index_alone(category: CategoryPage) -> None:
    nodes = plan(
        Shelf(category, Wanted()).places.values("assortment", "brand").annotate(Count("*"))
    )
    assert indexes(nodes) == {"place_by_kind"}
    assert "Index Only Scan" in {node["Node Type"] for node in nodes}


def test_words__are_looked_up(category: CategoryPage) -> None:
    pages = type(category).objects.live()
    in_title = some_with("satin", pages, [type(category)], TITLE, 24)
    assert any("title" in name for name in indexes(plan(in_title)))
    anywhere = some_with("silk", pages, [type(category)], ALL_WORDS, 24)
    assert "search_of_all_words" in indexes(plan(anywhere))


def test_beginning_of_a_title__is_looked_up_in_the_order_of_the_alphabet(
    category: CategoryPage,
) -> None:
    nodes = plan(openings("sat").values("page_id"))
    assert indexes(nodes) == {"opening_by_words"}
    assert not [node for node in nodes if "Sort" in node["Node Type"]]
    assert any("words" in node.get("Index Cond", "") for node in nodes)


@pytest.mark.parametrize("code", ["SATIN-1", "satin-1", "4006381333931"])
def test_sku__is_looked_up(category: CategoryPage, code: str) -> None:
    assert read_in_whole(lambda: find_products(code)) == set()


def test_basket__is_looked_up(category: CategoryPage) -> None:
    assert read_in_whole(lambda: sellable_variants(["SATIN-0", "SATIN-1"])) == set()


@pytest.mark.parametrize(
    "address",
    [
        "/prints/",
        "/prints/?stock=in&sort=price",
        "/prints/satin-0/",
        "/search/?q=satin",
        "/search/?q=silk",
        "/search/suggestions/?q=sat",
    ],
)
def test_page__reads_no_large_table_in_whole(
    client: Client, category: CategoryPage, address: str
) -> None:
    assert read_in_whole(lambda: client.get(address)) == set()
