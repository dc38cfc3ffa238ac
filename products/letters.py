"""The e-mails about what is sold out and back: their standard words, and what is filled in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from content.letters import Contents, Letter, get
from products.models.variants import Variant

_PLACEHOLDERS = {"product": _("what they want to hear of")}


def letter_of(alert: Any) -> Letter:
    return get("stock-back" if alert.confirmed_at else "stock-confirm")


def contents_of(alert: Any, key: str) -> Contents:
    """Of a StockAlert, or of a sample that looks like one. Values in the active language."""
    product_url = f"{alert.page.full_url}?sku={alert.sku.code}"
    manage_url = settings.BASE_URL + reverse("products:alert", args=[key])
    what = "stock_back" if alert.confirmed_at else "stock_confirm"
    return Contents(
        template=f"products/emails/{what}",
        values={"product": _name(alert)},
        context={"product_url": product_url, "manage_url": manage_url},
    )


def _name(alert: Any) -> str:
    variant = Variant.objects.with_details().filter(sku_id=alert.sku.code).first()
    options = variant.options_label if variant else ""
    return f"{alert.page.title} ({options})" if options else alert.page.title


def _sample(*, confirmed: bool) -> Contents:
    page = SimpleNamespace(title=gettext("A product of yours"), full_url=settings.BASE_URL + "/")
    alert = SimpleNamespace(page=page, sku=SimpleNamespace(code="-"), confirmed_at=confirmed)
    return contents_of(alert, "sample")


LETTERS = (
    Letter(
        name="stock-confirm",
        label=_("Back in stock: asked whether they meant it"),
        subject=_("Shall we tell you when “{product}” is back? · {shop}"),
        heading=_("Shall we tell you when it is back?"),
        opening=_(
            "Somebody, we hope you, left this address to hear when “{product}” is in stock again. "
            "Please say that it was you: then we write once, and delete the address."
        ),
        closing=_("If it was not you, do nothing. We forget the address in three days."),
        own_placeholders=_PLACEHOLDERS,
        sample=lambda: _sample(confirmed=False),
    ),
    Letter(
        name="stock-back",
        label=_("Back in stock"),
        subject=_("“{product}” is back · {shop}"),
        heading=_("It is back"),
        opening=_(
            "You wanted to hear when “{product}” is in stock again. It is, though we cannot say "
            "for how long: others were told too."
        ),
        closing=_("This was the only e-mail. Your address is deleted from the list."),
        own_placeholders=_PLACEHOLDERS,
        sample=lambda: _sample(confirmed=True),
    ),
)
