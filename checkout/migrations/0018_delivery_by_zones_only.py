from django.db import migrations, models

import products.fields


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0017_methods_into_zones"),
    ]

    operations = [
        # With a default, so that it can be undone.
        migrations.AlterField(
            model_name="shippingmethod",
            name="price",
            field=products.fields.MoneyField(
                decimal_places=3, default=0, max_digits=14, verbose_name="price"
            ),
        ),
        migrations.AlterModelOptions(
            name="shippingmethod",
            options={
                "ordering": ["position", "pk"],
                "verbose_name": "delivery method",
                "verbose_name_plural": "delivery methods",
            },
        ),
        migrations.RemoveField(
            model_name="shippingmethod",
            name="countries",
        ),
        migrations.RemoveField(
            model_name="shippingmethod",
            name="price",
        ),
        migrations.AddConstraint(
            model_name="shippingmethod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pick_up", True), ("zone__isnull", True)),
                    models.Q(("pick_up", False), ("zone__isnull", False)),
                    _connector="OR",
                ),
                name="shipping_method_zone_or_pick_up",
                violation_error_message="Choose a zone, or tick “collected by the customer”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="shippingmethod",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_days__gte", models.F("min_days"))),
                name="shipping_method_days_in_order",
            ),
        ),
    ]
