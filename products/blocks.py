"""Blocks that sell: they show products by reference, with their live price and stock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup
from wagtail.images.blocks import ImageBlock

from content.blocks import BackgroundBlock, BandValue, LinkBlock, PageChooser, StoryBlock
from content.live_pages.parts import kept
from content.navigation import seen_from
from products import chosen
from products.cards import cards_for
from products.models import CategoryPage, ProductPage
from products.samples import sample_cards
from products.spotlight import spotlight_on

GROUP = _("Products")


class ShelfBlock(blocks.StructBlock):
    """Products side by side; beside a large picture where there is one. Subclasses say which."""

    heading = blocks.CharBlock(required=False, max_length=120)
    text = blocks.TextBlock(required=False, max_length=400, rows=2)
    picture = ImageBlock(
        required=False, help_text=_("Set beside the products: a scene that they come from.")
    )
    link = LinkBlock(required=False, help_text=_("Where there is more of it."))
    background = BackgroundBlock()

    def choice(self, value: Any) -> tuple[Any, ...]:
        """What of the value decides which products are shown."""
        raise NotImplementedError

    def pages(self, value: Any) -> Iterable[ProductPage]:
        raise NotImplementedError

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        request = context.get("request")
        key = ("shelf", type(self), *seen_from(request), self.choice(value))
        cards = kept(key, lambda: cards_for(self.pages(value), request))
        context["cards"] = cards or context.get("sample_cards", [])
        return context

    def get_preview_value(self) -> Any:
        return self.normalize({"heading": "For the wall", "how_many": 4})

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """A shop that has no products yet shows what they would look like."""
        context = super().get_preview_context(value, parent_context)
        return {**context, "sample_cards": sample_cards(4)}


class ProductGridBlock(ShelfBlock):
    """Chosen products as cards. One that is unpublished or gone leaves no hole."""

    products = blocks.ListBlock(PageChooser(page_type=ProductPage), label=_("Products"))

    class Meta:
        icon = "grid"
        group = GROUP
        template = "products/blocks/product_grid.html"
        value_class = BandValue
        form_layout = BlockGroup(
            children=["heading", "text", "products", "picture", "link"], settings=["background"]
        )
        description = _("Products of your choice, side by side, with price and stock.")

    def choice(self, value: Any) -> tuple[Any, ...]:
        return tuple(page.pk for page in value["products"] if page)

    def pages(self, value: Any) -> Iterable[ProductPage]:
        return chosen.as_chosen(value["products"])

    def get_preview_value(self) -> Any:
        return self.normalize({"heading": "For the wall", "products": chosen.newest(4)})


class _RuleBlock(ShelfBlock):
    how_many = blocks.IntegerBlock(default=4, min_value=1, max_value=24, label=_("How many"))
    category = PageChooser(page_type=CategoryPage, required=False, label=_("Only of this category"))

    def choice(self, value: Any) -> tuple[Any, ...]:
        category = value.get("category")
        return value["how_many"], category.pk if category else None


RULE_LAYOUT = {
    "children": ["heading", "text", "how_many", "category", "picture", "link"],
    "settings": ["background"],
}


class NewestProductsBlock(_RuleBlock):
    """The newest products of the shop, as many as asked for, without what is sold out."""

    class Meta:
        icon = "date"
        label = _("Newest products")
        group = GROUP
        template = "products/blocks/product_grid.html"
        value_class = BandValue
        form_layout = BlockGroup(**RULE_LAYOUT)
        description = _("The newest products, by themselves always up to date.")

    def pages(self, value: Any) -> Iterable[ProductPage]:
        return chosen.newest(value["how_many"], value.get("category"))


class SaleProductsBlock(_RuleBlock):
    """What costs less than before, as long as there is any."""

    class Meta:
        icon = "tag"
        label = _("On sale")
        group = GROUP
        template = "products/blocks/product_grid.html"
        value_class = BandValue
        form_layout = BlockGroup(**RULE_LAYOUT)
        description = _("Products with a reduced price. Shows nothing when there are none.")

    def pages(self, value: Any) -> Iterable[ProductPage]:
        return chosen.on_sale(value["how_many"], value.get("category"))


SIDES = [("start", _("Picture first")), ("flip", _("Words first"))]


class ProductBlock(blocks.StructBlock):
    """One product with room around it. If it has no choices, it goes into the basket from here."""

    product = PageChooser(page_type=ProductPage)
    text = blocks.TextBlock(
        required=False, max_length=400, rows=3, help_text=_("Empty: the product's own summary.")
    )
    side = blocks.ChoiceBlock(choices=SIDES, default="start", label=_("Layout"))
    background = BackgroundBlock(default="mat")

    class Meta:
        icon = "pick"
        group = GROUP
        template = "products/blocks/product.html"
        value_class = BandValue
        form_layout = BlockGroup(children=["product", "text"], settings=["side", "background"])
        description = _("One product, large, with its price and the way into the basket.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["card"] = next(iter(context.get("sample_cards", [])), None)
        if value["product"]:
            shown = spotlight_on(value["product"], context.get("request"))
            context.update(spotlight=shown, card=shown.card if shown else context["card"])
        return context

    def get_preview_value(self) -> Any:
        return self.normalize({"product": next(iter(chosen.newest(1)), None), "text": ""})

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_preview_context(value, parent_context)
        return {**context, "sample_cards": sample_cards(1)}


class MentionBlock(PageChooser):
    """A product where a text speaks of it: a small card, no wider than the text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"page_type": ProductPage, **kwargs})

    class Meta:
        icon = "thumbtack"
        label = _("Product in the text")
        group = GROUP
        template = "products/blocks/mention.html"
        description = _("A product set into the text, where it is mentioned.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        shown = spotlight_on(value, context.get("request")) if value else None
        samples = context.get("sample_cards", [])
        context["card"] = shown.card if shown else next(iter(samples), None)
        return context

    def get_preview_value(self) -> Any:
        return next(iter(chosen.newest(1)), None)

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_preview_context(value, parent_context)
        return {**context, "sample_cards": sample_cards(1)}


class SellingBlock(StoryBlock):
    """Words, pictures and products together, for pages that sell."""

    mention = MentionBlock()
    product = ProductBlock()
    products = ProductGridBlock()
    newest = NewestProductsBlock()
    sale = SaleProductsBlock()
