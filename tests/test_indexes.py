"""What shoppers ask for all day goes by indexes, as PostgreSQL itself says.

The tables of a test are small, so PostgreSQL is told that reading a whole table costs very much,
and sorting too: where it does so nevertheless, there is no index that serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, QuerySet
from wagtail.models import Page
from wagtail.search.models import IndexEntry

from products.leading import Rule, leading
from products.models import CategoryPage, ProductPage, Variant
from products.places import catch_up
from products.shelf import Shelf
from products.tests.factories import make_category, make_option, make_product, make_variant
from products.wanted import Wanted
from search.find import skus_called
from search.suggest import openings
from search.words import ALL_WORDS, TITLE
from tests.explaining import nodes_below, nodes_of, on_postgresql

pytestmark = [on_postgresql, pytest.mark.django_db, pytest.mark.indexed]


@pytest.fixture
def category() -> CategoryPage:
    category = make_category("Prints")
    for number, size in enumerate(make_option("Size", "A4", "A3")):
        variants = [make_variant(f"SATIN-{number}", "20", size)]
        make_product(f"Satin {number}", category=category, variants=variants, summary="Of silk.")
    catch_up()
    return category


def plan(query: QuerySet[Any]) -> list[Mapping[str, Any]]:
    return nodes_of(query, "enable_seqscan", "enable_sort")


def indexes(nodes: list[Mapping[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node}


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
        Shelf(category, Wanted()).places.values("assortment", "brand").annotate(n=Count("*"))
    )
    assert indexes(nodes) == {"place_by_kind"}
    assert "Index Only Scan" in {node["Node Type"] for node in nodes}


@pytest.mark.parametrize(
    ("rule", "index"),
    [(Rule.NEWS, "place_by_news"), (Rule.REDUCTIONS, "place_by_reduction")],
)
def test_first_products__are_read_in_order(category: CategoryPage, rule: Rule, index: str) -> None:
    nodes = plan(leading(rule, ProductPage.objects.live(), 24, category.pk).values("pk"))
    [limit] = [node for node in nodes if node["Node Type"] == "Limit"]
    inner = list(nodes_below(limit))
    assert index in indexes(inner)
    assert not [node for node in inner if "Sort" in node["Node Type"]]


@pytest.mark.parametrize(
    ("vector", "index"), [(TITLE, "title"), (ALL_WORDS, "search_of_all_words")]
)
def test_words__are_looked_up(category: CategoryPage, vector: Any, index: str) -> None:
    entries = IndexEntry.objects.annotate(words=vector).filter(words=SearchQuery("satin"))
    (used,) = indexes(plan(entries.values("object_id")))
    assert index in used


def test_beginning_of_a_title__is_looked_up_in_the_order_of_the_alphabet(
    category: CategoryPage,
) -> None:
    nodes = plan(openings("sat").values("page_id"))
    assert indexes(nodes) == {"opening_by_words"}
    assert not [node for node in nodes if "Sort" in node["Node Type"]]
    assert any("words" in node.get("Index Cond", "") for node in nodes)


def test_sku__is_looked_up_by_code_in_any_case_and_by_barcode(category: CategoryPage) -> None:
    nodes = plan(skus_called("satin-1").values("code"))
    assert "sku_by_code_in_any_case" in indexes(nodes)
    assert any("barcode" in name for name in indexes(nodes))


def test_variant__is_looked_up_by_sku_and_by_page(category: CategoryPage) -> None:
    for field, value in (("sku_id", "SATIN-1"), ("page_id", category.pk)):
        nodes = plan(Variant.objects.filter(**{field: value}).order_by().values("pk"))
        assert any(field in node.get("Index Cond", "") for node in nodes)


def test_page__is_looked_up_by_its_place_and_by_what_stands_below(category: CategoryPage) -> None:
    for pages in (Page.objects.filter(path=category.path), Page.objects.descendant_of(category)):
        nodes = plan(pages.order_by().values("pk"))
        assert any("path" in node.get("Index Cond", "") for node in nodes)
