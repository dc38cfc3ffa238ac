"""A prepared question is answered as the queryset is that it was made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from content.models import Picture
from content.prepared import Prepared
from content.tests.factories import make_picture

pytestmark = pytest.mark.django_db

TITLE, OTHER, MOMENT, WIDTH = "\x00title", "\x00other", datetime(1970, 1, 1, tzinfo=UTC), -1


def test_prepared__gives_models_with_what_is_selected_beside_them() -> None:
    pages = Page.objects.select_related("locale").only("title", "locale__language_code")
    by_slug = Prepared(pages.filter(slug=TITLE), TITLE)
    for slug in ("home", "nowhere"):
        with CaptureQueriesContext(connection) as queries:
            found = by_slug({TITLE: slug})
            known = [(page.title, page.locale.language_code) for page in found]
        expected = pages.filter(slug=slug)
        assert len(queries) == 1
        assert known == [(page.title, page.locale.language_code) for page in expected]
        assert [page.get_deferred_fields() for page in found] == [
            page.get_deferred_fields() for page in expected
        ]


@pytest.mark.parametrize("hours", [-1, 1])
def test_prepared__knows_texts_moments_and_numbers(hours: int) -> None:
    make_picture("Front")
    made = [make_picture("Front"), make_picture("Back")]
    since = timezone.now() - timedelta(hours=hours)
    wanted = Q(title__in=[TITLE, OTHER], width=WIDTH, created_at__gt=MOMENT)
    ask = Prepared(Picture.objects.filter(wanted), TITLE, OTHER, MOMENT, WIDTH)
    values = {TITLE: "Front", OTHER: "Side", MOMENT: since, WIDTH: made[0].width}
    expected = Picture.objects.filter(
        title__in=["Front", "Side"], width=made[0].width, created_at__gt=since
    )
    assert list(ask(values)) == list(expected)
    assert len(ask(values)) == (2 if hours > 0 else 0)
    assert ask(values | {WIDTH: 1}) == []


def test_prepared__asks_each_time() -> None:
    ask = Prepared(Picture.objects.filter(title=TITLE), TITLE)
    assert ask({TITLE: "Front"}) == []
    made = make_picture("Front")
    assert ask({TITLE: "Front"}) == [made]
    made.delete()
    assert ask({TITLE: "Front"}) == []


def test_prepared__of_what_the_query_does_not_say() -> None:
    with pytest.raises(ValueError, match="not in the query"):
        Prepared(Picture.objects.filter(title="Front"), TITLE)


def test_prepared__takes_what_anybody_sends_as_a_value() -> None:
    ask = Prepared(Picture.objects.filter(title=TITLE), TITLE)
    made = make_picture("' OR 1=1 --%s")
    assert ask({TITLE: "' OR 1=1 --%s"}) == [made]
    assert ask({TITLE: "' OR 1=1 --"}) == []
