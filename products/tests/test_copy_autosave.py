from __future__ import annotations

import pytest
from django.test import Client

from products.tests.factories import make_product
from products.tests.test_admin_product import AUTOSAVE, edit_url, editor, posted

__all__ = ["editor"]
pytestmark = pytest.mark.django_db


def test_autosave__of_a_copy_that_has_no_variants_yet(editor: Client) -> None:
    page = make_product("Flow", sku="FLOW")
    copy = page.copy(update_attrs={"slug": "flow-2", "title": "Flow 2"}, keep_live=False)
    copy.refresh_from_db()
    data = posted("Flow 2", {"price": ""})
    response = editor.post(edit_url(copy), data, headers=AUTOSAVE)
    assert response.json()["success"] is True
