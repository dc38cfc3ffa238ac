"""Sizes of pictures are made before anybody looks, and every size that a template uses is known."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from wagtail.images.models import Filter
from wagtail.models import Page

from bowerbird.celery import ShopTask
from content import renditions, tasks
from content.models import Picture, Rendition
from content.tests.factories import default_site, make_picture, set_up_shop
from home.models import HomePage
from home.tests.factories import make_article, make_author, make_landing_page, make_text_page
from products.models import ProductPage, ProductPicture
from products.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db

SMALL, MIDDLING, LARGE = 300, 960, 1400


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[Any]:
    """With a broker: what is sent to it, instead of its being done."""
    calls: list[Any] = []
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(ShopTask, "delay", lambda self, *args: calls.append((self.name, *args)))
    return calls


def picture_of(width: int, title: str = "A picture") -> Picture:
    data = BytesIO()
    Image.new("RGB", (width, 500), "navy").save(data, "PNG")
    return Picture.objects.create(title=title, file=ImageFile(data, name=f"{width}.png"))


def made(picture: Picture) -> list[str]:
    return sorted(picture.renditions.values_list("filter_spec", flat=True))


def due() -> list[str]:
    return [picture.title for picture in renditions.due()]


def break_file(picture: Picture) -> None:
    Path(picture.file.path).write_bytes(b"no picture")


# --- The list ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (SMALL, [400]),
        (400, [400]),
        (401, [400, 800]),
        (MIDDLING, [400, 800, 1200]),
        (LARGE, [400, 800, 1200, 1800]),
    ],
)
def test_widths__never_repeat_a_picture(width: int, widths: list[int]) -> None:
    asked = [f"format-webp|width-{n}" for n in widths]
    assert renditions.specs_for("lead", width) == [*asked, renditions.PLAIN]
    assert [spec for spec in renditions.wanted(width) if "webp|width" in spec] == asked


def test_specs__can_be_stored() -> None:
    assert all(Filter(spec=spec).operations for spec in renditions.ALL_SPECS)
    assert max(map(len, renditions.ALL_SPECS)) <= 255


def test_templates__ask_for_no_size_that_is_not_listed() -> None:
    """Also those that no test renders. `{% picture_for %}` cannot ask for another size."""
    asked: set[str] = set()
    for template in Path(django_settings.BASE_DIR, "templates").rglob("*.html"):
        asked |= sizes_in(template.read_text())
    assert asked <= set(renditions.ALL_SPECS)


def test_template__with_a_size_of_its_own_is_found() -> None:
    text = '{% picture one format-{webp,jpeg} width-{400,500} sizes="1px" %}{% image two max-9x9 %}'
    assert sizes_in(text) - set(renditions.ALL_SPECS) == {
        *("format-webp|width-500", "format-jpeg|width-400", "format-jpeg|width-500"),
        "max-9x9",
    }


def sizes_in(text: str) -> set[str]:
    """What Wagtail's own tags in a template ask for."""
    found: set[str] = set()
    for arguments in re.findall(r"{% (?:image|picture|srcset_image) \S+ (.+?) %}", text):
        parts = [part for part in arguments.split(" as ")[0].split() if "=" not in part]
        found |= set(Filter.expand_spec("|".join(parts)))
    return found


# --- What is due ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [SMALL, MIDDLING, LARGE])
def test_picture__is_due_until_it_has_every_size(width: int) -> None:
    picture = picture_of(width)
    assert due() == ["A picture"]
    assert renditions.make(picture)
    assert made(picture) == sorted(renditions.wanted(width))
    assert due() == []
    picture.renditions.filter(filter_spec=renditions.PLAIN).delete()
    assert due() == ["A picture"]


def test_due__names_the_newest_first() -> None:
    for title in ("Older", "Newer"):
        make_picture(title)
    assert due() == ["Newer", "Older"]


def test_making__a_second_time_changes_nothing() -> None:
    picture = picture_of(SMALL)
    renditions.make(picture)
    before = list(Rendition.objects.order_by("pk").values_list("pk", "file"))
    renditions.make(picture)
    assert list(Rendition.objects.order_by("pk").values_list("pk", "file")) == before


def test_focal_point__moved_makes_the_cut_ones_due_and_no_other() -> None:
    picture = picture_of(LARGE)
    renditions.make(picture)
    kept = set(picture.renditions.exclude(filter_spec__contains="fill").values_list("pk"))
    picture.focal_point_x, picture.focal_point_y = 100, 100
    picture.focal_point_width = picture.focal_point_height = 50
    picture.save()
    assert due() == ["A picture"]
    assert set(picture.renditions.values_list("pk")) == kept
    renditions.make(picture)
    assert made(picture) == sorted(renditions.wanted(LARGE))
    assert due() == []


@pytest.mark.parametrize("how", ["broken", "missing"])
def test_unreadable_picture__does_not_stop_the_rest(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad, other = make_picture("Good"), make_picture("Bad"), make_picture("Other")
    if how == "broken":
        break_file(bad)
    else:
        Path(bad.file.path).unlink()
    call_command("make_renditions")
    assert due() == ["Bad"]
    assert made(good) == made(other) == sorted(renditions.wanted(40))
    assert [record.message.split(":")[0] for record in caplog.records] == [
        f"picture {bad.pk} cannot be read"
    ]


# --- When ----------------------------------------------------------------------------------------


def test_upload__queues_its_sizes_after_commit(
    queued: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture()
        assert queued == []
    assert queued == [("content.tasks.make_renditions", picture.pk)]
    assert made(picture) == []


def test_upload__without_a_broker_makes_nobody_wait(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture()
    assert made(picture) == []
    assert due() == ["A picture"]


def test_upload__with_a_dead_broker_is_kept(
    queued: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(self: ShopTask, *args: Any) -> None:
        raise ConnectionError

    monkeypatch.setitem(current_app.conf, "task_eager_propagates", False)
    monkeypatch.setattr(ShopTask, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        make_picture()
    assert due() == ["A picture"]
    tasks.make_due_renditions()
    assert due() == ["A picture"]


def test_catch_up__queues_what_is_due_and_leaves_the_rest(queued: list[Any]) -> None:
    ready, late = make_picture("Ready"), make_picture("Late")
    renditions.make(ready)
    tasks.make_due_renditions()
    assert queued == [("content.tasks.make_renditions", late.pk)]


def test_task__of_a_picture_that_was_deleted_is_nothing() -> None:
    picture = make_picture()
    pk = picture.pk
    picture.delete()
    tasks.make_renditions(pk)
    assert Rendition.objects.count() == 0


# --- Pages ---------------------------------------------------------------------------------------


def every_block(page_type: type[Page]) -> list[tuple[str, Any]]:
    """Each block that may stand in the body of such a page, as editors first see it."""
    blocks = page_type._meta.get_field("body").stream_block.child_blocks
    return [(name, block.get_preview_value()) for name, block in blocks.items()]


def shop_in_pictures() -> list[str]:
    """Each kind of page with a picture wherever it can have one; their addresses."""
    wide = picture_of(LARGE, "Wide")
    set_up_shop(logo=picture_of(SMALL, "Logo"))
    category = make_category("Prints", picture=wide)
    product = make_product("Satin Flow", category=category)
    product.gallery = [
        ProductPicture(picture=picture_of(width), alt="Seen", sort_order=order)
        for order, width in enumerate((MIDDLING, SMALL, LARGE))
    ]
    author = make_author(portrait=picture_of(MIDDLING, "Portrait"))
    article = make_article("How", picture=wide, author=author)
    home = HomePage.objects.get(pk=default_site().root_page_id)
    arranged = [home, make_landing_page(), make_text_page(), article, product]
    for page in arranged:
        page.body = every_block(type(page))
        page.save_revision().publish()
    shown = [*arranged, category, article.get_parent().specific]
    return [page.get_url() or "" for page in shown]


def test_pages__make_no_size_on_view(client: Client) -> None:
    addresses = shop_in_pictures()
    call_command("make_renditions")
    before = set(Rendition.objects.values_list("pk"))
    product = ProductPage.objects.get()
    client.post(f"/basket/add/{product.pk}/")
    for address in (*addresses, "/search/?q=satin", "/basket/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "/media/images/" in response.content.decode(), address
    assert set(Rendition.objects.values_list("pk")) == before


def test_pages__work_before_the_sizes_are_made(client: Client) -> None:
    for address in shop_in_pictures():
        body = client.get(address).content.decode()
        assert re.search(r'srcset="[^"]+\.webp 400w, ', body), address
        assert "not-found" not in body
    on_view = set(Rendition.objects.values_list("filter_spec", flat=True))
    assert on_view <= set(renditions.ALL_SPECS)
    assert {renditions.PLAIN, "max-400x80", "fill-1200x630|format-jpeg"} <= on_view
