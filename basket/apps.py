from django.apps import AppConfig


class BasketConfig(AppConfig):
    name = "basket"

    def ready(self) -> None:
        from basket import signals  # noqa: F401
