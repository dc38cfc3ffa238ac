from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet

from content.locales import active_locale

if TYPE_CHECKING:
    from wagtail.models import Page


def _in_stock() -> Q:
    return Q(sku__backorders_allowed=True) | Q(sku__on_hand__gt=F("sku__reserved"))


def _restrictions_above(path: str) -> models.QuerySet[PageViewRestriction]:
    """Those on a product's page or above it; `path` is where the outer query has its path."""
    own_path = ExpressionWrapper(OuterRef(path), output_field=CharField())
    return PageViewRestriction.objects.annotate(product_path=own_path).filter(
        product_path__startswith=F("page__path")
    )


class VariantQuerySet(models.QuerySet):
    """`sellable` is the one answer to "what may be sold": basket, checkout and pages all ask it."""

    def sellable(self, now: datetime | None = None) -> VariantQuerySet:
        """Of a page that is live, public, not expired, and its own; the SKU not retired.

        Sold-out variants are included: they may be sold again, and the shopper is told.
        """
        now = now or timezone.now()
        not_yet_expired = Q(page__expire_at__isnull=True) | Q(page__expire_at__gt=now)
        return self.filter(
            ~Exists(_restrictions_above("page__path")),
            not_yet_expired,
            page__live=True,
            page__expired=False,
            page__alias_of__isnull=True,
            sku__retired=False,
        )

    def in_stock(self) -> VariantQuerySet:
        return self.filter(_in_stock())

    def with_details(self) -> VariantQuerySet:
        return self.select_related(
            "sku", "option_1__option", "option_2__option", "option_3__option", "picture"
        )


class ProductQuerySet(PageQuerySet):
    def in_active_locale(self) -> ProductQuerySet:
        return self.filter(locale=active_locale())

    def open_to_all(self) -> ProductQuerySet:
        """`public`, without a look-up of the restrictions first; Wagtail's search needs that."""
        return self.filter(~Exists(_restrictions_above("path")))

    def in_category(self, category: Page) -> ProductQuerySet:
        """Those that stand in the category or below it, or name one of these as a category."""
        return self.below(category.path)

    def below(self, path: str) -> ProductQuerySet:
        """The same for the path of a category in the tree of pages."""
        named = self.model.categories.through.objects.filter(
            productpage=OuterRef("pk"), categorypage__path__startswith=path
        )
        return self.filter(Q(path__startswith=path) | Exists(named))

    def on_the_shelf(self) -> ProductQuerySet:
        """Newest first."""
        return self.order_by("-first_published_at", "-pk")
