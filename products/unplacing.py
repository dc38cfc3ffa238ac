"""When the places of a product may no longer be right: the database notes it by itself.

Triggers, because places hang on tables that many write, in many ways: Wagtail moves whole trees
by one UPDATE, stock changes without a page being saved, and an import may write rows in bulk. A
note stands in the transaction of the change, so none is ever lost; and since notes are only ever
added, nobody waits for anybody.
"""

from __future__ import annotations

from products.guards import Guard
from products.models import ProductPage, Sku, Unplaced, Variant

_PAGE = "wagtailcore_page"
_PRODUCT = ProductPage._meta.db_table
_NAMED = ProductPage.categories.through._meta.db_table
_VARIANT = Variant._meta.db_table
_SKU = Sku._meta.db_table
_NOTE = f"INSERT INTO {Unplaced._meta.db_table} (page_id)"

# The same rule as `Sku.availability.can_be_bought`; a test holds one against the other.
_CAN_BE_BOUGHT = (
    "({row}.retired = FALSE AND ({row}.backorders_allowed OR {row}.on_hand > {row}.reserved))"
)
_PLACED_BY = ["live", "title", "path", "first_published_at"]
_RELATED_BY = ["locale_id", "translation_key", "alias_of_id"]
_SOLD_BY = [
    "page_id",
    "sku_id",
    "price",
    "compare_at",
    "option_1_id",
    "option_2_id",
    "option_3_id",
]


_IT_OR_WHAT_NAMES_IT = (
    f"SELECT page_ptr_id FROM {_PRODUCT} WHERE page_ptr_id = NEW.id "  # noqa: S608
    f"UNION SELECT productpage_id FROM {_NAMED} WHERE categorypage_id = NEW.id"
)
_ITS_TRANSLATIONS = f"SELECT id FROM {_PAGE} WHERE translation_key = OLD.translation_key"  # noqa: S608
_ITS_SELLERS = f"SELECT page_id FROM {_VARIANT} WHERE sku_id = NEW.code"  # noqa: S608


def _change_of(columns: list[str]) -> str:
    changes = (f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return f"({' OR '.join(changes)})"


def _comes_and_goes(table: str, page: str) -> list[Guard]:
    return [
        Guard(f"{table}_comes", table, "AFTER INSERT", then=f"{_NOTE} VALUES (NEW.{page})"),
        Guard(f"{table}_goes", table, "AFTER DELETE", then=f"{_NOTE} VALUES (OLD.{page})"),
    ]


GUARDS = [
    *_comes_and_goes(_PRODUCT, "page_ptr_id"),
    *_comes_and_goes(_NAMED, "productpage_id"),
    *_comes_and_goes(_VARIANT, "page_id"),
    Guard(
        f"{_PRODUCT}_rebranded",
        _PRODUCT,
        "AFTER UPDATE OF brand_id",
        condition=_change_of(["brand_id"]),
        then=f"{_NOTE} VALUES (NEW.page_ptr_id)",
    ),
    Guard(
        f"{_VARIANT}_changes",
        _VARIANT,
        "AFTER UPDATE",
        condition=_change_of(_SOLD_BY),
        then=f"{_NOTE} VALUES (OLD.page_id), (NEW.page_id)",
    ),
    Guard(
        "page_unplaced_by_change",
        _PAGE,
        "AFTER UPDATE",  # without columns: Wagtail may want to change them one day
        condition=_change_of([*_PLACED_BY, *_RELATED_BY]),
        then=f"{_NOTE} {_IT_OR_WHAT_NAMES_IT}",
    ),
    Guard(
        "page_unplaced_by_deletion",
        _PAGE,
        "AFTER DELETE",
        then=f"{_NOTE} {_ITS_TRANSLATIONS}",  # which may have shown its variants
    ),
    Guard(
        "sku_unplaces",
        _SKU,
        "AFTER UPDATE",
        condition=f"{_CAN_BE_BOUGHT.format(row='OLD')} <> {_CAN_BE_BOUGHT.format(row='NEW')}",
        then=f"{_NOTE} {_ITS_SELLERS}",
    ),
]
