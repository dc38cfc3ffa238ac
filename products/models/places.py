"""Where products stand, ready to be read in order. Derived: `products.places` keeps it right.

Nothing here is written by hand and nothing refers to it; all of it can be made anew.
"""

from __future__ import annotations

from django.db import models
from wagtail.models import Locale

from products.fields import MoneyField
from products.models.pages import CategoryPage, ProductPage
from products.models.vocabulary import Brand


class Assortment(models.Model):
    """What a product can be had in: the same for all that come in the same choices and stock.

    `kinds` is `products.assortments.written` of them. Rows are added and never changed.
    """

    digest = models.CharField(max_length=32, unique=True)
    kinds = models.TextField()

    def __str__(self) -> str:
        return self.kinds or "-"


class Place(models.Model):
    """A published product in one of the categories that list it: its own, those above, and those
    that it names with those above them.

    Keys without constraints: what points to a page that is gone is cleared away by the next
    reader, and a page is deleted without waiting for anybody.
    """

    page = models.ForeignKey(
        ProductPage, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    category = models.ForeignKey(
        CategoryPage,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    assortment = models.ForeignKey(
        Assortment,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    brand = models.ForeignKey(
        Brand,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    published = models.DateTimeField()
    price = MoneyField()  # as the card says it
    buyable = models.BooleanField(default=False)  # anything of it
    reduced = models.BooleanField(default=False)  # anything of it that can be bought
    name = models.CharField(max_length=255)  # as titles are compared

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "page"], name="place_once_a_category")
        ]
        indexes = [
            models.Index(fields=["category", "published", "page"], name="place_by_published"),
            models.Index(fields=["category", "price", "page"], name="place_by_price"),
            models.Index(fields=["category", "name", "page"], name="place_by_name"),
            models.Index(fields=["category", "assortment", "brand"], name="place_by_kind"),
            models.Index(
                fields=["category", "published", "page"],
                name="place_by_news",
                condition=models.Q(buyable=True),
            ),
            models.Index(
                fields=["category", "published", "page"],
                name="place_by_reduction",
                condition=models.Q(reduced=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} in {self.category_id}"


class Opening(models.Model):
    """A product's title from one of its words on, for whoever has begun to type it: "Satin Flow" is
    found by "sat" and by "flow". Only of what has a place."""

    page = models.ForeignKey(
        ProductPage, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    locale = models.ForeignKey(
        Locale,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    words = models.CharField(max_length=80)  # as titles are compared

    class Meta:
        indexes = [models.Index(fields=["locale", "words", "page"], name="opening_by_words")]

    def __str__(self) -> str:
        return self.words


class Unplaced(models.Model):
    """A product page whose places may no longer be right. Written by the database itself, in the
    transaction of the change: see `products.unplacing`."""

    page_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.page_id)
