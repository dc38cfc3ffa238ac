"""WooCommerce's product export: a row a product, and a row a variation that names its parent."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from products.importing.files import texts
from products.importing.files.drafting import (
    BRAND_LENGTH,
    SUMMARY_LENGTH,
    THE_BRAND,
    TITLE_LENGTH,
    Draft,
    Refusal,
    slug_of,
)
from products.importing.files.figures import Numbers
from products.importing.files.formats import Layout
from products.importing.files.richtext import clean_wordpress, facts
from products.importing.files.tables import Row
from products.importing.files.woocommerce_attributes import attributes_of, facts_of
from products.importing.files.woocommerce_variations import (
    NOT_POSTED,
    Made,
    is_switched_on,
    kinds_of,
    pictures_of,
    simple,
    variations,
)
from products.importing.records import PictureRecord, ProductRecord, Rejected

_NO_CATEGORY = frozenset(["uncategorized", "uncategorised", "unkategorisiert"])
_TAX_CLASSES = {"reduced-rate": "reduced", "zero-rate": "zero", "parent": ""}


@dataclass
class Family:
    """A product's row and those of its variations. Without a parent, variations nobody claims."""

    parent: Row | None
    variations: list[Row] = field(default_factory=list)

    @property
    def rows(self) -> tuple[int, ...]:
        parents = [self.parent] if self.parent else []
        return tuple(sorted(row.number for row in [*parents, *self.variations]))

    @property
    def name(self) -> str:
        row = self.parent or self.variations[0]
        return texts.plain(row["name"]) or _key(row)


def read(rows: Sequence[Row], layout: Layout, currency: str) -> Iterator[ProductRecord | Rejected]:
    numbers = Numbers.of(
        (row[name] for row in rows for name in ("regular_price", "sale_price")), currency
    )
    for family in _families(rows):
        try:
            yield _product(family, layout, Draft(currency, numbers))
        except Refusal as refusal:
            yield Rejected(family.rows, family.name, str(refusal))


def _families(rows: Sequence[Row]) -> list[Family]:
    """In the order of the products; a variation may stand before its parent."""
    families = [Family(row) for row in rows if not _is_variation(row)]
    known: dict[str, Family] = {}
    for family in families:
        for name in _names(family.parent):
            known.setdefault(name, family)
    lost: dict[str, Family] = {}
    for row in rows:
        if _is_variation(row):
            name = row["parent"].casefold()
            family = known.get(name) or lost.setdefault(name, Family(None))
            family.variations.append(row)
    return families + list(lost.values())


def _is_variation(row: Row) -> bool:
    kinds = kinds_of(row)
    return "variation" in kinds or (not kinds and bool(row["parent"]))


def _names(row: Row | None) -> list[str]:
    """What a variation may call its parent."""
    if row is None:
        return []
    names = [row["sku"], f"id:{row['id']}" if row["id"] else ""]
    return [name.casefold() for name in names if name]


def _key(row: Row) -> str:
    return row["sku"] or (f"id:{row['id']}" if row["id"] else slug_of(texts.plain(row["name"])))


def _product(family: Family, layout: Layout, draft: Draft) -> ProductRecord:
    row = family.parent
    if row is None:
        parent = family.variations[0]["parent"]
        if not parent:
            raise Refusal(_("The variation names no parent."))
        raise Refusal(_("Its parent %(parent)s is not in the file.") % {"parent": parent})
    _refuse_what_is_not_posted(family, row)
    title = draft.title(row.number, row["name"])
    made = _made(family, row, layout, draft)
    variants = draft.variants(made.variants)
    summary, body = _words(row, layout, made, draft)
    _note_what_differs(family, row, draft)
    return ProductRecord(
        key=_key(row),
        rows=family.rows,
        title=title,
        variants=variants,
        summary=summary,
        body=body,
        brand=draft.cut(row.number, _first_of(row["brands"]), BRAND_LENGTH, THE_BRAND),
        tags=draft.tags(row.number, map(html.unescape, texts.split_list(row["tags"]))),
        categories=_categories(row["categories"]),
        tax_class=_tax_class(row["tax_class"]),
        published=is_switched_on(row) and row["visibility"] != "hidden",
        pictures=tuple(PictureRecord(source) for source in dict.fromkeys(pictures_of(row))),
        notes=draft.told(),
    )


def _refuse_what_is_not_posted(family: Family, row: Row) -> None:
    kinds = kinds_of(row) or ["variable" if family.variations else "simple"]
    if "grouped" in kinds:
        raise Refusal(_("It groups other products; put them on a page together instead."))
    if "external" in kinds:
        raise Refusal(_("It is sold on another site; link to it from a page instead."))
    if NOT_POSTED & set(kinds):
        raise Refusal(_("It is downloaded or a service; this shop posts parcels."))
    other = set(kinds) - {"simple", "variable"}
    if other:
        message = _("Its type “%(kind)s” comes from an extension that this shop does not have.")
        raise Refusal(message % {"kind": ", ".join(sorted(other))})


def _made(family: Family, row: Row, layout: Layout, draft: Draft) -> Made:
    """A product that was variable once may still have variations: it is what its type says."""
    kinds = kinds_of(row)
    if family.variations and "simple" not in kinds:
        return variations(row, family.variations, layout, draft)
    if "variable" in kinds:
        raise Refusal(_("It is a variable product without variations."))
    for left in family.variations:
        message = _("Its parent is a simple product, so the variation was left out.")
        draft.note(left.number, message)
    return simple(row, layout, draft)


def _words(row: Row, layout: Layout, made: Made, draft: Draft) -> tuple[str, str]:
    """Summary and body. A summary too long for us stands in full at the head of the body."""
    short, long = clean_wordpress(row["summary"]), clean_wordpress(row["body"])
    draft.note_all(row.number, dict.fromkeys([*short.left_out, *long.left_out]))
    whole = texts.plain(short.body)
    summary = texts.cut(whole, SUMMARY_LENGTH)
    body = long.body
    if summary != whole:
        message = _(
            "The short description is longer than %(length)d characters: all of it heads "
            "the description."
        )
        draft.note(row.number, message % {"length": SUMMARY_LENGTH})
        body = short.body + body
    return summary, body + facts(facts_of(attributes_of(row, layout), made.options))


def _categories(cell: str) -> tuple[tuple[str, ...], ...]:
    paths = [
        tuple(html.unescape(name) for name in texts.split_path(path))
        for path in texts.split_list(cell)
    ]
    known = [path for path in paths if path and path[0].casefold() not in _NO_CATEGORY]
    short = (tuple(texts.cut(part, TITLE_LENGTH) for part in path) for path in known)
    return tuple(dict.fromkeys(short))


def _tax_class(cell: str) -> str:
    slug = slug_of(cell)
    return _TAX_CLASSES.get(slug, slug)


def _first_of(cell: str) -> str:
    return html.unescape(next(iter(texts.split_list(cell)), ""))


def _note_what_differs(family: Family, row: Row, draft: Draft) -> None:
    if row["visibility"] == "hidden":
        draft.note(row.number, _("It is hidden from the catalogue there; not published here."))
    if row["tax_status"] in ("none", "shipping"):
        draft.note(row.number, _("It is not taxed there; choose its tax class here."))
    if any(own["body"] for own in family.variations):
        draft.note(row.number, _("Its variations have descriptions of their own: left out."))
    if any(own["tax_class"] not in ("", "parent", row["tax_class"]) for own in family.variations):
        draft.note(row.number, _("Its variations have tax classes of their own: left out."))
