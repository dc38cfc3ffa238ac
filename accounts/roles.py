"""Who of the staff may do what: a table of roles, brought into the database by migrations.

Least privilege: a role gets what its daily work needs. `set_up` adds what is missing and takes
nothing away, so that a shop's own changes to its groups survive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENTER_ADMIN = "wagtailadmin.admin:access_admin"
CATALOGUE = (
    *(
        f"products.{model}:{action}_{model}"
        for model in ("productpage", "categorypage", "brand", "optiontype", "taxclass")
        for action in ("add", "change", "delete")
    ),
    "simple_translation.simpletranslation:submit_translation",
)
ORDERS = (
    "checkout.order:view_order",
    "checkout.order:change_order",
    "checkout.payment:change_payment",
    "checkout.returnrequest:view_returnrequest",
    "checkout.returnrequest:change_returnrequest",
)
STOCK = ("products.sku:view_sku", "products.sku:change_sku")


def _all_of(app: str, model: str) -> tuple[str, ...]:
    return tuple(
        f"{app}.{model}:{action}_{model}" for action in ("add", "change", "delete", "view")
    )


COUPONS = _all_of("basket", "coupon")
DELIVERY = (*_all_of("checkout", "shippingmethod"), *_all_of("checkout", "shippingzone"))
TAX_RATES = _all_of("checkout", "taxrate")
JOURNAL = (*_all_of("home", "author"), *_all_of("home", "topic"))
SETTINGS = ("content.shopsettings:change_shopsettings", "content.wording:change_wording")
# Publishes products and fetches pictures from elsewhere: more than writing a page.
IMPORTS = ("products.productimport:add_productimport", "products.productimport:view_productimport")
DISCREPANCIES = (
    "checkout.discrepancy:view_discrepancy",
    "checkout.discrepancy:change_discrepancy",
)
BOOKS = ("checkout.invoice:view_invoice",)
REFUNDS = ("checkout.refund:view_refund", "checkout.refund:add_refund")

WRITE = ("add", "change", "publish")
FILES = ("wagtailimages.image", "wagtaildocs.document")


@dataclass(frozen=True)
class Role:
    """`permissions` as "app.model:codename"; `pages` on the whole tree, `files` in all of them."""

    name: str
    permissions: tuple[str, ...]
    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


ROLES = (
    Role("Editors", (*CATALOGUE, *JOURNAL), pages=WRITE, files=FILES),
    # Product pages need the right to change products besides: see `products.permissions`.
    Role("Marketers", (*COUPONS, *JOURNAL), pages=WRITE, files=FILES),
    Role("Fulfilment", (*ORDERS, *STOCK, *DELIVERY)),
    Role(
        "Shop managers",
        (
            *CATALOGUE,
            *JOURNAL,
            *COUPONS,
            *ORDERS,
            *STOCK,
            *DELIVERY,
            *TAX_RATES,
            *SETTINGS,
            *REFUNDS,
            *DISCREPANCIES,
            *BOOKS,
            *IMPORTS,
        ),
        pages=(*WRITE, "lock", "unlock", "bulk_delete"),
        files=FILES,
    ),
)


def set_up(apps: Any) -> None:
    """Give every role what the table says. `apps`: of a migration, or Django's own."""
    for role in ROLES:
        _grant(role, apps)


def _grant(role: Role, apps: Any) -> None:
    group, _ = apps.get_model("auth.Group").objects.get_or_create(name=role.name)
    group.permissions.add(*(_permission(name, apps) for name in (ENTER_ADMIN, *role.permissions)))
    page = apps.get_model("wagtailcore.Page").objects.get(depth=1)
    for action in role.pages:
        apps.get_model("wagtailcore.GroupPagePermission").objects.get_or_create(
            group=group,
            page=page,
            permission=_permission(f"wagtailcore.page:{action}_page", apps),
        )
    collection = apps.get_model("wagtailcore.Collection").objects.get(depth=1)
    for model in role.files:
        kind = model.rpartition(".")[2]
        for action in ("add", "change", "choose"):
            apps.get_model("wagtailcore.GroupCollectionPermission").objects.get_or_create(
                group=group,
                collection=collection,
                permission=_permission(f"{model}:{action}_{kind}", apps),
            )


def _permission(name: str, apps: Any) -> Any:
    """While migrations run, Django has not made the permissions of new models yet."""
    model, _, codename = name.partition(":")
    app_label, _, model_name = model.partition(".")
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app_label, model=model_name
    )
    permission, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": f"Can {codename.replace('_', ' ')}"},
    )
    return permission
