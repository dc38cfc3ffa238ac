"""What the stock tells whoever listens. Nobody here knows who does."""

from __future__ import annotations

from django.dispatch import Signal

# Once committed: what a shopper is told about a SKU is no longer what it was. Sent by
# `products.models.Sku` with `sku` (its code), `before` and `after` (each an `Availability`). A sale
# out of plenty is silent; sold out, back again and each of the last units are not.
availability_changed = Signal()

# Somebody wants units of these SKUs, and the shelf has too few: whoever holds promises that have
# run out gives them back now, and says how many it gave. Sent with `skus` (codes), outside of any
# lock on stock.
units_wanted = Signal()
