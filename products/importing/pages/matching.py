"""Which page a product of the file is: the one it became before, else the one with its SKU."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from products.importing.exporting import exported
from products.importing.pages.checking import Skipped
from products.importing.records import ProductRecord
from products.models import ImportedProduct, ImportFormat, ProductPage, Sku, Variant

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Match:
    """`memory` is of an earlier import of the same format. Neither: the product is new here."""

    memory: ImportedProduct | None
    page: ProductPage | None


class Matcher:
    """Remembers what this file has claimed, so that two of its products never become one page."""

    def __init__(self, kind: str, *, recreate: bool = False) -> None:
        self.kind, self.recreate = kind, recreate
        self._keys: set[str] = set()
        self._claims: dict[str, str] = {}

    def remember(self, record: ProductRecord) -> None:
        """To be called for each product that comes in, also where a broken-off run goes on."""
        self._keys.add(record.key)
        for variant in record.variants:
            if variant.sku:
                self._claims.setdefault(variant.sku, record.key)

    def find(self, record: ProductRecord) -> Match:
        """Raises Skipped where the SKUs are another product's, or the page was deleted here."""
        codes = [variant.sku for variant in record.variants if variant.sku]
        self._refuse_claimed(record, codes)
        memory = ImportedProduct.objects.filter(format=self.kind, key=record.key).first()
        if memory and not memory.page_id and not self.recreate:
            raise Skipped(_("It came in before and was deleted here."))
        page_id = memory.page_id if memory else self._own(record.key)
        sellers = set(Variant.objects.filter(sku_id__in=codes).values_list("page_id", flat=True))
        if memory is None and page_id is None and len(sellers) == 1:
            page_id = sellers.pop()
            memory = self._under_another_key(page_id)
        _refuse_sold_elsewhere(codes, page_id)
        _refuse_retired(codes, page_id)
        return Match(memory, ProductPage.objects.filter(pk=page_id).first() if page_id else None)

    def _own(self, key: str) -> int | None:
        """In a file that this shop has written, products are named by what never changes."""
        if self.kind != ImportFormat.BOWERBIRD or not _UUID.fullmatch(key):
            return None
        return exported().filter(translation_key=key).values_list("pk", flat=True).first()

    def _under_another_key(self, page_id: int) -> ImportedProduct | None:
        """The other shop has given the product another name since, unless this file has both."""
        memory = ImportedProduct.objects.filter(format=self.kind, page_id=page_id).first()
        if memory and memory.key in self._keys:
            page = ProductPage.objects.get(pk=page_id)
            raise Skipped(_("“%(title)s” has its SKU.") % {"title": page.title})
        return memory

    def _refuse_claimed(self, record: ProductRecord, codes: Iterable[str]) -> None:
        if record.key in self._keys:
            raise Skipped(_("The file has this product twice."))
        for code in codes:
            if self._claims.get(code, record.key) != record.key:
                raise Skipped(
                    _("The SKU %(sku)s belongs to another product of the file.") % {"sku": code}
                )


def _refuse_sold_elsewhere(codes: Iterable[str], page_id: int | None) -> None:
    other = Variant.objects.filter(sku_id__in=codes).exclude(page_id=page_id)
    taken = other.select_related("page").first()
    if taken:
        raise Skipped(
            _("“%(title)s” has the SKU %(sku)s. A SKU belongs to one product.")
            % {"title": taken.page.title, "sku": taken.sku_id}
        )


def _refuse_retired(codes: Iterable[str], page_id: int | None) -> None:
    own = Variant.objects.filter(page_id=page_id).values("sku_id")
    retired = Sku.objects.filter(code__in=codes, retired=True).exclude(code__in=own).first()
    if retired:
        raise Skipped(_("The SKU %(sku)s is retired.") % {"sku": retired.code})
