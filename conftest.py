"""What every test of the shop may lean on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

_DATABASES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_setup"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        asks = _DATABASES.intersection(getattr(item, "fixturenames", ()))
        if not asks and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.pure)


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Rate limits, site paths and the language are kept outside of the database."""
    cache.clear()
    with translation.override("en"):
        yield
