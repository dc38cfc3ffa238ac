"""Slugs that the shop's own addresses use; a page that took one could never be reached."""

from django.conf import settings

RESERVED_SLUGS = frozenset(
    {
        "_util",
        "account",
        "admin",
        "api",
        "basket",
        "checkout",
        "documents",
        "healthz",
        "media",
        "robots.txt",
        "search",
        "sitemap.xml",
        "speculation-rules.json",
        "static",
        "stock-alerts",
        "styleguide",
    }
)


def is_reserved(slug: str) -> bool:
    """Also where a language's pages begin."""
    return slug in RESERVED_SLUGS or slug in dict(settings.LANGUAGES)
