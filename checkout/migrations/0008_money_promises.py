from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkout", "0007_money_tallies")]

    operations = [
        migrations.RemoveConstraint(model_name="order", name="order_settled_means_paid"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["delivered", "paid", "partially_refunded", "sent"]),
                        _negated=True,
                    ),
                    models.Q(("paid_at__isnull", False), ("paid_total__gte", models.F("total"))),
                    _connector="OR",
                ),
                name="order_settled_means_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refunded_total__gte", 0), ("refunded_total__lte", models.F("paid_total"))
                ),
                name="order_gives_back_what_came",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["partially_refunded", "refunded"]), _negated=True),
                    ("refunded_total__gt", 0),
                    _connector="OR",
                ),
                name="order_refunded_means_money_went",
            ),
        ),
    ]
