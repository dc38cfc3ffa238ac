from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from wagtail.models import Site

from bowerbird.demo import load, people


class Command(BaseCommand):
    """Idempotent: a second run adds what is missing and changes nothing that is there."""

    help = "Load the demo shop: catalogue, pages, delivery methods, and who may sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", default=settings.BASE_URL, help="where the shop will be served, to be printed"
        )

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        self.stdout.write("Loading the demo shop …")
        # Wagtail reports every page and revision; the progress below says it in one line each.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        emails = people.load()
        load.load(self.stdout.write)
        self._point_site_at(url)
        url = url.rstrip("/")
        self.stdout.write(f"\n  The shop    {url}/\n  The admin   {url}/admin/\n")
        if emails:
            self.stdout.write(f"  Sign in with the password “{settings.DEMO_PASSWORD}” as")
            for email in emails:
                self.stdout.write(f"    {email}")
        self.stdout.write("")

    def _point_site_at(self, url: str) -> None:
        """Wagtail builds full addresses from the site's host and port."""
        host, _, port = url.split("//", 1)[-1].rstrip("/").partition(":")
        Site.objects.filter(is_default_site=True).update(
            hostname=host, port=int(port) if port else (443 if url.startswith("https") else 80)
        )
        Site.clear_site_root_paths_cache()
