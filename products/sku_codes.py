"""SKU codes: who may use one, and how one is made where the editor gives none."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from products.fields import SKU_MAX_LENGTH


def refuse_taken_sku(code: str, page_id: int | None) -> None:
    """Raises ValidationError where another page sells `code`, or the SKU is retired.

    A validation and not a constraint: revisions, copies and translations repeat codes.
    """
    variant_model = apps.get_model("products", "Variant")
    sku_model = apps.get_model("products", "Sku")
    other = variant_model.objects.filter(sku_id=code).exclude(page_id=page_id).first()
    if other is not None:
        message = _("“%(title)s” has this SKU already. A SKU belongs to one product.")
        raise ValidationError(message % {"title": other.page.title}, code="taken")
    if sku_model.objects.filter(code=code, retired=True).exists():
        raise ValidationError(_("This SKU is retired. Give the variant a new one."), code="retired")


def make_sku_code(words: Iterable[str], taken: Iterable[str | None] = ()) -> str:
    """ "SATIN-FLOW-A3" from the title and the options; numbered where that is taken."""
    stem = "-".join(slugify(word) for word in words).upper().strip("-") or "SKU"
    stem = stem[: SKU_MAX_LENGTH - 5].strip("-")
    code, number = stem, 1
    while code in taken or _is_known(code):
        number += 1
        code = f"{stem}-{number}"
    return code


def _is_known(code: str) -> bool:
    """In stock, or typed into a page that is not published yet."""
    return (
        apps.get_model("products", "Sku").objects.filter(code=code).exists()
        or apps.get_model("products", "Variant").objects.filter(sku_id=code).exists()
    )
