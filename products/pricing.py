"""Changing a price outside of the page editor, without touching anything else of the page.

A price is page content, so it changes by publishing: the live page gets a new published revision
that differs in this price only. A draft that waits on the page stays on top, as a newer revision,
and takes the new price over where its author had not changed it: publishing it later brings no
old price back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from products.models import ProductPage, Variant
from products.money import round_money, shop_currency


class PriceRefused(Exception):
    """The price stays as it was. The message is for the person who wanted to change it."""


@dataclass(frozen=True)
class Price:
    amount: Decimal
    compare_at: Decimal | None = None

    def check(self) -> None:
        """Raises PriceRefused. Not on creation: what a draft holds need not make sense yet."""
        for value in (self.amount, self.compare_at):
            if value is not None and value != round_money(value, shop_currency()):
                raise PriceRefused(_("The currency has no such fraction."))
        if self.amount < 0:
            raise PriceRefused(_("A price cannot be negative. Enter 0 or more."))
        if self.compare_at is not None and self.compare_at <= self.amount:
            raise PriceRefused(_("The compare-at price must be above the price, or empty."))


def set_price(variant: Variant, price: Price, user: Any, *, seen: Price | None = None) -> None:
    """Give the variant its price, live where its page is live. Raises PriceRefused.

    `seen` is what the person had before their eyes: if it is no longer so, somebody else was
    quicker, and nothing is changed.
    """
    price.check()
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=variant.page_id)
        page = ProductPage.objects.get(pk=variant.page_id)
        current = page.variants.filter(pk=variant.pk).first()
        if current is None:
            raise PriceRefused(_("This variant is gone: the page was changed meanwhile."))
        old = Price(current.price, current.compare_at)
        if seen is not None and seen != old:
            raise PriceRefused(_("Somebody else has changed this price meanwhile. Look again."))
        _check_permission(page, user)
        if price != old:
            _write(page, current, old, price, user)


def _check_permission(page: ProductPage, user: Any) -> None:
    may = page.permissions_for_user(user)
    if not may.can_edit() or (page.live and not may.can_publish()):
        raise PriceRefused(_("You may not change this page."))
    if page.current_workflow_state:
        raise PriceRefused(_("The page is in review. Change the price there."))
    if page.get_lock():
        raise PriceRefused(_("The page is locked or scheduled. Change the price there."))


def _write(page: ProductPage, variant: Variant, old: Price, new: Price, user: Any) -> None:
    waits = page.has_unpublished_changes and page.latest_revision is not None
    draft = page.latest_revision.as_object() if waits else None
    if page.live:
        _change(page, variant.sku_id, lambda row: _set(row, new))
        if page.go_live_at and page.go_live_at > timezone.now():
            page.go_live_at = None
        revision = page.save_revision(user=user, clean=False, log_action=True)
        revision.publish(user=user, skip_permission_checks=True)
    else:
        Variant.objects.filter(pk=variant.pk).update(price=new.amount, compare_at=new.compare_at)
        draft = draft or ProductPage.objects.get(pk=page.pk)
    if draft is not None:
        _change(draft, variant.sku_id, lambda row: _take_over(row, old, new))
        draft.save_revision(user=user, clean=False, log_action=True)


def _change(page: ProductPage, code: str | None, change: Callable[[Variant], None]) -> None:
    """Found by its SKU: rows of a draft need not have the primary keys of the live ones."""
    rows = list(page.variants.all())
    for row in rows:
        if row.sku_id == code:
            change(row)
    page.variants = rows


def _set(row: Variant, price: Price) -> None:
    row.price, row.compare_at = price.amount, price.compare_at


def _take_over(row: Variant, old: Price, new: Price) -> None:
    """What the draft's author left alone follows the live page; what they changed stays theirs."""
    if row.price == old.amount:
        row.price = new.amount
    if row.compare_at == old.compare_at:
        row.compare_at = new.compare_at
