"""What each page of the admin asks of the tree stays cheap in a shop of many pages."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from tests.explaining import on_postgresql, plan_of

pytestmark = [on_postgresql, pytest.mark.django_db]


def test_top_of_the_tree__has_an_index() -> None:
    plan = plan_of(Page.get_root_nodes())
    assert plan.indexes == {"page_by_depth"}
    assert not plan.read_whole
