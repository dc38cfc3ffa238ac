from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Shop managers may take the books away."""

    dependencies = [
        ("accounts", "0006_delivery_zones"),
        ("checkout", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
