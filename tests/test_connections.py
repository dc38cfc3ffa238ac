"""Which database of Redis is for what, and which connections may be kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from pytest_django import Settings

from bowerbird.celery import app
from bowerbird.checks import refuse_under_asgi
from bowerbird.redis_databases import addresses
from tests.test_settings import PRODUCTION, read, run

REDIS = "redis://h:6379/3"


@pytest.mark.parametrize(
    ("url", "broker", "pages"),
    [
        ("redis://h:6379/0", "redis://h:6379/1", "redis://h:6379/3"),
        ("redis://h:6379/7", "redis://h:6379/8", "redis://h:6379/10"),
        ("redis://h:6379", "redis://h:6379/1", "redis://h:6379/3"),
        ("redis://h:6379/", "redis://h:6379/1", "redis://h:6379/3"),
        (
            "rediss://user:p%40ss@h:6379/2?ssl_cert_reqs=none",
            "rediss://user:p%40ss@h:6379/3?ssl_cert_reqs=none",
            "rediss://user:p%40ss@h:6379/5?ssl_cert_reqs=none",
        ),
        ("redis://h:6379?db=4", "redis://h:6379?db=5", "redis://h:6379?db=7"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=3"),
    ],
)
def test_addresses__follow_from_one(url: str, broker: str, pages: str) -> None:
    found = addresses(url)
    assert (found["broker"], found["pages"]) == (broker, pages)
    assert len(set(found.values())) == len(found) == 4


def test_nothing__shares_a_database_with_the_broker() -> None:
    used = read(
        "[settings.CELERY_BROKER_URL, settings.CACHES['default']['LOCATION'], "
        "settings.CACHES['sessions']['LOCATION'], settings.LIVE_PAGES_URL]",
        settings="dev",
        REDIS_URL=REDIS,
    )
    assert used == str([f"redis://h:6379/{number}" for number in (4, 3, 5, 6)])


@pytest.mark.parametrize("age", [60, None])
def test_asgi__is_refused_where_connections_are_kept(settings: Settings, age: int | None) -> None:
    settings.DATABASES = {"default": {"CONN_MAX_AGE": age}}
    with pytest.raises(ImproperlyConfigured, match="CONN_MAX_AGE=0"):
        refuse_under_asgi()
    settings.DATABASES = {"default": {"CONN_MAX_AGE": 0}}
    refuse_under_asgi()


def test_asgi_server__does_not_start_with_production_s_connections() -> None:
    done = run("-c", "import bowerbird.asgi", **PRODUCTION)
    assert done.returncode != 0
    assert "Serve bowerbird.wsgi, or set CONN_MAX_AGE=0." in done.stderr


class AtWork:
    """A task, as a worker runs it or as a request does."""

    def __init__(self, *, is_eager: bool) -> None:
        self.request = SimpleNamespace(is_eager=is_eager)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to the connection, in that order."""
    done: list[str] = []
    wrapper = connections["default"]
    monkeypatch.setattr(wrapper, "close", lambda: done.append("close"))
    look = "close_if_unusable_or_obsolete"
    monkeypatch.setattr(wrapper, look, lambda: done.append("look"))
    return done


def test_worker__keeps_its_connection_as_a_web_server_does(hooks: list[str]) -> None:
    celery_s_own, task = DjangoWorkerFixup(app), AtWork(is_eager=False)
    for _ in range(3):
        celery_s_own.on_task_prerun(task)
        celery_s_own.on_task_postrun(task)
    assert hooks == []

    task_prerun.send(sender=task)
    task_postrun.send(sender=task)

    assert hooks == ["look", "look"]


def test_task__within_a_request_leaves_its_connection_alone(hooks: list[str]) -> None:
    task_prerun.send(sender=AtWork(is_eager=True))
    task_postrun.send(sender=AtWork(is_eager=True))

    assert hooks == []


@pytest.mark.parametrize(("installed", "found"), [(True, ["bowerbird.E001"]), (False, [])])
def test_check__speaks_up_where_the_development_server_is_asgi(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, installed: bool, found: list[str]
) -> None:
    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: installed)
    settings.DATABASES = {"default": {"CONN_MAX_AGE": 60}}
    from bowerbird.checks import connections_of_a_development_server as check

    assert [error.id for error in check(None)] == found
    assert check in run_checks.__self__.registered_checks  # type: ignore[attr-defined]
