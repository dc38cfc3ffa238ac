"""Who reaches what: every role against every kind of admin view."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from accounts import roles
from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout.models import ShippingMethod, TaxRate
from checkout.tests.factories import make_method, make_order
from content.tests.factories import default_site
from home.models import ArticleIndexPage, Author, LandingPage, Topic
from home.tests.factories import make_article
from products.models import Brand, CategoryPage, OptionType, ProductPage, Sku, TaxClass, Variant
from products.tests.factories import make_option, make_product

pytestmark = pytest.mark.django_db
ROLES = ["Editors", "Marketers", "Fulfilment", "Shop managers", "Moderators", None]
E, MA, F, SM = "Editors", "Marketers", "Fulfilment", "Shop managers"


@pytest.fixture
def shop() -> None:
    make_product("Flow", sku="FLOW", on_hand=5)
    make_product("Unsold", sku="UNSOLD")
    home = default_site().root_page
    landing = LandingPage(title="Spring", slug="spring")
    home.add_child(instance=landing)
    landing.save_revision().publish()
    make_article()
    make_option("Size", "A4")
    Brand.objects.create(name="Bower")
    Coupon.objects.create(code="TEN", value=10)
    make_method()
    make_order({"FLOW": 1})


def pk(model: Any) -> int:
    return int(model.objects.first().pk)


VIEWS: dict[str, tuple[Any, set[str]]] = {
    "edit a product": (lambda: ("wagtailadmin_pages:edit", pk(ProductPage)), {E, SM}),
    "edit a category": (lambda: ("wagtailadmin_pages:edit", pk(CategoryPage)), {E, SM}),
    "add a product": (
        lambda: ("wagtailadmin_pages:add", "products", "productpage", pk(CategoryPage)),
        {E, SM},
    ),
    "add a category": (
        lambda: (
            "wagtailadmin_pages:add",
            "products",
            "categorypage",
            default_site().root_page_id,
        ),
        {E, SM},
    ),
    "delete a product": (
        lambda: ("wagtailadmin_pages:delete", ProductPage.objects.get(title="Unsold").pk),
        {E, SM},
    ),
    "copy a product": (lambda: ("wagtailadmin_pages:copy", pk(ProductPage)), {E, SM}),
    "move a product": (lambda: ("wagtailadmin_pages:move", pk(ProductPage)), {E, SM}),
    "unpublish a product": (lambda: ("wagtailadmin_pages:unpublish", pk(ProductPage)), {E, SM}),
    "hide a product": (lambda: ("wagtailadmin_pages:set_privacy", pk(ProductPage)), {E, SM}),
    "preview a product's draft": (
        lambda: ("wagtailadmin_pages:view_draft", pk(ProductPage)),
        {E, SM},
    ),
    "edit a landing page": (
        lambda: ("wagtailadmin_pages:edit", pk(LandingPage)),
        {E, MA, SM, "Moderators"},
    ),
    "add a landing page": (
        lambda: ("wagtailadmin_pages:add", "home", "landingpage", default_site().root_page_id),
        {E, MA, SM, "Moderators"},
    ),
    "add an article": (
        lambda: ("wagtailadmin_pages:add", "home", "articlepage", pk(ArticleIndexPage)),
        {E, MA, SM, "Moderators"},
    ),
    "authors": (lambda: (Author.snippet_viewset.get_url_name("list"),), {E, MA, SM}),
    "add a topic": (lambda: (Topic.snippet_viewset.get_url_name("add"),), {E, MA, SM}),
    "prices": (lambda: ("prices:index",), {E, SM}),
    "stock": (lambda: ("stock:index",), {F, SM}),
    "one SKU": (lambda: ("stock:inspect", pk(Sku)), {F, SM}),
    "edit a SKU": (lambda: ("stock:edit", pk(Sku)), {F, SM}),
    "movements": (lambda: ("stock:movements",), {F, SM}),
    "imports": (lambda: ("imports:index",), {SM}),
    "import products": (lambda: ("imports:new",), {SM}),
    "export products": (lambda: ("imports:export",), {SM}),
    "orders": (lambda: ("orders:index",), {F, SM}),
    "one order": (lambda: ("orders:inspect", _order().pk), {F, SM}),
    "as sold": (lambda: ("orders:as_sold", _order().pk, _order().lines.get().pk), {F, SM}),
    "ask: mark as paid": (lambda: ("orders:action", _order().pk, "paid"), {F, SM}),
    "returns": (lambda: ("returns:index",), {F, SM}),
    "brands": (lambda: (Brand.snippet_viewset.get_url_name("list"),), {E, SM}),
    "edit an option": (
        lambda: (OptionType.snippet_viewset.get_url_name("edit"), pk(OptionType)),
        {E, SM},
    ),
    "add a tax class": (lambda: (TaxClass.snippet_viewset.get_url_name("add"),), {E, SM}),
    "coupons": (lambda: ("coupon:index",), {MA, SM}),
    "edit a coupon": (lambda: ("coupon:edit", pk(Coupon)), {MA, SM}),
    "delivery": (lambda: ("delivery:index",), {F, SM}),
    "edit a delivery method": (lambda: ("delivery:edit", pk(ShippingMethod)), {F, SM}),
    "VAT rates": (lambda: ("taxrate:index",), {SM}),
    "edit a VAT rate": (lambda: ("taxrate:edit", pk(TaxRate)), {SM}),
    "words of e-mails": (lambda: ("letters:index",), {SM}),
    "edit the words of an e-mail": (lambda: ("letters:edit", "order-sent", "en"), {SM}),
    "images": (lambda: ("wagtailimages:index",), {E, MA, SM, "Moderators"}),
    "documents": (lambda: ("wagtaildocs:index",), {E, MA, SM, "Moderators"}),
    "shop settings": (
        lambda: ("wagtailsettings:edit", "content", "shopsettings", default_site().pk),
        {SM},
    ),
    "users": (lambda: ("wagtailusers_users:index",), set()),
    "groups": (lambda: ("wagtailusers_groups:index",), set()),
}


def _order() -> Any:
    return apps.get_model("checkout.Order").objects.get()


@pytest.mark.parametrize("role", ROLES)
def test_role_and_view(client: Client, shop: None, role: str | None) -> None:
    client.force_login(make_user("staff@example.com", *([role] if role else [])))
    reached = {}
    for name, (address, _) in VIEWS.items():
        view, *arguments = address()
        reached[name] = client.get(reverse(view, args=arguments)).status_code == 200
    assert reached == {name: role in allowed for name, (_, allowed) in VIEWS.items()}


MENUS = {
    E: {"prices", "catalogue"},
    MA: {"shop"},
    F: {"orders", "stock", "shop"},
    SM: {"orders", "prices", "stock", "catalogue", "imports", "shop"},
    "Moderators": set(),
}


@pytest.mark.parametrize(("role", "menus"), MENUS.items())
def test_role_and_menu(rf: Any, role: str, menus: set[str]) -> None:
    from wagtail.admin.menu import admin_menu

    request = rf.get("/admin/")
    request.user = make_user("staff@example.com", role)
    shown = {item.name for item in admin_menu.menu_items_for_request(request)}
    assert shown & {"orders", "prices", "stock", "catalogue", "imports", "shop"} == menus


@pytest.mark.parametrize("role", ["Marketers", "Moderators"])
@pytest.mark.parametrize("action", ["delete", "unpublish", "move"])
def test_bulk_actions_need_the_right_to_products(
    client: Client, shop: None, role: str, action: str
) -> None:
    client.force_login(make_user("staff@example.com", role))
    product = ProductPage.objects.get(title="Unsold")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    data = {"chooser": default_site().root_page_id, "wagtail_site_name": "Bowerbird"}
    client.post(f"{url}?id={product.pk}&next=/admin/", data)
    product.refresh_from_db()
    assert product.live
    assert product.get_parent().specific_class is CategoryPage


def test_a_post_needs_the_right_too(client: Client, shop: None) -> None:
    client.force_login(make_user("staff@example.com", "Marketers"))
    order, sku = _order(), Sku.objects.get(code="FLOW")
    client.post(reverse("orders:action", args=[order.pk, "cancel"]))
    client.post(reverse("stock:inspect", args=[sku.pk]), {"how": "counted", "units": "99"})
    client.post(reverse("prices:index"), {"row": [pk(Variant)]})
    client.post(reverse("wagtailadmin_pages:lock", args=[pk(ProductPage)]))
    order.refresh_from_db()
    sku.refresh_from_db()
    assert (order.status, sku.on_hand) == ("pending", 5)
    assert not ProductPage.objects.filter(locked=True).exists()


def test_shoppers_and_strangers_never_enter(client: Client, shop: None) -> None:
    for user in (None, make_user("shopper@example.com")):
        if user:
            client.force_login(user)
        for address, _ in VIEWS.values():
            view, *arguments = address()
            assert client.get(reverse(view, args=arguments)).status_code in (302, 403)


def test_set_up__twice_changes_nothing() -> None:
    def granted() -> set[Any]:
        return {
            *Group.objects.values_list("name", "permissions"),
            *GroupPagePermission.objects.values_list("group", "page", "permission"),
        }

    before = granted()
    roles.set_up(apps)
    assert granted() == before


def test_every_permission_is_one_that_django_knows() -> None:
    """A misspelt one would be made by the migration and grant nothing."""
    known = {
        f"{model._meta.app_label}.{model._meta.model_name}:{codename}"
        for model in apps.get_models()
        for codename in (
            *(f"{action}_{model._meta.model_name}" for action in model._meta.default_permissions),
            *(codename for codename, _ in model._meta.permissions),
        )
    }
    for role in roles.ROLES:
        assert set(role.permissions) <= known, role.name


def test_page_permissions_stand_at_the_root() -> None:
    for role in roles.ROLES:
        granted = GroupPagePermission.objects.filter(group__name=role.name)
        codenames = set(granted.values_list("permission__codename", flat=True))
        assert codenames == {f"{action}_page" for action in role.pages}
        assert {grant.page for grant in granted} <= {Page.objects.get(depth=1)}
