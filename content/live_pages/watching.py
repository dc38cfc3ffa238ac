"""Who says when a thing has changed. What nobody watches makes a page that reads it unkeepable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.models import get_page_models

from content.live_pages.backing import the_backing
from content.live_pages.names import name_of
from content.live_pages.owed import owed_ahead, tell_on_commit

AnyModel = TypeVar("AnyModel", bound=type[Model])

_watched: set[type[Model]] = set()
# Tables that change nothing a reader sees, or only together with something that is watched.
_HARMLESS = {"django_content_type", "taggit_tag", "wagtailcore_revision", "wagtailcore_collection"}
_TABLE = re.compile(r'\b(?:FROM|JOIN)\s+"(\w+)"')


def moved(*names: str) -> None:
    """Once committed: these are no longer what they were. Pages that show them render anew.

    To be called in the transaction of the change."""
    backing = the_backing()
    if backing and names:
        tell_on_commit(lambda: backing.move(names))


def watch(model: type[Model], names: Callable[[Any], Iterable[str]]) -> None:
    """Move these names whenever a row is saved or deleted. `update()` goes unseen: call `moved`."""

    def owe(sender: Any, instance: Any, **kwargs: Any) -> None:
        instance._pay = owed_ahead()

    def tell(sender: Any, instance: Any, **kwargs: Any) -> None:
        moved(*names(instance))
        instance.__dict__.pop("_pay", lambda: None)()

    for signal, hear in ((pre_save, owe), (post_save, tell), (post_delete, tell)):
        signal.connect(hear, sender=model, weak=False, dispatch_uid=("live_pages", model))
    _watched.add(model)


def shown_on_pages(model: AnyModel) -> AnyModel:
    """Decorates a model that pages show by `depends_on(row)`: a snippet, say."""
    watch(model, lambda row: [name_of(row)])
    return model


def watched_elsewhere(*models: type[Model]) -> None:
    """Their changes are told by other means than their rows' signals."""
    _watched.update(models)


def unwatched_in(sql: str) -> frozenset[str]:
    """The tables that this statement reads and of whose changes nobody tells."""
    return _tables_in(sql) - _known_tables()


@lru_cache(maxsize=1024)
def _tables_in(sql: str) -> frozenset[str]:
    return frozenset(_TABLE.findall(sql))


@cache
def _known_tables() -> frozenset[str]:
    models = {*_watched, *(model for page in get_page_models() for model in _parts_of(page))}
    return frozenset(model._meta.db_table for model in models) | _HARMLESS


def _parts_of(page_model: Any) -> Iterable[type[Model]]:
    """What is saved together with a page: its own tables, its child rows, its choices of many."""
    yield page_model
    yield from page_model._meta.get_parent_list()
    for field in page_model._meta.get_fields():
        through = getattr(field, "through", None) or getattr(
            getattr(field, "remote_field", None), "through", None
        )
        if through:
            yield through
        if field.one_to_many and _is_child(field):
            yield field.related_model


def _is_child(relation: Any) -> bool:
    from modelcluster.fields import ParentalKey

    return isinstance(getattr(relation, "field", None), ParentalKey)
