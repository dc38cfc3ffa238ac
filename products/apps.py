from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"

    def ready(self) -> None:
        from products import guards, ledger

        guards.keep_up(self, ledger.GUARDS)
