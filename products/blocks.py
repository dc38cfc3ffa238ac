"""Blocks that sell: they show products by reference, with their live price and stock."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content.blocks import StoryBlock
from products.cards import cards_for
from products.models import ProductPage


class ProductGridBlock(blocks.StructBlock):
    """Chosen products as cards. One that is unpublished or gone leaves no hole."""

    heading = blocks.CharBlock(required=False, max_length=120)
    products = blocks.ListBlock(blocks.PageChooserBlock(page_type=ProductPage), label=_("Products"))

    class Meta:
        icon = "grip"
        template = "products/blocks/product_grid.html"
        description = _("Products of your choice, side by side, with price and stock.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        chosen = [page.pk for page in value["products"] if page]
        context["cards"] = _cards_in_order(chosen, context.get("request"))
        return context


class NewestProductsBlock(blocks.StructBlock):
    """The newest products of the shop, as many as asked for."""

    heading = blocks.CharBlock(required=False, max_length=120)
    how_many = blocks.IntegerBlock(default=4, min_value=1, max_value=24)

    class Meta:
        icon = "date"
        template = "products/blocks/product_grid.html"
        description = _("The newest products, by themselves always up to date.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        newest = ProductPage.objects.live().public().in_active_locale().on_the_shelf()
        context["cards"] = cards_for(newest[: value["how_many"]], context.get("request"))
        return context


def _cards_in_order(page_ids: list[int], request: Any) -> list[Any]:
    live = ProductPage.objects.live().public().in_bulk(page_ids)
    return cards_for([live[pk] for pk in page_ids if pk in live], request)


class SellingBlock(StoryBlock):
    """Words, pictures and products together, for pages that sell."""

    products = ProductGridBlock()
    newest = NewestProductsBlock()
