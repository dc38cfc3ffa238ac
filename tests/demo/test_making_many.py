"""Making a catalogue: again, interrupted, by command. What comes of it: `test_many.py`."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page

from bowerbird.demo.many import inventing, making, shelves, writing
from bowerbird.demo.many.inventing import leaf, ware
from bowerbird.demo.many.making import make
from content import renditions
from content.live_pages.names import SITE
from products.models import ProductPage, Sku
from tests.demo.shelves import said_nothing


@pytest.fixture
def soon_made(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(shelves, "PICTURES", shelves.PICTURES[:1])
    monkeypatch.setattr(renditions, "make", lambda picture: True)


def test_run_that_ends_early__keeps_whole_categories(
    soon_made: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "A_LEAF", 4)
    monkeypatch.setattr(inventing, "A_LEAF", 4)
    with monkeypatch.context() as interrupted:
        fails_at_the_tenth = lambda pages: 1 / (10 - ProductPage.objects.count())  # noqa: E731
        interrupted.setattr(writing, "_write_references", fails_at_the_tenth)
        with pytest.raises(ZeroDivisionError):
            make(10, 1, said_nothing)
    assert ProductPage.objects.count() == Page.objects.filter(depth=6).count() == 8
    make(2, 1, said_nothing)
    codes = Sku.objects.order_by("code").values_list("code", flat=True)
    assert [int(code[1:8]) for code in codes if code.endswith("-1")] == list(range(10))


def test_ware__follows_from_its_number_and_the_seed() -> None:
    assert ware(1, 77) == ware(1, 77)
    assert ware(1, 77).title != ware(2, 77).title


def test_leaves__have_titles_of_their_own() -> None:
    places = [(one.department, one.section, one.title) for one in map(leaf, range(2000))]
    assert len(set(places)) == 2000


def test_pages__that_were_kept_are_no_longer_good(
    soon_made: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr(writing, "moved", lambda *names: told.extend(names))
    make(1, 1, said_nothing)
    assert told == [SITE]


def test_command__says_how_far_it_is(soon_made: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_catalogue", "3", "--seed", "5")
    assert re.search(r"3 of 3 +[\d,]+ a second", capsys.readouterr().out)


def test_command__of_nothing_says_why() -> None:
    with pytest.raises(CommandError, match="one at least"):
        call_command("make_catalogue", "0")
