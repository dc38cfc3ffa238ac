from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bowerbird.demo.many_orders.make import NothingToSell, make

SEED = 1


class Command(BaseCommand):
    """To see how the shop does with a million of them. They stay: orders are never deleted."""

    help = "Add so many past orders of whatever the shop sells, as if they had been placed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("orders", type=int, metavar="N")
        parser.add_argument("--seed", type=int, default=SEED, help="another one, other orders")

    def handle(self, *args: Any, orders: int, seed: int, **options: Any) -> None:
        if settings.STRIPE_SECRET_KEY.startswith("sk_live_"):
            raise CommandError("This shop takes real money: invented orders would be in its books.")
        try:
            make(orders, seed, self.stdout.write)
        except NothingToSell:
            raise CommandError(
                "There is nothing to order: load_demo or make_catalogue makes products."
            ) from None
