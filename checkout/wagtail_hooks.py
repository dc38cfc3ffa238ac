from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from checkout.admin.bookkeeping import BookkeepingView
from checkout.admin.dashboard import add_orders_panel, add_orders_to_pack
from checkout.admin.discrepancies import DiscrepancyViewSet, add_discrepancies
from checkout.admin.orders import OrderViewSet
from checkout.admin.periods import PeriodMenuItem
from checkout.admin.returns import ReturnViewSet, add_returns_waiting
from checkout.admin.revenue import RevenueView
from checkout.admin.sold_pages import refuse_deleting_sold_page, refuse_deleting_sold_pages
from checkout.admin.terms import ShopGroup

hooks.register("before_delete_page", refuse_deleting_sold_page)
hooks.register("before_bulk_action", refuse_deleting_sold_pages)
hooks.register("construct_homepage_summary_items", add_orders_to_pack)
hooks.register("construct_homepage_summary_items", add_returns_waiting)
hooks.register("construct_homepage_panels", add_orders_panel)
hooks.register("construct_homepage_summary_items", add_discrepancies)


@hooks.register("register_reports_menu_item")
def revenue() -> PeriodMenuItem:
    return PeriodMenuItem(RevenueView, 640)


@hooks.register("register_reports_menu_item")
def bookkeeping() -> PeriodMenuItem:
    return PeriodMenuItem(BookkeepingView, 650)


@hooks.register("register_admin_viewset")
def viewsets() -> list[ViewSet | ViewSetGroup]:
    return [OrderViewSet(), ReturnViewSet(), DiscrepancyViewSet(), ShopGroup()]
