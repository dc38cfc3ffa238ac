from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("basket", "0001_initial"),
        ("checkout", "0022_orders_that_have_left"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BookedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("zone", models.CharField(max_length=64)),
                ("papers", models.PositiveIntegerField()),
                ("sums", models.JSONField(default=list)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="payment",
            name="payment_unsettled",
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["issued_at"], name="creditnote_by_day"),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                condition=models.Q(("rendered_at__isnull", True)),
                fields=["issued_at"],
                name="creditnote_due",
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                condition=models.Q(("damaged_at__isnull", False)),
                fields=["issued_at"],
                name="creditnote_damaged",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["payment"], name="dispute_open"
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["opened_at"], name="dispute_by_day"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["issued_at"], name="invoice_by_day"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("rendered_at__isnull", True)),
                fields=["issued_at"],
                name="invoice_due",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("damaged_at__isnull", False)),
                fields=["issued_at"],
                name="invoice_damaged",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    ("has_left", False), ("status__in", ["paid", "partially_refunded"])
                ),
                fields=["placed_at"],
                name="order_to_pack",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["payment_provider", "-placed_at"], name="order_by_payment"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["shipping_method", "-placed_at"], name="order_by_delivery"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["user", "-placed_at", "-id"], name="order_of_user"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["total"], name="order_by_total"),
        ),
        migrations.AddIndex(
            model_name="orderaddress",
            index=models.Index(
                condition=models.Q(("kind", "delivery")),
                fields=["country", "order"],
                name="order_address_by_country",
            ),
        ),
        migrations.AddIndex(
            model_name="orderemail",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)),
                fields=["created_at"],
                name="order_email_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(
                    ("reference__isnull", False), ("status__in", ["open", "processing"])
                ),
                fields=["checked_at"],
                name="payment_unsettled",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("status", "held")), fields=["created_at"], name="payment_held"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["provider", "created_at"], name="payment_by_provider"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["paid_at", "provider"], name="payment_by_day"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("made_at__isnull", True)),
                fields=["created_at"],
                name="refund_due",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["made_at"], name="refund_by_day"),
        ),
        migrations.AddIndex(
            model_name="vatcheck",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "unavailable"])),
                fields=["due_at"],
                name="vat_check_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["delivered", "sent"]), _negated=True),
                    ("has_left", True),
                    _connector="OR",
                ),
                name="order_handed_over_has_left",
            ),
        ),
    ]
