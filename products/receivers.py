"""The page cache learns here what changes of products without a page being saved."""

from __future__ import annotations

import logging
from typing import Any

from django.dispatch import receiver

from content.live_pages import below, moved, watch
from content.live_pages.names import SITE
from products.models import Availability, ProductPage, Sku
from products.signals import availability_changed
from products.traces import family, lists_led_by, offered, sku_name, standing

logger = logging.getLogger(__name__)

# Units are moved by `update()` and told by the signal below, where they show. What is saved is what
# is known of a SKU otherwise: its weight decides what delivery costs.
watch(Sku, lambda sku: [sku_name(sku.code)])


@receiver(availability_changed)
def stock_shows(
    sender: Any, sku: str, before: Availability, after: Availability, **kwargs: Any
) -> None:
    moved(sku_name(sku))
    if before.can_be_bought != after.can_be_bought:
        try:
            moved(*_listings_of(sku))
        except Exception:
            logger.exception("cannot tell which lists show %s: all pages render anew", sku)
            moved(SITE)


def _listings_of(code: str) -> set[str]:
    """What counts, sorts or chooses products by whether they can be bought."""
    names: set[str] = set()
    for source in ProductPage.objects.filter(variants__sku_id=code).distinct():
        for page in family(source):
            names.add(offered(page.pk))
            if page.live:
                names |= lists_led_by(page)
                for path in standing(page):
                    names |= {below(path), below(path, "price")}
    return names
