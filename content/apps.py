from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "content"

    def ready(self) -> None:
        from content import signals  # noqa: F401
        from content.admin.long_lists import use_for_all_listings
        from content.live_pages import moves  # noqa: F401
        from content.routing import read_routes

        use_for_all_listings()
        read_routes()
