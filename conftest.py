"""What every test of the shop may lean on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from tests import migrated
from tests.indexing import OnRequest

_DATABASES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_setup"}


# They look at what the laptop's shop shows; all other journeys buy, write and pack.
_LOOKING = ("test_accessibility.py", "test_look.py", "test_second_start.py")


class TwoByTwo(LoadScopeScheduling):
    """Journeys side by side in two processes, so that neither starts the other's shop as well.

    By hand, because the suffix that xdist 3.8 gives to marked groups is lost in pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "looking" if nodeid.split("::")[0].endswith(_LOOKING) else "doing"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where `tests.run` asks for scopes; None leaves it to xdist."""
    return TwoByTwo(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Begin with a copy of a database that is migrated already."""
    if connection.vendor == "sqlite":
        migrated.copy_sqlite(Path(connection.settings_dict["TEST"]["NAME"]))
    elif not request.config.getvalue("reuse_db"):
        migrated.copy_postgres(connection.settings_dict)
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        asks = _DATABASES.intersection(getattr(item, "fixturenames", ()))
        if not asks and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.pure)


@pytest.fixture(autouse=True)
def _indexes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search and "where used" are kept up to date only for tests marked `indexed`."""
    asks = request.node.get_closest_marker("indexed") is not None
    monkeypatch.setattr(OnRequest, "indexing", asks)


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Rate limits, site paths and the language are kept outside of the database."""
    cache.clear()
    with translation.override("en"):
        yield
