from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Value
from django.test import Client
from wagtail.admin.views.generic import IndexView
from wagtail.images.views.chooser import ImageChooseView

from content.admin import long_lists
from content.admin.long_lists import LongListPaginator
from content.models import Wording

FEW, MORE = 5, 8


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(long_lists, "COUNTED", FEW)
    return FEW


def make_rows(how_many: int) -> None:
    Wording.objects.bulk_create(
        Wording(letter=f"letter-{n}", language="en") for n in range(how_many)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "count", "pages", "label"),
    [
        (1, 1, 1, "1 words of an e-mail"),
        (FEW, FEW, 3, f"{FEW} words of e-mails"),
        (FEW + 1, FEW, 3, f"more than {FEW} words of e-mails"),
        (MORE, FEW, 3, f"more than {FEW} words of e-mails"),
    ],
)
def test_count__stops(counted: int, rows: int, count: int, pages: int, label: str) -> None:
    make_rows(rows)
    paginator = LongListPaginator(Wording.objects.order_by("pk"), 2)
    assert (paginator.count, paginator.num_pages) == (count, pages)
    assert paginator.items_count_label == label
    assert paginator.goes_on == (rows > FEW)


@pytest.mark.django_db
def test_page_beyond__is_the_last_that_is_counted(counted: int) -> None:
    make_rows(MORE)
    paginator = LongListPaginator(Wording.objects.order_by("letter"), 2)
    assert [row.letter for row in paginator.get_page(99)] == ["letter-4"]


@pytest.mark.django_db
def test_count__asks_for_no_more_than_it_must(counted: int, django_assert_num_queries: Any) -> None:
    """Neither what is only shown nor the order, and no row beyond the last that is counted."""
    make_rows(MORE)
    shown = Exists(Wording.objects.filter(pk=OuterRef("pk")))
    rows = Wording.objects.annotate(shown=shown, label=Value("shown only")).order_by("subject")
    with django_assert_num_queries(1) as asked:
        assert LongListPaginator(rows, 2).count == FEW
    sql = asked.captured_queries[0]["sql"]
    assert "LIMIT 6" in sql
    assert not any(part in sql for part in ("EXISTS", "shown only", "ORDER BY"))


@pytest.mark.parametrize("things", [[1, 2, 3], ()])
def test_list__that_is_no_query_is_counted_whole(counted: int, things: list[int]) -> None:
    assert LongListPaginator(things, 2).count == len(things)


@pytest.mark.django_db
def test_slice__is_counted_as_it_is(counted: int) -> None:
    make_rows(MORE)
    assert LongListPaginator(Wording.objects.order_by("pk")[:3], 2).count == 3


@pytest.mark.parametrize("view", [IndexView, ImageChooseView])
def test_listings_of_wagtail__use_it(view: type[IndexView]) -> None:
    assert view.paginator_class is LongListPaginator


@pytest.mark.django_db
def test_explorer__counts_no_further(counted: int, admin_client: Client) -> None:
    from products.tests.factories import make_category

    parent = make_category("Everything")
    for n in range(MORE):
        make_category(f"Part {n}", parent)
    answer = admin_client.get(f"/admin/pages/{parent.pk}/")
    assert f"More than {FEW} pages" in answer.content.decode()
