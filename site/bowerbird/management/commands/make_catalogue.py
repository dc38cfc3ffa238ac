from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bowerbird.demo.many.making import make


class Command(BaseCommand):
    """Additive: a second run makes as many again, in further categories."""

    help = "Make a catalogue of any size: so many published products, with stock and pictures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="how many products to add")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other products")

    def handle(self, *args: Any, number: int, seed: int, **options: Any) -> None:
        if number < 1:
            raise CommandError("Say how many products to make: one at least.")
        # Wagtail reports every category; the progress says how many products there are.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        make(number, seed, self.stdout.write)
