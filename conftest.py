"""What every test of the shop may lean on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Rate limits, site paths and the language are kept outside of the database."""
    cache.clear()
    with translation.override("en"):
        yield
