"""Each page of the admin asks for the pages at the top of the tree, by a column without an index.

A change of Wagtail's table, so that no model can say it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0004_withdrawal_days"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX page_by_depth ON wagtailcore_page (depth, path)",
            "DROP INDEX page_by_depth",
        )
    ]
