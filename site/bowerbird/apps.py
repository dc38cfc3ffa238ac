from django.apps import AppConfig


class BowerbirdConfig(AppConfig):
    name = "bowerbird"

    def ready(self) -> None:
        from bowerbird import checks  # noqa: F401
