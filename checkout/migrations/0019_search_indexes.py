from django.db import DatabaseError, migrations, transaction

# What staff type is looked for anywhere in these, in capitals (`icontains`).
ANYWHERE = {
    "order_number_anywhere": ("checkout_order", "number"),
    "order_email_anywhere": ("checkout_order", "email"),
    "order_name_anywhere": ("checkout_orderaddress", "name"),
    "order_company_anywhere": ("checkout_orderaddress", "company"),
}


def add(apps, schema_editor):
    """Only PostgreSQL has such indexes, and only where pg_trgm may be installed. The rest reads on."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    for name, (table, column) in ANYWHERE.items():
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (UPPER({column}) gin_trgm_ops)"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ANYWHERE:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    """Searching a hundred thousand orders reads indexes, not all of them."""

    dependencies = [("checkout", "0018_delivery_by_zones_only")]

    operations = [migrations.RunPython(add, remove)]
