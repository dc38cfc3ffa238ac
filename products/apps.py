from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"

    def ready(self) -> None:
        from content import letters
        from products import (
            guards,
            ledger,
            receivers,  # noqa: F401
        )
        from products.letters import LETTERS

        letters.register(LETTERS)
        guards.keep_up(self, ledger.GUARDS)
