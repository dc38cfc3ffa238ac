from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "content"

    def ready(self) -> None:
        from content import signals  # noqa: F401
        from content.live_pages import moves  # noqa: F401
        from content.routing import read_routes

        read_routes()
