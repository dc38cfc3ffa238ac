"""What a basket shows of its things is kept between requests, and is as fresh as the pages are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from content.live_pages.parts import forget
from content.models import Picture
from content.tests.factories import default_site, make_picture, set_up_shop
from products import stock
from products.models import MovementReason, ProductPage, ProductPicture, Variant
from products.tests.factories import make_category, make_option, make_product, make_variant
from tests.live_pages.changes import change, republish
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db

BASKET = "/basket/"


@pytest.fixture
def flow(committed: Commit) -> ProductPage:
    """Of two sizes, with a picture of its own."""
    with committed():
        set_up_shop()
        forget()
        small, large = make_option("Size", "Small", "Large")
        variants = [make_variant("FLOW-S", "24.00", small), make_variant("FLOW-L", "48.00", large)]
        front = [ProductPicture(picture=make_picture("Front"))]
        category = make_category("Prints")
        return make_product("Flow", category=category, variants=variants, gallery=front)


@pytest.fixture
def shopper(reader: Reader, flow: ProductPage) -> Reader:
    """Has a small one in the basket, and has looked at it twice."""
    put_in(reader, flow)
    for _ in range(2):
        reader.see(BASKET)
    return reader


def put_in(reader: Reader, page: ProductPage, sku: str = "FLOW-S", quantity: int = 1) -> None:
    fields = {"sku": sku, "quantity": quantity}
    assert reader.client.post(f"/basket/add/{page.pk}/", fields).status_code == 302


def picture() -> Picture:
    return Picture.objects.get(title="Front")


def another_file() -> None:
    """As Wagtail does it: what was made of the old one goes last."""
    drawn = make_picture("Drawn anew", colour="red")
    with drawn.file.open("rb") as file:
        change(picture(), file=ContentFile(file.read(), "drawn-anew.png"))
    picture().renditions.all().delete()


def variant(page: ProductPage) -> Variant:
    found: Variant = page.variants.get(sku_id="FLOW-S")
    return found


def dress_variant(page: ProductPage) -> None:
    for one in page.variants.all():
        one.picture = make_picture("Own")
        one.save()
    republish(ProductPage.objects.get(pk=page.pk))


CHANGES: dict[str, tuple[Callable[[ProductPage], Any], str, str]] = {
    "another picture": (
        lambda page: republish(page, gallery=[ProductPicture(picture=make_picture("Back"))]),
        "/back",
        "/front",
    ),
    "another picture in front": (
        lambda page: republish(
            page,
            gallery=[
                ProductPicture(picture=make_picture("Back"), sort_order=0),
                ProductPicture(picture=picture(), sort_order=1),
            ],
        ),
        "/back",
        "/front",
    ),
    "no picture": (lambda page: republish(page, gallery=[]), "frame--empty", "/front"),
    "the picture's file": (lambda page: another_file(), "/drawn-anew", "/front"),
    "the picture is deleted": (lambda page: picture().delete(), "frame--empty", "/front"),
    "a picture of the variant": (dress_variant, "/own", "/front"),
    "an option's value": (
        lambda page: change(variant(page).option_1, name="Tiny"),
        "Size: Tiny",
        "Size: Small",
    ),
    "an option's name": (
        lambda page: change(variant(page).option_1.option, name="Format"),
        "Format: Small",
        "Size: Small",
    ),
    "an option is deleted": (
        lambda page: variant(page).option_1.delete(),
        "Flow",
        "line__options",
    ),
    "another option": (
        lambda page: change(variant(page), option_1=variant(page).option_1.option.values.last()),
        "Size: Large",
        "Size: Small",
    ),
    "title": (lambda page: republish(page, title="Rise"), ">Rise<", ">Flow<"),
    "address": (lambda page: republish(page, slug="rise"), "/prints/rise/", "/prints/flow/"),
    "the category's address": (
        lambda page: republish(page.get_parent().specific, slug="sheets"),
        "/sheets/flow/",
        "/prints/flow/",
    ),
    "another place": (
        lambda page: page.move(make_category("Framed"), pos="last-child"),
        "/framed/flow/",
        "/prints/flow/",
    ),
    "price": (lambda page: change(variant(page), price="9.99"), "£9.99", "£24.00 each"),
    "last units": (
        lambda page: stock.count("FLOW-S", 3, MovementReason.COUNTED),
        'max="3"',
        'max="10"',
    ),
    "sold out": (
        lambda page: stock.count("FLOW-S", 0, MovementReason.COUNTED),
        "has sold out",
        "line__title",
    ),
    "unpublished": (lambda page: page.unpublish(), "no longer sold", "line__title"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_line__is_as_fresh_as_what_it_shows(
    shopper: Reader, flow: ProductPage, committed: Commit, name: str
) -> None:
    act, there, gone = CHANGES[name]
    before = shopper.see(BASKET)
    assert there == "Flow" or there not in before
    assert gone in before
    with committed():
        act(flow)
    after = shopper.see(BASKET)
    assert there in after
    assert gone not in after


def test_line__once_the_sizes_of_its_picture_are_gone(shopper: Reader, committed: Commit) -> None:
    """Thrown away by a command, say; what is made in their place may be another file."""
    before = set(picture().renditions.values_list("pk", flat=True))
    with committed():
        picture().renditions.all().delete()
    shopper.see(BASKET)
    assert not before & set(picture().renditions.values_list("pk", flat=True))
    assert picture().renditions.count() == len(before)


def test_line__in_another_language(flow: ProductPage, shopper: Reader, committed: Commit) -> None:
    """A translation is found once it is published, and is as fresh."""
    with committed():
        german = Locale.objects.create(language_code="de")
    path = f"/de{BASKET}"
    assert ">Flow<" in shopper.see(path)
    with committed():
        translated = flow.copy_for_translation(german, copy_parents=True)
        republish(translated, title="Fluss")
    assert ">Fluss<" in shopper.see(path)
    assert ">Flow<" in shopper.see(BASKET)
    with committed():
        republish(ProductPage.objects.get(pk=translated.pk), title="Strom")
    assert ">Strom<" in shopper.see(path)
    with committed():
        ProductPage.objects.get(pk=translated.pk).unpublish()
    assert ">Flow<" in shopper.see(path)


def test_line__of_another_site(flow: ProductPage, shopper: Reader, committed: Commit) -> None:
    """Addresses lead to where pages stand now."""
    with committed():
        site = default_site()
        change(site, root_page=flow.get_parent())
    assert 'href="/flow/"' in shopper.see(BASKET)


def test_line__is_each_shopper_s_own(flow: ProductPage, shopper: Reader) -> None:
    other = Reader()
    put_in(other, flow, quantity=2)
    assert "£48.00" in other.see(BASKET)
    assert 'value="2"' in other.see(BASKET)
    assert 'value="2"' not in shopper.see(BASKET)


def test_lines__of_what_others_looked_at_cost_two_queries(
    flow: ProductPage, shopper: Reader
) -> None:
    """The session and what may be sold, at which price. With Redis only the second."""
    other = Reader()
    put_in(other, flow)
    with CaptureQueriesContext(connection) as queries:
        assert "/front" in other.see(BASKET)
    assert len(queries) == 2, [query["sql"] for query in queries]


def test_lines__another_number_of_the_same_reads_no_picture(
    flow: ProductPage, shopper: Reader
) -> None:
    other = Reader()
    put_in(other, flow, quantity=2)
    with CaptureQueriesContext(connection) as queries:
        assert "/front" in other.see(BASKET)
    assert len(queries) == 2, [query["sql"] for query in queries]


def test_label__in_a_message_is_kept_too(flow: ProductPage, shopper: Reader) -> None:
    with CaptureQueriesContext(connection) as queries:
        put_in(Reader(), flow)
    assert "products_optionvalue" not in str([query["sql"] for query in queries])


def test_page__shows_a_title_that_nobody_may_write_markup_with(
    shopper: Reader, flow: ProductPage, committed: Commit
) -> None:
    with committed():
        republish(flow, title="A <b>bold</b> one")
    for _ in range(2):
        text = shopper.see(BASKET)
        assert "A &lt;b&gt;bold&lt;/b&gt; one" in text
        assert "<b>bold" not in text


def test_order__is_of_what_may_be_sold_now(
    shopper: Reader, flow: ProductPage, committed: Commit
) -> None:
    """The order form shows the same line, smaller, as it is now."""
    assert "Size: Small" in shopper.see("/checkout/")
    with committed():
        change(variant(flow).option_1, name="Tiny")
    text = shopper.see("/checkout/")
    assert ("Size: Tiny" in text, "Size: Small" in text) == (True, False)
