from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Who arranges delivery arranges its zones."""

    dependencies = [
        ("accounts", "0005_discrepancies"),
        ("checkout", "0016_zones_and_rates"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
