"""A kept page is as fresh as a rendered one, whatever changes; and only what shows it is rendered.

Each case: what a reader looks at, what somebody changes, and what the reader must see then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction, get_page_models

from accounts.tests.factories import make_user
from checkout.tests.factories import make_method
from content.models import ShopSettings, SocialLink
from content.tests.factories import default_site, make_picture, set_up_shop
from home.tests.factories import (
    make_article,
    make_author,
    make_journal,
    make_landing_page,
    make_text_page,
    make_topic,
)
from products import stock
from products.models import Brand, MovementReason, Variant
from products.pricing import Price, set_price
from products.tests.factories import make_category, make_option, make_product, make_variant
from tests.live_pages.changes import change, republish
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db


class Shop:
    """What the cases look at and change, by name; `story` holds the block of a case."""

    def __init__(self, **things: Any) -> None:
        self.things = things

    def __getattr__(self, name: str) -> Any:
        return self.things[name]


@pytest.fixture(scope="module")
def stocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Made once; what a case changes is rolled back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _stock_a_shop()
        transaction.set_rollback(True)


@pytest.fixture
def shop(stocked: dict[str, Any], db: None) -> Shop:
    return Shop(**{name: _anew(thing) for name, thing in stocked.items()})


def _anew(thing: Any) -> Any:
    if isinstance(thing, list):
        return [_anew(one) for one in thing]
    return type(thing)._default_manager.get(pk=thing.pk)


def _stock_a_shop() -> dict[str, Any]:
    prints = make_category("Prints", introduction="On paper.")
    framed = make_category("Framed", parent=prints)
    small, large = size = make_option("Size", "Small", "Large")
    maker = Brand.objects.create(name="Old Maker")
    two = [make_variant("FLOW-S", "24.00", small), make_variant("FLOW-L", "48.00")]
    flow = make_product("Flow", category=framed, brand=maker, variants=two)
    one = [make_variant("EBB", "30.00", large)]
    author, topic = make_author("Ida Fenn"), make_topic("Tides")
    journal = make_journal(show_in_menus=True)
    set_up_shop(name="Bower", strapline="Arranged")
    sizes = ContentFile(b"%PDF", "sizes.pdf")
    return {
        "prints": prints,
        "framed": framed,
        "flow": flow,
        "ebb": make_product("Ebb", category=prints, variants=one),
        "size": size,
        "maker": maker,
        "author": author,
        "topic": topic,
        "article": make_article("On tides", author=author, topics=(topic,), introduction="First."),
        "journal": journal,
        "method": make_method(price="4.00"),
        "terms": make_text_page("Terms", introduction="The small print."),
        "draft": make_product("Swell", sku="SWELL", price="6.00", category=prints, live=False),
        "gone": make_product("Gone", sku="GONE", price="5.00", category=prints, on_hand=0),
        "picture": make_picture("Waves"),
        "document": get_document_model().objects.create(title="Sizes", file=sizes),
    }


def restrict(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def sell_out(*codes: str) -> bool:
    for code in codes:
        stock.count(code, 0, MovementReason.COUNTED)
    return True


def reprice(code: str, amount: str, was: str | None = None) -> None:
    boss = make_user("boss@example.com", is_superuser=True)
    variant = Variant.objects.get(sku_id=code)
    set_price(variant, Price(Decimal(amount), Decimal(was) if was else None), boss)


Change = Callable[[Shop], Any]
# Reader looks at · somebody changes · then it must be there · and this gone
CASES: dict[str, tuple[str, Change, str, str]] = {
    # --- a product and what is on its page
    "product: title": ("flow", lambda s: republish(s.flow, title="Rise"), "Rise", "Flow</h1>"),
    "product: price": ("flow", lambda s: reprice("FLOW-S", "21.50"), "£21.50", "£24.00"),
    "product: reduced": ("flow", lambda s: reprice("FLOW-S", "21.50", "24.00"), "Was", ""),
    "product: last units": (
        "flow",
        lambda s: stock.count("FLOW-S", 2, MovementReason.COUNTED),
        "Only 2 left",
        "",
    ),
    "product: sold out": ("ebb", lambda s: sell_out("EBB"), "Sold out", "In stock"),
    "product: back-order": (
        "ebb",
        lambda s: stock.edit("EBB", backorders_allowed=sell_out("EBB")),
        "Made to order",
        "",
    ),
    "product: retired": ("ebb", lambda s: stock.edit("EBB", retired=True), "Sold out", ""),
    "product: brand": ("flow", lambda s: change(s.maker, name="New Maker"), "New Maker", "Old"),
    "product: option value": ("flow", lambda s: change(s.size[0], name="Tiny"), "Tiny", "Small"),
    "product: option": (
        "ebb",
        lambda s: change(s.size[0].option, name="Format"),
        "<dt>Format",
        "<dt>Size",
    ),
    "product: delivery": (
        "ebb",
        lambda s: change(s.method.rates.get(), price=Decimal("7.77")),
        "£7.77",
        "£4.00",
    ),
    "product: no delivery": ("ebb", lambda s: s.method.delete(), "", "£4.00"),
    "product: a crumb": ("flow", lambda s: republish(s.prints, title="Sheets"), "Sheets", "Prints"),
    "product: a crumb's address": (
        "flow",
        lambda s: republish(s.terms, slug="terms-new", show_in_menus=True),
        "/terms-new/",
        "",
    ),
    "product: beside it, a new one": (
        "ebb",
        lambda s: make_product("Spray", category=s.prints),
        "Spray",
        "",
    ),
    "product: beside it, a price": ("ebb", lambda s: reprice("FLOW-S", "9.99"), "£9.99", "£24.00"),
    "product: beside it, sold out": (
        "ebb",
        lambda s: sell_out("FLOW-S", "FLOW-L"),
        "",
        "Flow",
    ),
    "product: beside it, unpublished": ("ebb", lambda s: s.flow.unpublish(), "", "Flow"),
    "product: beside it, private": ("ebb", lambda s: restrict(s.flow), "", "Flow"),
    # --- a category
    "category: introduction": (
        "prints",
        lambda s: republish(s.prints, introduction="On cloth."),
        "On cloth.",
        "On paper.",
    ),
    "category: card's title": ("prints", lambda s: republish(s.flow, title="Rise"), "Rise", "Flow"),
    "category: card's price": ("prints", lambda s: reprice("FLOW-S", "9.99"), "£9.99", "£24.00"),
    "category: card's state": ("prints", lambda s: sell_out("EBB"), "Sold out", ""),
    "category: a new product": ("prints", lambda s: make_product("Spray"), "Spray", ""),
    "category: below, a new product": (
        "prints",
        lambda s: make_product("Spray", category=s.framed),
        "Spray",
        "",
    ),
    "category: named by a product": (
        "framed",
        lambda s: republish(s.ebb, categories=[s.framed]),
        "Ebb",
        "",
    ),
    "category: unpublished product": ("prints", lambda s: s.flow.unpublish(), "", "Flow"),
    "category: deleted product": ("prints", lambda s: s.ebb.delete(), "", "Ebb"),
    "category: moved product": (
        "framed",
        lambda s: s.ebb.move(s.framed, pos="last-child"),
        "Ebb",
        "",
    ),
    "category: private product": ("prints", lambda s: restrict(s.flow), "", "Flow"),
    "category: facet": ("prints", lambda s: change(s.size[0], name="Tiny"), "", ""),
    "category: facet of stock": ("prints", lambda s: sell_out("EBB"), "In stock only", ""),
    "category: sub-category": (
        "prints",
        lambda s: republish(s.framed, title="On the wall"),
        "On the wall",
        "",
    ),
    "category: new sub-category": (
        "prints",
        lambda s: make_category("Posters", parent=s.prints),
        "Posters",
        "",
    ),
    "category: sub-category gone": ("prints", lambda s: s.framed.unpublish(), "", ">Framed<"),
    # --- the journal
    "article: title": ("article", lambda s: republish(s.article, title="On ebb"), "On ebb", ""),
    "article: author": ("article", lambda s: change(s.author, name="Ada Reed"), "Ada Reed", "Ida"),
    "article: topic": ("article", lambda s: change(s.topic, name="Moons"), "Moons", "Tides"),
    "article: more to read": ("article", lambda s: make_article("On sand"), "On sand", ""),
    "journal: new article": ("journal", lambda s: make_article("On sand"), "On sand", ""),
    "journal: teaser": (
        "journal",
        lambda s: republish(s.article, introduction="Second."),
        "Second.",
        "First.",
    ),
    "journal: author": ("journal", lambda s: change(s.author, name="Ada Reed"), "Ada Reed", "Ida"),
    "journal: topic": ("journal", lambda s: change(s.topic, name="Moons"), "Moons", "Tides"),
    "journal: gone": ("journal", lambda s: s.article.unpublish(), "Nothing to read", "On tides"),
    # --- texts and what is on every page
    "text: introduction": (
        "terms",
        lambda s: republish(s.terms, introduction="In large print."),
        "In large print.",
        "small print",
    ),
    "all: name of the shop": ("terms", lambda s: set_up_shop(name="Nest"), "Nest", "Bower"),
    "all: footer": (
        "terms",
        lambda s: SocialLink.objects.create(
            settings=ShopSettings.objects.get(), name="Mastodon", url="https://social.example/@b"
        ),
        "https://social.example/@b",
        "",
    ),
    "all: menu, new": ("terms", lambda s: make_category("Posters"), "Posters", ""),
    "all: menu, title": ("terms", lambda s: republish(s.prints, title="Sheets"), "Sheets", ""),
    "all: menu, address": ("terms", lambda s: republish(s.prints, slug="p"), "/p/", "/prints/"),
    "all: menu, gone": ("terms", lambda s: s.prints.unpublish(), "", "/prints/"),
    "all: menu, hidden": (
        "terms",
        lambda s: republish(s.prints, show_in_menus=False),
        "",
        "/prints/",
    ),
    "all: menu, private": ("terms", lambda s: restrict(s.prints), "", "/prints/"),
    "all: menu, order": ("terms", lambda s: s.journal.move(s.prints, pos="left"), "Prints", ""),
    "all: another front page": (
        "terms",
        lambda s: change(default_site(), site_name="Elsewhere"),
        "Terms",
        "",
    ),
}


# Block · its value · what somebody changes · what must be there · and what gone
BLOCKS: dict[str, tuple[Callable[[Shop], Any], Change, str, str]] = {
    "heading": (lambda s: "A heading", lambda s: republish_story(s, "Another"), "Another", "A h"),
    "text": (
        lambda s: f'<p><a linktype="page" id="{s.terms.pk}">terms</a></p>',
        lambda s: republish(s.terms, slug="small-print"),
        'href="/small-print/"',
        'href="/terms/"',
    ),
    "text: of a document": (
        lambda s: f'<p><a linktype="document" id="{s.document.pk}">size guide</a></p>',
        lambda s: s.document.delete(),
        "size guide",
        "/documents/",
    ),
    "quote": (
        lambda s: {"text": "He paints."},
        lambda s: republish_story(s, {"text": "He sings."}),
        "He sings.",
        "He paints.",
    ),
    "faq": (
        lambda s: {
            "questions": [
                {
                    "question": "Where?",
                    "answer": f'<p><a linktype="page" id="{s.terms.pk}">here</a></p>',
                }
            ]
        },
        lambda s: republish(s.terms, slug="small-print"),
        'href="/small-print/"',
        'href="/terms/"',
    ),
    "picture": (
        lambda s: {"picture": {"image": s.picture.pk, "decorative": False, "alt_text": ""}},
        lambda s: s.picture.delete(),
        "",
        "<picture",
    ),
    "gallery": (
        lambda s: {"pictures": [{"picture": {"image": s.picture.pk, "decorative": True}}]},
        lambda s: s.picture.delete(),
        "",
        "<picture",
    ),
    "call_to_action": (
        lambda s: {"heading": "Go on", "link": {"page": s.terms.pk}},
        lambda s: republish(s.terms, title="Small print"),
        "Small print",
        "Terms",
    ),
    "hero": (
        lambda s: {"heading": "Big", "link": {"page": s.terms.pk, "text": "Go on"}},
        lambda s: s.terms.unpublish(),
        "Big",
        "Go on",
    ),
    "mention": (lambda s: s.flow.pk, lambda s: reprice("FLOW-S", "9.99"), "£9.99", "£24.00"),
    "mention: not published yet": (
        lambda s: s.draft.pk,
        lambda s: s.draft.save_revision().publish(),
        "Swell",
        "",
    ),
    "product": (
        lambda s: {"product": s.flow.pk},
        lambda s: change(s.maker, name="New Maker"),
        "New Maker",
        "Old Maker",
    ),
    "product: of one variant": (
        lambda s: {"product": s.ebb.pk},
        lambda s: sell_out("EBB"),
        "Sold out",
        "Add to basket",
    ),
    "products": (
        lambda s: {"products": [s.flow.pk, s.ebb.pk]},
        lambda s: s.ebb.unpublish(),
        "Flow",
        "Ebb",
    ),
    "products: comes back": (
        lambda s: {"products": [s.flow.pk, s.draft.pk]},
        lambda s: s.draft.save_revision().publish(),
        "Swell",
        "",
    ),
    "newest": (lambda s: {"how_many": 4}, lambda s: make_product("Spray"), "Spray", ""),
    "newest: of a category": (
        lambda s: {"how_many": 4, "category": s.framed.pk},
        lambda s: make_product("Spray", category=s.framed),
        "Spray",
        "",
    ),
    "newest: pushed out": (
        lambda s: {"how_many": 1},
        lambda s: make_product("Spray"),
        "Spray",
        "Ebb",
    ),
    "newest: sold out": (lambda s: {"how_many": 4}, lambda s: sell_out("EBB"), "Flow", "Ebb"),
    "newest: there again": (
        lambda s: {"how_many": 4},
        lambda s: stock.count("GONE", 5, MovementReason.RECEIVED),
        "Gone",
        "",
    ),
    "sale": (
        lambda s: {"how_many": 4},
        lambda s: reprice("EBB", "9.99", "30.00"),
        "£9.99",
        "",
    ),
    "articles": (lambda s: {"how_many": 3}, lambda s: make_article("On sand"), "On sand", ""),
    "articles: chosen": (
        lambda s: {"how_many": 3, "articles": [s.article.pk]},
        lambda s: republish(s.article, introduction="Second."),
        "Second.",
        "First.",
    ),
    "articles: date": (
        lambda s: {"how_many": 1},
        lambda s: republish(s.article, date=date(2031, 1, 1)),
        "2031",
        "",
    ),
}


@pytest.fixture
def on_page(shop: Shop, committed: Commit) -> Callable[[str, Any], str]:
    """The address of a page that holds just this block."""

    def put(block: str, value: Any) -> str:
        with committed():
            page = make_landing_page("Story")
            republish(page, body=json.dumps([{"type": block, "value": value}]))
        shop.things["story"] = page
        return str(page.url)

    return put


def republish_story(shop: Shop, value: Any) -> None:
    kind = shop.story.specific_class.objects.get(pk=shop.story.pk).body[0].block_type
    republish(shop.story, body=json.dumps([{"type": kind, "value": value}]))


@pytest.mark.parametrize("case", BLOCKS)
def test_block__is_as_fresh_as_what_it_shows(
    shop: Shop,
    reader: Reader,
    committed: Commit,
    on_page: Callable[[str, Any], str],
    case: str,
) -> None:
    value, change, there, gone = BLOCKS[case]
    address = on_page(case.partition(":")[0], value(shop))
    before = reader.see(address)
    assert reader.was == "miss"
    assert reader.finds(address) == "hit"
    assert gone in _of(before)
    with committed():
        change(shop)
    after = reader.see(address)
    assert reader.was == "miss"
    assert there in _of(after)
    assert not gone or gone not in _of(after)
    assert after == _rendered(address)


def test_every_block_and_page_type__has_its_case() -> None:
    """A new one must say what it shows; a page with it would not be kept, or shown stale."""
    offered = {
        name
        for model in get_page_models()
        for stream in model._meta.get_fields()
        if isinstance(stream, StreamField)
        for name in stream.stream_block.child_blocks
    }
    assert offered == {case.partition(":")[0] for case in BLOCKS}
    types = {"product", "category", "article", "journal", "text"}  # home, landing: by the blocks
    assert types == {case.partition(":")[0] for case in CASES} - {"all"}
    known = {model.__name__ for model in get_page_models()} - {"Page"}
    assert known == {
        "ArticleIndexPage",
        "ArticlePage",
        "CategoryPage",
        "HomePage",
        "LandingPage",
        "ProductPage",
        "TextPage",
    }


BESIDE = {"alone", "apart", "at the end"}  # a product, its category, and what it hangs beside
# What somebody does · the addresses of the shop that are rendered anew; all others stay as they are
EXACTLY: dict[str, tuple[Change, set[str]]] = {
    "a draft": (lambda s: s.flow.save_revision(), set()),
    "a sale out of plenty": (
        lambda s: stock.move("FLOW-S", -1, MovementReason.DAMAGED),
        set(),
    ),
    "a story": (lambda s: republish(s.alone, body=text("New words.")), BESIDE),
    "a price": (lambda s: reprice("ALONE", "9.99"), BESIDE),
    "one of the last units": (
        lambda s: stock.count("ALONE", 2, MovementReason.COUNTED),
        BESIDE,
    ),
    "a text page": (lambda s: republish(s.terms, introduction="New."), {"terms"}),
    "an article": (lambda s: republish(s.article, introduction="New."), {"article", "journal"}),
    "a category's introduction": (lambda s: republish(s.apart, introduction="New."), {"apart"}),
    "a category's title": (
        lambda s: republish(s.apart, title="Quite apart"),
        BESIDE,
    ),
}


def text(words: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{words}</p>"}])


@pytest.mark.parametrize("case", EXACTLY)
def test_change__renders_exactly_the_pages_that_show_it(
    shop: Shop, reader: Reader, committed: Commit, case: str
) -> None:
    change, anew = EXACTLY[case]
    with committed():
        apart = make_category("Apart")
        republish(apart, show_in_menus=False)
        alone = make_product("Alone", sku="ALONE", category=apart)
        sell_out("ALONE")
        end = make_product("At the end", category=apart)
        stock.count("ALONE", 10, MovementReason.RECEIVED)
        many = [make_product(category=shop.prints) for _ in range(2)]
    shop.things |= {"apart": apart, "alone": alone, "at the end": end, "other": many[0]}
    looked_at = {
        name: page.url for name, page in shop.things.items() if isinstance(page, Page) and page.live
    }
    for address in looked_at.values():
        reader.get(address)
    assert {reader.finds(address) for address in looked_at.values()} == {"hit"}
    with committed():
        change(shop)
    found = {name: reader.finds(address) for name, address in looked_at.items()}
    assert {name for name, was in found.items() if was == "miss"} == anew


@pytest.mark.parametrize("case", CASES)
def test_change__is_seen_at_the_next_look(
    shop: Shop, reader: Reader, committed: Commit, case: str
) -> None:
    looked_at, change, there, gone = CASES[case]
    address = shop.things[looked_at].url
    before = reader.see(address)
    assert reader.finds(address) == "hit"
    if gone:
        assert gone in before
    with committed():
        change(shop)
    after = reader.see(address)
    assert reader.was == "miss"
    assert there in after
    assert not gone or gone not in after
    assert after == _rendered(address)


def _of(body: str) -> str:
    """Without what is on every page."""
    return body.partition("<main")[2].partition("</main>")[0]


def _rendered(address: str) -> str:
    """As the page comes to somebody with a message waiting: not from the page cache."""
    visitor = Reader()
    visitor.client.cookies["messages"] = "none"
    body = visitor.see(address)
    assert visitor.was == "bypass: messages"
    return body
