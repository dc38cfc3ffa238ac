from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class ProductsConfig(AppConfig):
    name = "products"

    def ready(self) -> None:
        from content import letters
        from products import (
            guards,
            ledger,
            receivers,  # noqa: F401
            unplacing,
        )
        from products.letters import LETTERS

        letters.register(LETTERS)
        guards.keep_up(self, [*ledger.GUARDS, *unplacing.GUARDS])
        post_migrate.connect(_place_what_there_is, sender=self)


def _place_what_there_is(using: str, **kwargs: Any) -> None:
    from products.models import Unplaced
    from products.places import catch_up

    if Unplaced._meta.db_table in connections[using].introspection.table_names():
        catch_up()
