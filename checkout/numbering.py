"""Numbers without gaps, for invoices and credit notes: each run of them is a series."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from checkout.models import InvoiceSeries


def allot(kind: str) -> tuple[InvoiceSeries, int]:
    """The next number of this year's series of `kind` ("INV", "CN"), inside a transaction.

    The series' row stays locked until that transaction ends: rolled back, the number is free
    again, so there is never a gap.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A number is allotted in a transaction only.")
    prefix = f"{kind}-{timezone.localdate().year}-"
    InvoiceSeries.objects.get_or_create(prefix=prefix)
    series = InvoiceSeries.objects.select_for_update().get(prefix=prefix)
    sequence = series.next_number
    series.next_number += 1
    series.save(update_fields=["next_number"])
    return series, sequence
