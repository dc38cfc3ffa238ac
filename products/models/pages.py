from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from content.blocks import StoryBlock, gather
from content.live_pages import below, depends_on, refuse
from content.live_pages.names import link_to
from content.live_pages.parts import kept
from content.models import BasePage, Picture
from content.paging import asked_page
from products.forms import ProductPageForm
from products.models.variants import Variant
from products.models.vocabulary import Brand, TaxClass, known_brand
from products.panels import VariantsPanel
from products.permissions import CataloguePermissionTester
from products.querysets import ProductQuerySet, VariantQuerySet
from products.sources import source_ids
from products.traces import entered, traces

PRODUCTS_A_PAGE = 24


class CategoryPage(BasePage):
    """A shelf of the shop. Shows the products below it and those that name it as a category."""

    known_parameters = frozenset({"option", "brand", "stock", "sort", "page"})

    introduction = models.TextField(_("introduction"), blank=True, max_length=500)
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("picture"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types = ["home.HomePage", "products.CategoryPage"]
    subpage_types = ["products.CategoryPage", "products.ProductPage"]
    template = "products/category_page.html"

    def permissions_for_user(self, user: Any) -> CataloguePermissionTester:
        return CataloguePermissionTester(user, self)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from products.cards import cards_for
        from products.facets import facets_of
        from products.shelf import Shelf, subcategories_of
        from products.wanted import Wanted

        context = super().get_context(request, *args, **kwargs)
        wanted = Wanted.read(request.GET)
        depends_on(below(self.path), below(self.path, wanted.sort.strip("-")))
        shelf: Any = Shelf(self, wanted)
        if not shelf.wanted.answers(request.GET):
            refuse("it asks for what is not on the shelf")
        here = asked_page(Paginator(shelf, PRODUCTS_A_PAGE), request)
        live = ProductPage.objects.live().defer_streamfields()
        pages = {page.pk: page for page in live.filter(pk__in=here.object_list).order_by()}
        context["products"] = here
        context["cards"] = cards_for((pages[pk] for pk in here if pk in pages), request)
        context["shelf"] = shelf
        context["facets"] = facets_of(shelf)
        context["subcategories"] = subcategories_of(self, shelf.tally.hidden)
        depends_on(*map(link_to, context["subcategories"]))
        return context


class ProductTag(TaggedItemBase):
    content_object = ParentalKey(
        "products.ProductPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ProductPage(BasePage):
    """What is written about a product. Stock is elsewhere: see `products.models.skus`.

    A simple product has one variant, so that there is no second code path.
    """

    known_parameters = frozenset({"sku"})

    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=300,
        help_text=_("One or two sentences, shown beside the price and in listings."),
    )
    body = StreamField(StoryBlock(), blank=True, verbose_name=_("story"))
    variants: Any  # modelcluster's managers of what points here
    gallery: Any
    categories = ParentalManyToManyField(
        CategoryPage,
        blank=True,
        related_name="products",
        verbose_name=_("also in"),
        help_text=_("Further categories, besides the one that this page stands in."),
    )
    tags = ClusterTaggableManager(through=ProductTag, blank=True, verbose_name=_("tags"))
    brand = models.ForeignKey(
        Brand,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("brand or maker"),
    )
    tax_class = models.ForeignKey(
        TaxClass,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("tax class"),
        help_text=_("Decides the VAT rate. Empty: the standard rate."),
    )
    manufacturer = models.TextField(
        _("manufacturer"),
        blank=True,
        max_length=400,
        help_text=_("Name, postal and e-mail address, as product safety law asks for."),
    )
    responsible_person = models.TextField(
        _("responsible person in the EU"),
        blank=True,
        max_length=400,
        help_text=_("Where the manufacturer is outside the EU."),
    )
    safety_information = models.TextField(_("safety information"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        VariantsPanel(
            "variants",
            heading=_("Variants and prices"),
            label=_("Variant"),
            min_num=1,
            help_text=_(
                "A simple product has one variant. Prices change when the page is published."
            ),
            classname="variant-table",
        ),
        InlinePanel("gallery", heading=_("Pictures"), label=_("Picture")),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("categories"),
                FieldRowPanel([FieldPanel("brand"), FieldPanel("tax_class")]),
                FieldPanel("tags"),
            ],
            heading=_("Where it belongs"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("manufacturer"),
                FieldPanel("responsible_person"),
                FieldPanel("safety_information"),
            ],
            heading=_("Product safety"),
            classname="collapsed",
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary", boost=2),
        index.SearchField("body"),
        index.RelatedFields("brand", [index.SearchField("name")]),
        index.RelatedFields("tags", [index.SearchField("name")]),
        index.RelatedFields("variants", [index.SearchField("sku_id")]),
    ]
    base_form_class = ProductPageForm
    parent_page_types = ["products.CategoryPage"]
    subpage_types: list[str] = []
    template = "products/product_page.html"
    # One price and one stock a product: a copy starts without variants (and says so), and a
    # translation shows those of the page it translates.
    exclude_fields_in_copy = ["variants"]

    objects = PageManager.from_queryset(ProductQuerySet)()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Wagtail copies the children of an alias whatever `exclude_fields_in_copy` says.
        if self.alias_of_id:
            self.variants = []
        super().save(*args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if not self.tax_class_id and self._state.adding:
            self.tax_class = TaxClass.objects.filter(code=TaxClass.DEFAULT_CODE).first()
        super().full_clean(*args, **kwargs)

    def permissions_for_user(self, user: Any) -> CataloguePermissionTester:
        return CataloguePermissionTester(user, self)

    def traces(self) -> dict[str, Any]:
        return traces(self)

    def entered(self, moved: set[str]) -> set[str]:
        return entered(self, moved)

    @cached_property
    def source(self) -> ProductPage:
        """The page that holds the variants: this, or what it is a translation or alias of."""
        if self.pk is None:
            return self
        source = source_ids([self])[self.pk]
        return self if source == self.pk else ProductPage.objects.get(pk=source)

    def offers(self) -> list[Variant]:
        """The variants in the editor's order, with SKU, options and picture at hand.

        Read from the page itself, so that a preview shows prices that are not saved yet.
        """
        variants = self.source.variants.all()
        if isinstance(variants, VariantQuerySet):
            variants = variants.with_details()
        return [variant for variant in variants if variant.sku_id and variant.price is not None]

    def pictures(self) -> list[ProductPicture]:
        gallery = _pictures_of(self) or _pictures_of(self.source)
        return [entry for entry in gallery if entry.picture_id]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from products.beside import cards_beside
        from products.offers import offer_context

        gather(self, "share_picture")
        if self.brand_id:
            self.brand = known_brand(self.brand_id)
        context = super().get_context(request, *args, **kwargs)
        context.update(offer_context(self, request))
        context["beside"] = cards_beside(self, request)
        return context


def _pictures_of(page: ProductPage) -> list[ProductPicture]:
    """With their sizes at hand. In the preview of a draft they are rows that are not saved yet."""
    entries = page.gallery.all()
    if not isinstance(entries, models.QuerySet):
        return _with_sizes(entries)
    return kept(("gallery", page.pk), lambda: _with_sizes(entries.select_related("picture"), page))


def _with_sizes(
    entries: Iterable[ProductPicture], page: ProductPage | None = None
) -> list[ProductPicture]:
    found = list(entries)
    depends_on(page, *(entry.picture for entry in found))
    models.prefetch_related_objects(found, "picture__renditions")
    return found


class ProductPicture(Orderable):
    page = ParentalKey(ProductPage, on_delete=models.CASCADE, related_name="gallery")
    picture = models.ForeignKey(
        Picture,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    alt = models.CharField(_("description for those who cannot see it"), max_length=255, blank=True)

    panels = [FieldPanel("picture"), FieldPanel("alt")]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]
        verbose_name = _("picture")

    def __str__(self) -> str:
        return self.alt or str(self.picture)

    @property
    def alt_text(self) -> str:
        return self.alt or (self.picture.default_alt_text if self.picture else "")
