from typing import Any

from wagtail.models import Page, PagePermissionTester

CHANGE_PRODUCTS = "products.change_productpage"


class CataloguePermissionTester(PagePermissionTester):
    """Page permissions count for products and categories only with the right to change products.

    Wagtail grants by place in the tree, and marketers' pages stand in the same tree. Some of its
    views ask about a page without its type, so `products.admin.editor` guards these as well.
    """

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        if hasattr(self, "permissions") and not user.has_perm(CHANGE_PRODUCTS):
            self.permissions: set[str] = set()


def may_edit_catalogue(user: Any, page: Page | None = None) -> bool:
    """By right, or because a workflow asks for this person's approval of the page."""
    if user.has_perm(CHANGE_PRODUCTS):
        return True
    task = page.current_workflow_task if page else None
    return bool(task and task.user_can_access_editor(page, user))
