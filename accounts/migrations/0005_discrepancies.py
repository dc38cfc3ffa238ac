from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Shop managers see where Stripe's books and ours differ, and settle it."""

    dependencies = [
        ("accounts", "0004_wording"),
        ("checkout", "0014_reconciliation"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
