from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from content.tasks import clear_sessions, publish_scheduled
from products.models import CategoryPage
from products.tests.factories import make_category

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_publish_scheduled__publishes_when_the_time_has_come_and_only_once() -> None:
    page = make_category("Prints")
    page.title, page.go_live_at = "New prints", NOON
    page.save_revision(approved_go_live_at=NOON)
    for moment, title in ((NOON - MINUTE, "Prints"), (NOON + MINUTE, "New prints")):
        with time_machine.travel(moment, tick=False):
            publish_scheduled.delay()
            publish_scheduled.delay()
        assert CategoryPage.objects.get().title == title


def test_publish_scheduled__takes_down_what_has_expired() -> None:
    page = make_category("Sale")
    page.expire_at = NOON
    page.save_revision().publish()
    for moment, live in ((NOON - MINUTE, True), (NOON + MINUTE, False)):
        with time_machine.travel(moment, tick=False):
            publish_scheduled.delay()
        assert CategoryPage.objects.get().live is live


def test_clear_sessions__takes_only_the_ended_ones() -> None:
    lasting, ended = SessionStore(), SessionStore()
    for session in (lasting, ended):
        session["basket"] = {}
        session.save()
    Session.objects.filter(session_key=ended.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    clear_sessions.delay()
    assert [session.session_key for session in Session.objects.all()] == [lasting.session_key]


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_beat__every_entry_names_a_task_that_exists(name: str) -> None:
    module, _, task = str(settings.CELERY_BEAT_SCHEDULE[name]["task"]).rpartition(".")
    assert callable(getattr(import_module(module), task).delay)
