"""VAT of the EU's members and the United Kingdom, as in force on 29 September 2026.

Source: the data set eu-vat-rates-data 2026.9.29 (European Commission, TEDB; MIT licence). Where a
country has several reduced rates of 5 % or more, the lowest stands for "reduced". Later changes
are made in the admin, as new rows with their day.
"""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import migrations

RATES = Path(__file__).resolve().parents[1] / "data" / "vat_rates.csv"
VALID_FROM = date(2026, 1, 1)


def load_rates(apps, schema_editor):
    TaxRate = apps.get_model("checkout.TaxRate")
    with RATES.open(newline="") as rows:
        TaxRate.objects.bulk_create(
            TaxRate(
                country=row["country"],
                tax_class=row["tax_class"],
                rate=Decimal(row["rate"]),
                valid_from=VALID_FROM,
            )
            for row in csv.DictReader(rows)
        )


class Migration(migrations.Migration):
    dependencies = [("checkout", "0001_initial")]

    operations = [migrations.RunPython(load_rates, migrations.RunPython.noop)]
