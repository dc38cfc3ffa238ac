from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from modelsearch.backends.database.postgres.postgres import PostgresIndex
from wagtail.search.models import IndexEntry

from products.models import Brand, ProductPage
from products.tests.factories import make_category, make_product, make_variant
from search.backend import Backend

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Wagtail's own elsewhere"),
]
OF_ITS_OWN = {"id", "title_norm"}


@pytest.fixture
def product() -> ProductPage:
    page = make_product(
        "Satin Flow",
        sku="FLOW-A3",
        category=make_category("Prints"),
        summary="Ribbons of 100 % blue.",
        body=[("text", "<p>Drawn by a harmonograph.</p>")],
        brand=Brand.objects.create(name="Bower Press", description=" "),
    )
    page.variants.add(make_variant("FLOW-A4"))
    page.save()
    return page


@pytest.mark.parametrize("config", [None, "english"])
def test_entries__are_those_that_wagtail_writes(product: ProductPage, config: str | None) -> None:
    backend = Backend({"SEARCH_CONFIG": config})
    for thing in (product, product.get_parent().specific, product.brand, Brand(pk=77)):
        ours = _written(backend.index_class(backend), thing)
        assert ours == _written(PostgresIndex(backend), thing)


def test_entry__is_written_over(product: ProductPage) -> None:
    index = Backend({}).get_index_for_model(ProductPage)
    index.add_items(ProductPage, [product])
    product.title = "Dune"
    index.add_items(ProductPage, [product])
    assert IndexEntry.objects.get(object_id=str(product.pk)).title_text == "Dune"


def test_entries__of_nothing_are_none() -> None:
    Backend({}).get_index_for_model(ProductPage).add_items(ProductPage, [])
    assert not IndexEntry.objects.exists()


def _written(index: PostgresIndex, thing: Any) -> dict[str, Any]:
    IndexEntry.objects.all().delete()
    index.add_items(type(thing), [thing])
    [row] = IndexEntry.objects.values()
    return {name: value for name, value in row.items() if name not in OF_ITS_OWN}
