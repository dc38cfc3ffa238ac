from django.db import migrations
from django.db.models import F, Sum


def count_refunded_units(apps, schema_editor):
    """Until now an order was refunded whole or not at all."""
    refunds = apps.get_model("checkout.Refund").objects.filter(reason="shop")
    given = refunds.values("payment__order").annotate(given=Sum("amount"))
    whole = given.filter(given__gte=F("payment__order__total")).values("payment__order")
    lines = apps.get_model("checkout.OrderLine").objects.filter(order__in=whole)
    lines.update(units_refunded=F("quantity"))


class Migration(migrations.Migration):
    dependencies = [("checkout", "0011_refunds_by_line")]

    operations = [migrations.RunPython(count_refunded_units, migrations.RunPython.noop)]
