"""A made catalogue differs from one that was published page by page in nothing but its size."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from bowerbird.demo.many import inventing, making, shelves
from bowerbird.demo.many.inventing import Ware, leaf, ware
from bowerbird.demo.many.making import make
from bowerbird.demo.many.pages import page_of
from bowerbird.demo.many.writing import REFERENCE, publish_many
from bowerbird.demo.pages import publish_below
from content import renditions
from products import stock
from products.models import (
    CategoryPage,
    MovementReason,
    Place,
    ProductPage,
    Sku,
    StockMovement,
    Unplaced,
    Variant,
)
from products.places import catch_up, note_everything
from products.shelf import Shelf
from products.tests.factories import make_category
from products.wanted import Wanted
from tests.demo.shelves import said_nothing
from tests.indexing import OnRequest

HOW_MANY = 30
# What tells any two products apart: ids, moments, weight in a search, codes, and their places.
OF_ITS_OWN = (models.AutoField, models.DateTimeField, models.FloatField, models.UUIDField)
ALIKE = (
    (r"(?i)\bw\d{7}\b", "code"),
    (r"/(left|right)/", "/place/"),
    (r"\b(gallery|variants)\.\d+", r"\1.row"),
    (r'"(pk|page|path|translation_key)": "?[\w-]+"?', r'"\1": its own'),
)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For all tests that only look."""
    shown, shelves.PICTURES = shelves.PICTURES, shelves.PICTURES[:1]
    with django_db_blocker.unblock(), transaction.atomic():
        make(HOW_MANY, 1, said_nothing)
        yield
        transaction.set_rollback(True)
    shelves.PICTURES = shown


@pytest.fixture
def catalogue(made: None, db: None) -> None:
    """One of thirty products."""


def test_tree__has_no_problems(catalogue: None) -> None:
    assert Page.find_problems() == ([], [], [], [], [])
    assert ProductPage.objects.live().count() == HOW_MANY
    shelf = CategoryPage.objects.get(title=leaf(0).title)
    assert shelf.get_children().count() == HOW_MANY
    assert ProductPage.objects.first().url_path.startswith(shelf.url_path)


def test_ledger__adds_up(catalogue: None) -> None:
    skus = Sku.objects.annotate(moved=Sum("movements__delta", default=0))
    assert skus.filter(moved=F("on_hand")).count() == Sku.objects.count() >= HOW_MANY
    assert skus.filter(on_hand=0).exists()
    assert StockMovement.objects.filter(reason=MovementReason.COUNTED, delta__lt=0).exists()
    assert not StockMovement.objects.filter(created_at__gt=timezone.now()).exists()


def test_products__differ_as_those_of_a_shop_do(catalogue: None) -> None:
    assert ProductPage.objects.distinct().values("title").count() > HOW_MANY / 2
    counts = {page.variants.count() for page in ProductPage.objects.all()}
    assert counts == {1, 2, 3, 4}
    assert Variant.objects.filter(compare_at__gt=F("price")).exists()
    days = ProductPage.objects.aggregate(
        first=models.Min("first_published_at"), last=models.Max("first_published_at")
    )
    assert days["last"] - days["first"] > timedelta(days=365)
    assert not renditions.due().exists()


def test_pages__are_shown_and_found_and_edited(catalogue: None, admin_client: Client) -> None:
    product = ProductPage.objects.order_by("pk")[0]
    assert product.title in admin_client.get(product.url).content.decode()
    shelf = product.get_parent()
    assert admin_client.get(shelf.url).content.decode().count('class="card') >= 24
    found = ProductPage.objects.live().search(product.title).results()
    assert product in list(found)
    answer = admin_client.get(f"/admin/pages/{product.pk}/edit/")
    assert answer.status_code == 200
    assert product.variants.first().sku_id in answer.content.decode()


def test_shelf__has_all_of_them_in_their_places(catalogue: None) -> None:
    shelf = CategoryPage.objects.get(title=leaf(0).title)
    assert not Unplaced.objects.exists()
    assert len(Shelf(shelf, Wanted())) == HOW_MANY
    columns = ("category", "page", "assortment", "published", "price", "name")
    kept = (*columns, "brand", "buyable", "reduced")
    made = set(Place.objects.values_list(*kept))
    note_everything()
    catch_up()
    assert set(Place.objects.values_list(*kept)) == made


def test_product__is_changed_and_published_as_any_other(catalogue: None) -> None:
    product = ProductPage.objects.order_by("pk")[0]
    on_hand = dict(Sku.objects.values_list("code", "on_hand"))
    variant = product.variants.first()
    variant.price += 1
    product.variants.add(variant)
    product.save_revision().publish()
    assert Variant.objects.get(pk=variant.pk).price == variant.price
    assert dict(Sku.objects.values_list("code", "on_hand")) == on_hand
    assert Page.find_problems() == ([], [], [], [], [])


def test_revision__holds_the_page_as_it_is_live(catalogue: None) -> None:
    for page in ProductPage.objects.all():
        assert page.live_revision_id == page.latest_revision_id is not None
        sold = page.live_revision.as_object().serializable_data()
        live = page.serializable_data()
        sold |= {name: live[name] for name in ("live_revision", "last_published_at")}
        assert json.loads(sold.pop("body")) == json.loads(live.pop("body"))
        assert sold == live


def test_rows__are_those_of_a_page_that_was_published_by_itself(
    catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same product twice, in two empty categories: every table has the same to tell of it."""
    monkeypatch.setattr(OnRequest, "indexing", True)
    shared, one, other = shelves.shared(), *_twins()
    left, right = make_category("Left"), make_category("Right")
    with _rows_added() as in_bulk:
        publish_many([one], left.pk, shared, timezone.now())
    with _rows_added() as by_itself:
        publish_below(right, page_of(other, shared))
        for kind in other.kinds:
            stock.edit(kind.sku, weight=kind.weight, barcode=kind.barcode)
            stock.move(kind.sku, kind.received, MovementReason.RECEIVED, reference=REFERENCE)
            counted = MovementReason.COUNTED
            stock.move(kind.sku, -kind.corrected, counted, reference=REFERENCE)
    assert set(in_bulk) ^ set(by_itself) == set()
    assert len(in_bulk) == len(by_itself)
    tables = {row.split()[0] for row in in_bulk}
    assert tables >= {"page", "revision", "pagelogentry", "referenceindex", "indexentry", "sku"}


def test_second_run__adds_further_products(
    catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "A_LEAF", HOW_MANY + 2)
    monkeypatch.setattr(inventing, "A_LEAF", HOW_MANY + 2)
    before = set(Sku.objects.values_list("code", flat=True))
    make(7, 1, said_nothing)
    assert ProductPage.objects.count() == HOW_MANY + 7
    assert before < set(Sku.objects.values_list("code", flat=True))
    last = CategoryPage.objects.get(title=leaf(1).title)
    assert last.get_children().count() == last.numchild == 5
    assert Page.find_problems() == ([], [], [], [], [])


def _twins() -> list[Ware]:
    """A product with something of everything, and another that differs in nothing but its codes."""
    wares = (replace(ware(1, number), also_in=0) for number in count(1000))
    one = next(one for one in wares if len(one.kinds) > 1 and any(k.corrected for k in one.kinds))
    kinds = tuple(replace(kind, sku=f"W9999999{kind.sku[8:]}") for kind in one.kinds)
    return [one, replace(one, kinds=kinds, key=uuid.uuid4())]


@contextmanager
def _rows_added() -> Iterator[list[str]]:
    """Filled at the end with all rows of all tables that came in between, in a form that is alike
    for alike pages: without ids, places and moments. Notes of the unplaced are bare ids."""
    kinds = [model for model in apps.get_models() if model._meta.managed]
    tables = [model._base_manager.all() for model in kinds if model is not Unplaced]
    before = {rows.model: set(rows.values_list("pk", flat=True)) for rows in tables}
    found: list[str] = []
    yield found
    added = {rows.model: rows.exclude(pk__in=before[rows.model]) for rows in tables}
    new = {(model, row.pk) for model, rows in added.items() for row in rows}
    found += sorted(_said(row, new) for rows in added.values() for row in rows)


def _said(row: models.Model, new: set[tuple[Any, Any]]) -> str:
    said = (f"{field.name}={_alike(field, row, new)}" for field in row._meta.concrete_fields)
    return f"{row._meta.model_name} {' '.join(said)}"


def _alike(field: Any, row: models.Model, new: set[tuple[Any, Any]]) -> str:
    value = getattr(row, field.attname)
    is_new = field.is_relation and (field.related_model, value) in new
    of_its_own = field.name in {"path", "object_id", "content_path_hash"}
    if is_new or of_its_own or isinstance(field, OF_ITS_OWN):
        return str(value is not None)
    text = json.dumps(value) if isinstance(field, models.JSONField) else str(value)
    for pattern, replacement in ALIKE:
        text = re.sub(pattern, replacement, text)
    return text
