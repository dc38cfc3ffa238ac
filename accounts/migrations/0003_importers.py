from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Shop managers may import products."""

    dependencies = [
        ("accounts", "0002_roles"),
        ("products", "0004_imports"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
