"""An index of what Wagtail's search asks for, of title and body together: it brings none itself."""

from django.db import migrations

NAME = "search_of_all_words"


def put_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {NAME} ON wagtailsearch_indexentry USING gin ((title || body))"
        )


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {NAME}")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("wagtailsearch", "0010_add_text_fields")]
    operations = [migrations.RunPython(put_up, take_down)]
