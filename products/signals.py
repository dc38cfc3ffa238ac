"""What the stock tells whoever listens. Nobody here knows who does."""

from __future__ import annotations

from django.dispatch import Signal

# Once committed: what a shopper is told about a SKU is no longer what it was. Sent by
# `products.models.Sku` with `sku` (its code), `before` and `after` (each an `Availability`). A sale
# out of plenty is silent; sold out, back again and each of the last units are not.
availability_changed = Signal()
