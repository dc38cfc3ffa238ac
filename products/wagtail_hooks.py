from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet

from products.admin.dashboard import add_stock_running_out
from products.admin.editor import (
    CategoryPageViewSet,
    ProductPageViewSet,
    refuse_bulk_action,
    tell_that_variants_stayed,
)
from products.admin.imports import ImportViewSet
from products.admin.prices import PricesViewSet
from products.admin.stock import StockViewSet
from products.admin.vocabulary import CatalogueGroup, refuse_deletion_in_use

hooks.register("construct_homepage_summary_items", add_stock_running_out)
hooks.register("after_copy_page", tell_that_variants_stayed)
hooks.register("before_bulk_action", refuse_bulk_action)
hooks.register("before_delete_snippet", refuse_deletion_in_use)
register_snippet(CatalogueGroup)


@hooks.register("register_admin_viewset")
def viewsets() -> list[ViewSet]:
    return [
        ProductPageViewSet(),
        CategoryPageViewSet(),
        PricesViewSet(),
        StockViewSet(),
        ImportViewSet(),
    ]


@hooks.register("insert_global_admin_css")
def style() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("admin/shop.css"))
