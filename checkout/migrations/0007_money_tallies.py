"""What came in and what went back stands on the order, added up from its payments and refunds."""

from collections import Counter
from decimal import Decimal

from django.db import migrations

import products.fields


def add_up(apps, schema_editor):
    """In Decimal, one by one: SQLite would add up in binary fractions."""
    Order, Payment, Refund = (
        apps.get_model("checkout", name) for name in ("Order", "Payment", "Refund")
    )
    paid, refunded = Counter(), Counter()
    received = Payment.objects.filter(status="succeeded")
    for order_id, amount in received.values_list("order_id", "amount").iterator():
        paid[order_id] += amount
    gone = Refund.objects.filter(payment__in=received, made_at__isnull=False)
    for order_id, amount in gone.values_list("payment__order_id", "amount").iterator():
        refunded[order_id] += amount
    for order_id, amount in paid.items():
        Order.objects.filter(pk=order_id).update(
            paid_total=amount, refunded_total=refunded[order_id]
        )


class Migration(migrations.Migration):
    dependencies = [("checkout", "0006_documents_kept_with_their_hash")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="paid_total",
            field=products.fields.MoneyField(
                decimal_places=3,
                default=Decimal("0"),
                editable=False,
                max_digits=14,
                verbose_name="paid",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="refunded_total",
            field=products.fields.MoneyField(
                decimal_places=3,
                default=Decimal("0"),
                editable=False,
                max_digits=14,
                verbose_name="refunded",
            ),
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop, elidable=True),
    ]
