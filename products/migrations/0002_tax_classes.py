import uuid

from django.db import migrations

CLASSES = {"standard": "Standard rate", "reduced": "Reduced rate", "zero": "Zero rate"}


def make_tax_classes(apps, schema_editor):
    locale = apps.get_model("wagtailcore.Locale").objects.first()
    for code, name in CLASSES.items():
        apps.get_model("products.TaxClass").objects.create(
            code=code, name=name, locale=locale, translation_key=uuid.uuid4()
        )


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial")]

    operations = [migrations.RunPython(make_tax_classes, migrations.RunPython.noop)]
