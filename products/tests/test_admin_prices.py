"""Prices changed on one page: published properly, drafts kept, nobody overwritten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from products import pricing, stock
from products.models import MovementReason, ProductPage, Sku, StockMovement, Variant
from products.pricing import Price, PriceRefused, set_price
from products.tests.factories import make_category, make_product, make_variant

pytestmark = pytest.mark.django_db
URL = "/admin/prices/"


@pytest.fixture
def boss() -> User:
    return make_user("boss@example.com", is_superuser=True)


@pytest.fixture
def desk(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def price(amount: str, compare_at: str | None = None) -> Price:
    return Price(Decimal(amount), Decimal(compare_at) if compare_at else None)


def live_prices() -> dict[str, Decimal]:
    return dict(Variant.objects.values_list("sku_id", "price"))


def draft_of(page: ProductPage) -> ProductPage:
    return ProductPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def save_draft(page: ProductPage, title: str = "", **prices: str) -> None:
    """A draft with another title, other prices by SKU, or both."""
    draft = page.get_latest_revision_as_object()
    draft.title = title or draft.title
    rows = list(draft.variants.all())
    for row in rows:
        row.price = Decimal(prices.get(row.sku_id, row.price))
    draft.variants = rows
    draft.save_revision()


# --- set_price ------------------------------------------------------------------------------------


def test_a_new_price__is_published_and_nothing_else(boss: User) -> None:
    page = make_product("Flow", variants=[make_variant("A", "10"), make_variant("B", "20")])
    set_price(Variant.objects.get(sku_id="A"), price("12.50", "15"), boss)
    page = ProductPage.objects.get()
    assert live_prices() == {"A": Decimal("12.5"), "B": Decimal("20")}
    assert page.live_revision_id == page.latest_revision_id
    assert page.has_unpublished_changes is False
    published = page.live_revision.as_object()
    assert [(v.sku_id, v.price, v.compare_at) for v in published.variants.all()] == [
        ("A", Decimal("12.5"), Decimal("15")),
        ("B", Decimal("20"), None),
    ]
    assert page.live_revision.user == boss
    assert page.revisions.count() == 2


def test_a_new_price__keeps_the_draft_on_top(boss: User) -> None:
    page = make_product("Flow", sku="A", price="10")
    save_draft(page, title="Flow, rewritten")
    set_price(Variant.objects.get(), price("12"), boss)
    page.refresh_from_db()
    assert (page.title, page.has_unpublished_changes) == ("Flow", True)
    assert live_prices() == {"A": Decimal("12")}
    assert draft_of(page).title == "Flow, rewritten"
    page.latest_revision.publish()
    assert ProductPage.objects.get().title == "Flow, rewritten"
    assert live_prices() == {"A": Decimal("12")}


def test_a_new_price__leaves_what_the_draft_changed(boss: User) -> None:
    page = make_product("Flow", variants=[make_variant("A", "10"), make_variant("B", "20")])
    save_draft(page, A="99")
    set_price(Variant.objects.get(sku_id="A"), price("12"), boss)
    assert live_prices() == {"A": Decimal("12"), "B": Decimal("20")}
    drafted = {row.sku_id: row.price for row in draft_of(page).variants.all()}
    assert drafted == {"A": Decimal("99"), "B": Decimal("20")}


def test_a_new_price__of_a_page_that_is_not_live(boss: User) -> None:
    page = make_product("Flow", sku="A", price="10", live=False)
    set_price(Variant.objects.get(), price("12"), boss)
    page.refresh_from_db()
    assert page.live is False
    assert live_prices() == {"A": Decimal("12")}
    assert draft_of(page).variants.get().price == Decimal("12")


def test_a_new_price__leaves_aliases_without_variants(boss: User) -> None:
    page = make_product("Flow", sku="A", price="10")
    page.create_alias(update_slug="flow-alias", parent=make_category("Elsewhere"))
    set_price(Variant.objects.get(), price("12"), boss)
    assert live_prices() == {"A": Decimal("12")}
    assert Variant.objects.count() == 1


def test_the_same_price__writes_nothing(boss: User) -> None:
    page = make_product(sku="A", price="10")
    set_price(Variant.objects.get(), price("10.00"), boss)
    assert page.revisions.count() == 1


@pytest.mark.parametrize("bad", [price("-1"), price("1.005"), price("5", "5"), price("5", "4")])
def test_a_bad_price__is_refused(boss: User, bad: Price) -> None:
    make_product(sku="A", price="10")
    with pytest.raises(PriceRefused):
        set_price(Variant.objects.get(), bad, boss)
    assert live_prices() == {"A": Decimal("10")}


def test_a_price_that_somebody_else_changed__is_refused(boss: User) -> None:
    make_product(sku="A", price="10")
    variant = Variant.objects.get()
    set_price(variant, price("11"), boss)
    with pytest.raises(PriceRefused, match="meanwhile"):
        set_price(variant, price("12"), boss, seen=price("10"))
    assert live_prices() == {"A": Decimal("11")}


def test_a_locked_page__is_refused(boss: User) -> None:
    page = make_product(sku="A", price="10")
    ProductPage.objects.filter(pk=page.pk).update(locked=True, locked_by=boss)
    with pytest.raises(PriceRefused, match="locked"):
        set_price(Variant.objects.get(), price("12"), boss)


def test_a_scheduled_page__is_refused_and_stays_scheduled(boss: User) -> None:
    page = make_product(sku="A", price="10")
    draft = page.get_latest_revision_as_object()
    draft.go_live_at = timezone.now() + timedelta(days=1)
    draft.save_revision().publish()
    with pytest.raises(PriceRefused, match="scheduled"):
        set_price(Variant.objects.get(), price("12"), boss)
    assert ProductPage.objects.get().scheduled_revision is not None


def test_without_the_right_to_the_page__refused() -> None:
    make_product(sku="A", price="10")
    with pytest.raises(PriceRefused, match="may not"):
        set_price(Variant.objects.get(), price("12"), make_user("nobody@example.com"))
    assert live_prices() == {"A": Decimal("10")}


def test_a_failure_half_way__changes_nothing(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_product("Flow", sku="A", price="10")
    save_draft(page, title="Later")

    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(pricing, "_take_over", fail)
    with pytest.raises(RuntimeError):
        set_price(Variant.objects.get(), price("12"), boss)
    assert live_prices() == {"A": Decimal("10")}
    assert page.revisions.count() == 2


# --- The listing ----------------------------------------------------------------------------------


def loaded(client: Client, **query: str) -> dict[str, Any]:
    """The form as the browser has it: every field with the value it was loaded with."""
    response = client.get(URL, query)
    assert response.status_code == 200
    data: dict[str, Any] = {"row": []}
    for variant in response.context["object_list"]:
        data["row"].append(variant.pk)
        form = variant.row_form
        for name in form.fields:
            value = form[name].value()
            if isinstance(form.fields[name].widget.attrs.get("checked"), bool) or value is False:
                data[f"initial-v{variant.pk}-{name}"] = "False"
                continue
            text = "" if value is None else str(value)
            data[f"v{variant.pk}-{name}"] = data[f"initial-v{variant.pk}-{name}"] = text
    return data


def field(code: str, name: str) -> str:
    return f"v{Variant.objects.get(sku_id=code).pk}-{name}"


def test_saving__only_what_changed(desk: Client, boss: User) -> None:
    first = make_product("One", sku="A", price="10", on_hand=5)
    second = make_product("Two", sku="B", price="20", on_hand=5)
    data = loaded(desk) | {field("A", "price"): "11.00"}
    response = desk.post(URL, data, follow=True)
    assert "1 row saved." in response.content.decode()
    assert live_prices() == {"A": Decimal("11"), "B": Decimal("20")}
    assert (first.revisions.count(), second.revisions.count()) == (2, 1)
    assert StockMovement.objects.count() == 2


def test_saving__nothing_changed(desk: Client) -> None:
    page = make_product(sku="A")
    assert "Nothing was changed." in desk.post(URL, loaded(desk), follow=True).content.decode()
    assert page.revisions.count() == 1


def test_saving__stock_and_back_orders(desk: Client, boss: User) -> None:
    make_product(sku="A", on_hand=5)
    data = loaded(desk) | {field("A", "on_hand"): "8", field("A", "backorders_allowed"): "on"}
    desk.post(URL, data)
    sku = Sku.objects.get()
    assert (sku.on_hand, sku.backorders_allowed) == (8, True)
    movement = StockMovement.objects.latest("pk")
    assert (movement.delta, movement.reason, movement.actor) == (3, MovementReason.COUNTED, boss)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("price", "-1", "negative"),
        ("price", "1.005", "2 decimal places"),
        ("price", "", "required"),
        ("price", "cheap", "number"),
        ("compare_at", "9", "above the price"),
        ("on_hand", "-1", "greater than or equal to 0"),
        ("on_hand", "many", "whole number"),
        ("on_hand", "9" * 20, "less than or equal to"),
    ],
)
def test_saving__a_bad_row_stays_as_typed_and_the_others_are_saved(
    desk: Client, name: str, typed: str, words: str
) -> None:
    make_product("One", sku="A", price="10", on_hand=5)
    make_product("Two", sku="B", price="20", on_hand=5)
    data = loaded(desk) | {field("A", name): typed, field("B", "price"): "21"}
    response = desk.post(URL, data)
    assert response.status_code == 422
    html = response.content.decode()
    assert words in html
    assert f'value="{typed}"' in html or not typed
    assert "1 row saved." in html
    assert live_prices() == {"A": Decimal("10"), "B": Decimal("21")}
    assert Sku.objects.get(code="A").on_hand == 5


def test_saving__a_price_changed_meanwhile_is_refused(desk: Client, boss: User) -> None:
    make_product(sku="A", price="10")
    data = loaded(desk) | {field("A", "price"): "12"}
    set_price(Variant.objects.get(), price("11"), boss)
    response = desk.post(URL, data)
    assert response.status_code == 422
    assert "Somebody else has changed this price meanwhile" in response.content.decode()
    assert live_prices() == {"A": Decimal("11")}


def test_saving__a_price_changed_meanwhile_and_left_alone_here_stays(
    desk: Client, boss: User
) -> None:
    make_product(sku="A", price="10", on_hand=5)
    data = loaded(desk) | {field("A", "on_hand"): "6"}
    set_price(Variant.objects.get(), price("11"), boss)
    assert desk.post(URL, data).status_code == 302
    assert live_prices() == {"A": Decimal("11")}
    assert Sku.objects.get().on_hand == 6


def test_saving__stock_that_was_sold_meanwhile_is_not_brought_back(desk: Client) -> None:
    make_product(sku="A", price="10", on_hand=5)
    data = loaded(desk) | {field("A", "on_hand"): "6", field("A", "price"): "12"}
    stock.move("A", -1, MovementReason.SOLD)
    response = desk.post(URL, data)
    assert "The stock has moved meanwhile: 4 on hand now" in response.content.decode()
    assert Sku.objects.get().on_hand == 4
    assert live_prices() == {"A": Decimal("10")}  # a row is saved whole or not at all


def test_saving__a_row_that_is_gone(desk: Client) -> None:
    make_product(sku="A")
    data = loaded(desk)
    data["row"] = [999_999, "nonsense", *data["row"]]
    assert "was changed on its page" in desk.post(URL, data, follow=True).content.decode()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["A", "B"]),
        ({"q": "B"}, ["B"]),
        ({"q": "One"}, ["A"]),
        ({"on_sale": "true"}, ["B"]),
        ({"on_sale": "false"}, ["A"]),
    ],
)
def test_listing(desk: Client, query: dict[str, str], codes: list[str]) -> None:
    make_product("One", sku="A")
    make_product("Two", variants=[make_variant("B", "9", compare_at=Decimal(12))])
    found = desk.get(URL, query).context["object_list"]
    assert [variant.sku_id for variant in found] == codes


def test_listing__by_category(desk: Client) -> None:
    prints, cards = make_category("Prints"), make_category("Cards")
    make_product(sku="A", category=prints)
    make_product(sku="B", category=cards)
    found = desk.get(URL, {"category": str(cards.pk)}).context["object_list"]
    assert [variant.sku_id for variant in found] == ["B"]


def test_listing__queries_do_not_grow_with_the_rows(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        make_product()
    desk.get(URL)
    with django_assert_max_num_queries(20):
        desk.get(URL)


def test_results_fragment(desk: Client) -> None:
    make_product(sku="A")
    assert 'name="row"' in desk.get(reverse("prices:index_results")).content.decode()
