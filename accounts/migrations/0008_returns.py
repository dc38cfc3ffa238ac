from django.db import migrations

from accounts.roles import set_up


class Migration(migrations.Migration):
    """Those who pack orders answer returns."""

    dependencies = [
        ("accounts", "0007_books"),
        ("checkout", "0011_refunds_by_line"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: set_up(apps), migrations.RunPython.noop)
    ]
