from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Shop managers may change the words of e-mails."""

    dependencies = [
        ("accounts", "0003_importers"),
        ("content", "0002_wording"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
