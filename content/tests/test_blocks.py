"""What every block owes to editors: to be seen and explained before it is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from content.blocks import GalleryBlock, LinkBlock, PictureBlock
from content.models import Picture
from content.tests.factories import make_picture
from home.blocks import ArrangedBlock
from home.tests.factories import make_text_page

pytestmark = pytest.mark.django_db

BLOCKS = sorted(ArrangedBlock().child_blocks.items())


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("admin@example.com", "x"))
    return client


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_block__is_explained(name: str, block: Any) -> None:
    assert block.meta.icon != "placeholder"
    assert str(block.meta.group)
    assert str(block.get_description()).endswith(".")
    assert block.meta.template
    assert block.is_previewable


@pytest.mark.parametrize("filled", [False, True], ids=["empty shop", "shop with pictures"])
@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_block__can_be_previewed(admin: Client, name: str, block: Any, filled: bool) -> None:
    if filled:
        make_picture()
        Picture.objects.update(width=50, height=40)  # a landscape, as previews look for
    response = admin.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
    assert response.status_code == 200
    assert "css/shop.css" in response.content.decode()


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_block__has_settings_that_an_editor_may_leave_alone(name: str, block: Any) -> None:
    """A choice without a default is a required field behind a closed lid."""
    choices = ("background", "width", "layout", "side")
    settings = [block.child_blocks[part] for part in choices if part in _parts(block)]
    assert all(setting.clean(setting.get_default()) for setting in settings)


def _parts(block: Any) -> set[str]:
    return set(getattr(block, "child_blocks", {}))


# --- Links ----------------------------------------------------------------------------------


def link(**fields: Any) -> Any:
    return LinkBlock().to_python(fields)


def test_link__leads_to_a_page_only_while_that_is_published() -> None:
    page = make_text_page("Terms")
    assert link(page=page.pk).target.title == "Terms"
    page.unpublish()
    assert link(page=page.pk).target is None
    assert link(page=999_999).target is None
    assert link(url="https://example.com/").target is None


# --- Pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "classes"),
    [("auto", "figure"), ("text", "figure"), ("wide", "figure wide"), ("full", "bleed figure")],
)
def test_picture__portrait_is_as_wide_as_the_editor_says(width: str, classes: str) -> None:
    value = PictureBlock().to_python({"picture": {"image": make_picture().pk}, "width": width})
    assert f'<figure class="{classes}' in PictureBlock().render(value)


def test_gallery__leaves_no_hole_where_a_picture_was_deleted() -> None:
    kept, gone = make_picture("Kept"), make_picture("Gone")
    block = GalleryBlock()
    pictures = [{"picture": {"image": one.pk}} for one in (gone, kept)]
    gone.delete()
    html = block.render(block.to_python({"heading": "On the wall", "pictures": pictures}))
    assert html.count("<li>") == 1
    assert "hanging--1" in html
